// Intervals of ratios by resampling whole cards: frauds of one card belong together, so payments are not independent.
// Poisson bootstrap: in each replicate a group counts as often as a Poisson number of mean 1 says that is drawn from a
// hash of replicate and group. The same data give the same interval on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace weir::backtest {

struct Interval {
  double value = 0;
  double low = 0;  // of 95 %
  double high = 0;
  bool known = false;  // the denominator is not 0
};

// One group's parts of a ratio.
struct Part {
  double numerator = 0;
  double denominator = 0;
};

inline constexpr std::uint32_t kReplicates = 400;

// The ratio of the sums, with the 2.5 % and 97.5 % quantiles over the replicates. `parts[i]` is of the group
// `groups[i]`.
Interval ratio(std::span<const std::uint32_t> groups, std::span<const Part> parts);

// Of a share of independent cases: Wilson's score interval of 95 %.
Interval share(std::uint64_t of, std::uint64_t all);

// How often a group counts in a replicate: 0 to 9.
std::uint32_t weight(std::uint32_t replicate, std::uint32_t group);

}  // namespace weir::backtest
