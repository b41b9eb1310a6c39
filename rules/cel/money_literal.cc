#include "rules/cel/money_literal.h"

#include "engine/base/currency.h"
#include "engine/base/decimal.h"

namespace weir::cel {
namespace {

std::string upper(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace

bool is_currency_function(std::string_view name) {
  if (name.size() != 3) return false;
  for (const char c : name) {
    if (c < 'a' || c > 'z') return false;
  }
  return currency_by_code(upper(name)).has_value();
}

Result<Value, MoneyFault> money_literal(std::string_view amount, std::string_view code) {
  const auto currency = currency_by_code(code);
  if (!currency) {
    const auto shouted = upper(code);
    const bool known = currency_by_code(shouted).has_value();
    return MoneyFault{"`" + std::string(code) + "` is not an ISO 4217 currency code",
                      known ? "write '" + shouted + "'" : "", true};
  }
  const auto minor = parse_decimal(amount, currency->exponent);
  if (minor.ok()) return Value::money(*minor, currency->numeric);
  const std::string name(currency->code);
  switch (minor.error()) {
    case DecimalError::kNotANumber:
      return MoneyFault{"`" + std::string(amount) + "` is not an amount", "write digits and a point, e.g. '150.00'",
                        false};
    case DecimalError::kTooManyDecimals: {
      const int decimals = currency->exponent;
      const auto allowed = decimals == 0 ? "no decimals" : "at most " + std::to_string(decimals) + " decimals";
      return MoneyFault{"an amount in " + name + " has " + allowed, "", false};
    }
    case DecimalError::kOutOfRange:
      break;
  }
  return MoneyFault{"this amount in " + name + " does not fit 64 bits of minor units", "", false};
}

}  // namespace weir::cel
