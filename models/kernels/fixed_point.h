// Fixed-point steps that all parts of a model share. Signed shifts to the right keep the sign (C++20).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "models/kernels/kernel.h"

namespace weir::models {

// Before a nonlinearity a value counts in 1/1024.
inline constexpr int kPreBits = 10;
// A logit counts in 2^-24.
inline constexpr int kLogitBits = 24;

// sum * multiplier / 2^shift, rounded to nearest, halves up. `shift` is 1 to 30; the product must fit (check_scales).
WEIR_EVERY_TARGET std::int32_t rescale(std::int32_t sum, std::int32_t multiplier, int shift) {
  return (sum * multiplier + (std::int32_t{1} << (shift - 1))) >> shift;
}

// Whether rescale() can't overflow for sums of `columns` products of int8.
inline Status check_scales(std::span<const std::int32_t> multipliers, int shift, std::uint32_t columns) {
  if (shift < 1 || shift > 30) return Error{"a shift of " + std::to_string(shift) + "; 1 to 30 are possible"};
  const std::int64_t largest_sum = std::int64_t{127} * 127 * columns;
  for (const auto multiplier : multipliers) {
    if (multiplier < 0 ||
        largest_sum * multiplier + (std::int64_t{1} << (shift - 1)) > std::numeric_limits<std::int32_t>::max()) {
      return Error{"a multiplier of " + std::to_string(multiplier) + " may overflow with " + std::to_string(columns) +
                   " columns"};
    }
  }
  return {};
}

// To int8, without -128.
WEIR_EVERY_TARGET std::int8_t to_int8(std::int32_t value) {
  return static_cast<std::int8_t>(std::clamp(value, std::int32_t{-127}, std::int32_t{127}));
}

}  // namespace weir::models
