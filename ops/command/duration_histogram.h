// Durations counted in fixed buckets: cheap enough for every stage of every record, precise enough for percentiles.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::command {

// Buckets grow by 2^(1/4), from 100 ns to about 100 s: a percentile is off by at most 19 %.
class DurationHistogram {
 public:
  static constexpr std::size_t kBuckets = 121;

  void add(std::int64_t nanoseconds);
  void clear();
  std::uint64_t count() const { return count_; }
  double sum_seconds() const { return static_cast<double>(sum_ns_) * 1e-9; }
  const std::array<std::uint64_t, kBuckets>& counts() const { return counts_; }
  // The upper bound of the bucket in which the given share (0 to 1) is reached; 0 if empty.
  std::int64_t quantile_ns(double share) const;

  // Upper bounds in ns of all buckets but the last, which has none.
  static const std::array<std::int64_t, kBuckets - 1>& bounds_ns();

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t sum_ns_ = 0;
};

}  // namespace weir::command
