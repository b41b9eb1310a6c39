#include <cstdint>
#include <limits>

#include "engine/base/currency.h"
#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

bool converts(Function function) {
  return function == Function::kAdd || function == Function::kSubtract || function == Function::kEqual ||
         function == Function::kNotEqual || function == Function::kLess || function == Function::kLessEqual ||
         function == Function::kGreater || function == Function::kGreaterEqual;
}

WideInt tens(int count) { return count == 0 ? 1 : 10 * tens(count - 1); }

// The last rate of the currency that is not later, looked for from one end of the table to the other.
const ExchangeRate* last_rate(const Exchange& exchange, std::uint16_t currency) {
  const ExchangeRate* found = nullptr;
  for (const auto& rate : exchange.table->rates()) {
    const bool fits = rate.currency == currency && rate.from_ms <= exchange.time_ms;
    if (fits && (found == nullptr || found->from_ms < rate.from_ms)) found = &rate;
  }
  if (found != nullptr && exchange.time_ms >= found->from_ms + exchange.table->max_age_ms()) return nullptr;
  return found;
}

// floor(a / b) for b > 0.
WideInt floor_quotient(WideInt a, WideInt b) {
  WideInt quotient = a / b;
  while (quotient * b > a) --quotient;
  return quotient;
}

ReferenceValue in_base(const ReferenceMoney& money, Function function, const Exchange& exchange) {
  const auto& base = exchange.table->base();
  if (money.currency == base.numeric) return {money};
  const auto* rate = last_rate(exchange, money.currency);
  if (rate == nullptr) return reference_fault(ErrorCode::kCurrencyMismatch, function_name(function));
  const WideInt dividend = WideInt{money.minor_units} * tens(rate->decimals) * tens(base.exponent);
  const WideInt divisor = WideInt{rate->mantissa} * tens(currency_by_number(money.currency)->exponent);
  // The nearest of the two neighbours; of two that are equally near the even one.
  WideInt result = floor_quotient(dividend, divisor);
  const WideInt below = dividend - result * divisor;
  const WideInt above = divisor - below;
  if (above < below || (above == below && result % 2 != 0)) ++result;
  if (result < std::numeric_limits<std::int64_t>::min() || result > std::numeric_limits<std::int64_t>::max()) {
    return reference_fault(ErrorCode::kOverflow, function_name(function));
  }
  return {ReferenceMoney{static_cast<std::int64_t>(result), base.numeric}};
}

}  // namespace

ReferenceValue reference_exchange(Function function, std::vector<ReferenceValue>& arguments, const Exchange& exchange) {
  if (exchange.table == nullptr || !converts(function) || arguments.size() != 2) return {};
  if (!arguments[0].is<ReferenceMoney>() || !arguments[1].is<ReferenceMoney>()) return {};
  if (arguments[0].as<ReferenceMoney>().currency == arguments[1].as<ReferenceMoney>().currency) return {};
  for (auto& argument : arguments) {
    auto converted = in_base(argument.as<ReferenceMoney>(), function, exchange);
    if (converted.is_fault()) return converted;
    argument = std::move(converted);
  }
  return {};
}

}  // namespace weir::cel
