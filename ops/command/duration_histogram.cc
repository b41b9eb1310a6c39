#include "ops/command/duration_histogram.h"

#include <algorithm>
#include <cmath>

namespace weir::command {

const std::array<std::int64_t, DurationHistogram::kBuckets - 1>& DurationHistogram::bounds_ns() {
  static const auto kBounds = [] {
    std::array<std::int64_t, kBuckets - 1> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      bounds[i] = static_cast<std::int64_t>(std::llround(100.0 * std::exp2(static_cast<double>(i) / 4.0)));
    }
    return bounds;
  }();
  return kBounds;
}

void DurationHistogram::add(std::int64_t nanoseconds) {
  const auto& bounds = bounds_ns();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), nanoseconds) - bounds.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  ++count_;
  sum_ns_ += nanoseconds;
}

void DurationHistogram::clear() { *this = {}; }

std::int64_t DurationHistogram::quantile_ns(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return bounds_ns()[std::min(i, kBuckets - 2)];
  }
  return bounds_ns().back();
}

}  // namespace weir::command
