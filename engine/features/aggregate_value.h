// From what was summed up to a feature's value. Internal to engine/features.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "engine/event/schema.h"
#include "engine/features/definition.h"
#include "engine/history/block.h"

namespace weir::features {

// How the values of a field are summed up.
struct NumberForm {
  event::FieldType type = event::FieldType::kInt64;  // kInt64, kDouble, kMoney or kTimestamp
  std::uint32_t decimals = 0;                        // a double stands as an integer / 10^decimals
  std::uint16_t currency = 0;                        // kMoney
};

NumberForm number_form(const event::Field& field, std::uint16_t currency);

// A single value as a summary of one row.
history::Numbers numbers_of(const NumberForm& form, const Value& value);

// kSum, kMean, kMin, kMax or kStandardDeviation of the summary; absent if there is nothing to be told. The detail of
// errors is `name`, which must outlive the value.
Value aggregate_value(Aggregate aggregate, const NumberForm& form, const history::Numbers& numbers,
                      std::string_view name);

// kMedian of values in the form that orders as integers do (see history::Numbers), which are left in another order;
// absent if there are none.
Value median_value(const NumberForm& form, std::span<std::int64_t> values, std::string_view name);

}  // namespace weir::features
