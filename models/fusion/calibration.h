// From a logit to a probability, by a table that was fitted on a period used for nothing else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/fixed_point.h"

namespace weir::models {

// Probabilities count in billionths.
inline constexpr std::int32_t kCertain = 1'000'000'000;

// Knots at the logits -16, -16 + 1/64, ..., 16, and straight lines between them; beyond them the first or last.
class Calibration {
 public:
  static constexpr std::size_t kKnots = 2049;

  // `knots`: in billionths, none below the one before it.
  static Result<Calibration> create(std::span<const std::int32_t> knots) {
    if (knots.size() != kKnots) {
      return Error{std::to_string(knots.size()) + " knots; " + std::to_string(kKnots) + " are needed"};
    }
    for (std::size_t i = 0; i < knots.size(); ++i) {
      if (knots[i] < 0 || knots[i] > kCertain || (i > 0 && knots[i] < knots[i - 1])) {
        return Error{"knot " + std::to_string(i) + " is no probability or below the one before it"};
      }
    }
    Calibration made;
    made.knots_.assign(knots.begin(), knots.end());
    return made;
  }

  // `logit` in 2^-kLogitBits.
  std::int32_t probability(std::int64_t logit) const {
    constexpr int kStepBits = kLogitBits - 6;
    constexpr std::int64_t kEdge = std::int64_t{16} << kLogitBits;
    const auto offset = std::clamp(logit, -kEdge, kEdge) + kEdge;
    const auto knot = std::min<std::int64_t>(offset >> kStepBits, kKnots - 2);
    const auto past = offset - (knot << kStepBits);
    const std::int64_t low = knots_[static_cast<std::size_t>(knot)];
    const std::int64_t high = knots_[static_cast<std::size_t>(knot) + 1];
    return static_cast<std::int32_t>(low + (((high - low) * past + (std::int64_t{1} << (kStepBits - 1))) >> kStepBits));
  }

 private:
  std::vector<std::int32_t> knots_;
};

}  // namespace weir::models
