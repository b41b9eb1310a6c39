#include "rules/cel/exchange.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace weir::cel {
namespace {

__extension__ using Wide = __int128;

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// `divisor` is above 0.
Wide rounded_quotient(Wide dividend, Wide divisor) {
  Wide quotient = dividend / divisor;
  const Wide rest = dividend % divisor;
  const Wide twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) quotient += dividend < 0 ? -1 : 1;
  return quotient;
}

bool before(const ExchangeRate& a, const ExchangeRate& b) {
  return std::tuple(a.currency, a.from_ms) < std::tuple(b.currency, b.from_ms);
}

}  // namespace

ExchangeTable::ExchangeTable(Currency base, std::vector<ExchangeRate> rates, std::int64_t max_age_ms)
    : base_(base), rates_(std::move(rates)), max_age_ms_(max_age_ms) {
  std::sort(rates_.begin(), rates_.end(), before);
  for (std::size_t i = 0; i < rates_.size(); ++i) {
    WEIR_CHECK(rates_[i].mantissa > 0 && rates_[i].decimals <= kMaxRateDecimals, "a rate out of range");
    WEIR_CHECK(i == 0 || before(rates_[i - 1], rates_[i]), "two rates of one currency and time");
  }
}

const ExchangeRate* ExchangeTable::rate_at(std::uint16_t currency, std::int64_t time_ms) const {
  const ExchangeRate wanted{time_ms, 0, currency, 0};
  const auto next = std::upper_bound(rates_.begin(), rates_.end(), wanted, before);
  if (next == rates_.begin()) return nullptr;
  const auto& rate = *std::prev(next);
  return rate.currency == currency && time_ms - rate.from_ms < max_age_ms_ ? &rate : nullptr;
}

Value ExchangeTable::to_base(const Value& money, std::int64_t time_ms) const {
  if (money.currency() == base_.numeric) return money;
  const auto currency = currency_by_number(money.currency());
  const auto* rate = currency ? rate_at(money.currency(), time_ms) : nullptr;
  if (rate == nullptr) return Value::absent();
  // minor / 10^own / (mantissa / 10^decimals) * 10^base: both sides stay below 2^63 * 10^16, which 128 bits hold.
  const int shift = rate->decimals + base_.exponent - currency->exponent;
  Wide dividend = money.minor_units();
  Wide divisor = rate->mantissa;
  (shift > 0 ? dividend : divisor) *= power_of_ten(shift > 0 ? shift : -shift);
  const Wide result = rounded_quotient(dividend, divisor);
  const auto narrow = static_cast<std::int64_t>(result);
  return narrow == result ? Value::money(narrow, base_.numeric) : Value::error(ErrorCode::kOverflow, base_.code);
}

}  // namespace weir::cel
