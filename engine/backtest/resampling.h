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

// What a ratio is: a part of a whole (0 to 1), one part to the other, or so many for each period.
enum class RatioOf : std::uint8_t { kWhole, kOtherPart, kPeriod };

// The ratio of the sums, with the 2.5 % and 97.5 % quantiles over the replicates. `parts[i]` is of the group
// `groups[i]`. Few or equal groups give the same ratio in every replicate, which is no certainty: then the interval is
// the score interval with the groups that have a denominator as the independent cases, share() of as many cases or, of
// periods, rate().
Interval ratio(std::span<const std::uint32_t> groups, std::span<const Part> parts, RatioOf of = RatioOf::kWhole);

// Of a share of independent cases: the score interval of 95 % (E. B. Wilson, Probable Inference, the Law of Succession,
// and Statistical Inference, Journal of the American Statistical Association 22, 1927).
Interval share(std::uint64_t of, std::uint64_t all);

// Of a Poisson count in so many periods: its score interval of 95 % (L. Barker, A Comparison of Nine Confidence
// Intervals for a Poisson Parameter When the Expected Number of Events Is <= 5, The American Statistician 56, 2002).
Interval rate(double count, double periods);

// How often a group counts in a replicate: 0 to 9.
std::uint32_t weight(std::uint32_t replicate, std::uint32_t group);

}  // namespace weir::backtest
