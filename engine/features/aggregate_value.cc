#include "engine/features/aggregate_value.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "engine/base/check.h"
#include "engine/base/currency.h"
#include "engine/features/fraction.h"
#include "engine/history/scaling.h"

namespace weir::features {
namespace {

using history::Int128;
using history::Numbers;
using history::Uint128;

bool fits_int64(Int128 value) { return value >= INT64_MIN && value <= INT64_MAX; }

// Decimals that lie between what is summed and what a mean is told in: money's means are in major units.
std::uint32_t decimals_of(const NumberForm& form) {
  if (form.type != event::FieldType::kMoney) return form.decimals;
  const std::optional<Currency> currency = currency_by_number(form.currency);
  WEIR_CHECK(currency.has_value(), "an amount's currency is in the table");
  return currency->exponent;
}

Value sum_value(const NumberForm& form, const Numbers& numbers, std::string_view name) {
  if (form.type == event::FieldType::kDouble) {
    Uint128 unit = 1;
    for (std::uint32_t i = 0; i < form.decimals; ++i) unit *= 10;
    return Value::real(nearest(numbers.sum, unit));
  }
  if (!fits_int64(numbers.sum)) return Value::error(ErrorCode::kOverflow, name);
  const auto sum = static_cast<std::int64_t>(numbers.sum);
  return form.type == event::FieldType::kMoney ? Value::money(sum, form.currency) : Value::int64(sum);
}

Value ordered_value(const NumberForm& form, std::int64_t ordered) {
  switch (form.type) {
    case event::FieldType::kDouble:
      return Value::real(std::bit_cast<double>(history::ordered_bits(ordered)));
    case event::FieldType::kMoney:
      return Value::money(ordered, form.currency);
    case event::FieldType::kTimestamp: {
      const std::int64_t seconds = ordered / 1'000'000 - (ordered % 1'000'000 < 0 ? 1 : 0);
      return Value::timestamp(seconds, static_cast<std::uint32_t>(ordered - seconds * 1'000'000) * 1000U);
    }
    default:
      return Value::int64(ordered);
  }
}

}  // namespace

NumberForm number_form(const event::Field& field, std::uint16_t currency) {
  NumberForm form;
  form.type = field.type;
  if (field.type == event::FieldType::kDouble) form.decimals = field.decimals;
  if (field.type == event::FieldType::kMoney) form.currency = field.currency != 0 ? field.currency : currency;
  return form;
}

Numbers numbers_of(const NumberForm& form, const Value& value) {
  Numbers numbers;
  numbers.count = 1;
  std::int64_t number = 0;
  switch (form.type) {
    case event::FieldType::kDouble:
      if (!history::scale_double(value.as_double(), static_cast<std::uint8_t>(form.decimals), number)) numbers.bad = 1;
      numbers.min = history::ordered_bits(value.as_int64());
      break;
    case event::FieldType::kTimestamp:
      numbers.min = value.seconds() * 1'000'000 + value.nanoseconds() / 1000;
      break;
    case event::FieldType::kMoney:
      numbers.min = number = value.minor_units();
      break;
    default:
      numbers.min = number = value.as_int64();
      break;
  }
  numbers.max = numbers.min;
  numbers.sum = number;
  numbers.squares.add_square(number);
  return numbers;
}

Value aggregate_value(Aggregate aggregate, const NumberForm& form, const Numbers& numbers, std::string_view name) {
  if (aggregate == Aggregate::kMin || aggregate == Aggregate::kMax) {
    if (numbers.count == 0) return Value::absent();
    return ordered_value(form, aggregate == Aggregate::kMin ? numbers.min : numbers.max);
  }
  if (numbers.bad != 0) return Value::error(ErrorCode::kOverflow, name);
  if (aggregate == Aggregate::kSum) return sum_value(form, numbers, name);
  if (numbers.count == 0) return Value::absent();
  const std::uint32_t decimals = decimals_of(form);
  if (aggregate == Aggregate::kMean) return Value::real(mean(numbers.count, numbers.sum, decimals));
  WEIR_CHECK(aggregate == Aggregate::kStandardDeviation, "the aggregate is of numbers");
  return Value::real(standard_deviation(numbers.count, numbers.sum, numbers.squares, decimals));
}

Value median_value(const NumberForm& form, std::span<std::int64_t> values, std::string_view name) {
  if (values.empty()) return Value::absent();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  // Of an odd number the middle one twice.
  const std::int64_t two[] = {values.size() % 2 == 1 ? *middle : *std::max_element(values.begin(), middle), *middle};
  Int128 sum = 0;
  for (const std::int64_t ordered : two) {
    std::int64_t number = ordered;
    if (form.type == event::FieldType::kDouble) {
      const auto value = std::bit_cast<double>(history::ordered_bits(ordered));
      if (!history::scale_double(value, static_cast<std::uint8_t>(form.decimals), number)) {
        return Value::error(ErrorCode::kOverflow, name);
      }
    }
    sum += number;
  }
  return Value::real(mean(2, sum, decimals_of(form)));
}

}  // namespace weir::features
