// Doubles as scaled integers, so that sums of them are exact and do not depend on the order of addition.
#pragma once

#include <cstdint>

namespace weir::history {

// value * 10^decimals, computed exactly and rounded half to even. False if the value is not finite or the result's
// magnitude is above 2^63 - 1. `decimals` is 0 to 12.
bool scale_double(double value, std::uint8_t decimals, std::int64_t& scaled);

// Maps doubles to integers of the same order: -infinity ... -0.0, 0.0 ... infinity. Its own inverse on the bits.
inline std::int64_t ordered_bits(std::int64_t bits) {
  return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
}

}  // namespace weir::history
