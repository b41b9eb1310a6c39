// Sigmoid and hyperbolic tangent as tables that come with the model: no mathematics library has a say in a score.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "models/kernels/fixed_point.h"
#include "models/kernels/lanes.h"

namespace weir::models {

// Covers [-8, 8) in steps of 1/128; outside of it the first or last entry. An entry counts in 2^-15.
class Nonlinearity {
 public:
  static constexpr std::size_t kEntries = 2048;
  static constexpr std::int32_t kOne = 32767;

  static Result<Nonlinearity> create(std::span<const std::int16_t> entries) {
    if (entries.size() != kEntries) {
      return Error{std::to_string(entries.size()) + " entries; " + std::to_string(kEntries) + " are needed"};
    }
    Nonlinearity made;
    for (std::size_t i = 0; i < kEntries; ++i) {
      if (i > 0 && entries[i] < entries[i - 1]) return Error{"entry " + std::to_string(i) + " is below the one before"};
      if (entries[i] < -kOne) return Error{"entry " + std::to_string(i) + " is -32768; -32767 to 32767 are possible"};
      made.entries_[i] = entries[i];
    }
    return made;
  }

  // Arguments in 2^-kPreBits become their values.
  template <class Target>
  WEIR_EVERY_TARGET void apply(typename Target::Lanes& lanes) const {
    constexpr std::int32_t kEdge = 8 << kPreBits;
    clamp(lanes, -kEdge, kEdge - 1);
    lanes = (lanes + kEdge) >> (kPreBits - 7);
    Target::look_up(entries_.data(), lanes);
  }

 private:
  // int32, so that a gather reads one entry a lane.
  std::array<std::int32_t, kEntries> entries_{};
};

}  // namespace weir::models
