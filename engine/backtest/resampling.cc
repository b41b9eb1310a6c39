#include "engine/backtest/resampling.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::backtest {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// P(Poisson(1) <= k) in parts of 2^32.
constexpr std::array<std::uint32_t, 9> kPoisson{1580030168, 3160060337, 3950075422, 4213413783, 4279248374,
                                                4292415292, 4294609778, 4294923276, 4294962463};

}  // namespace

std::uint32_t weight(std::uint32_t replicate, std::uint32_t group) {
  const auto drawn = static_cast<std::uint32_t>(mixed(static_cast<std::uint64_t>(replicate) << 32U | group) >> 32U);
  return static_cast<std::uint32_t>(std::upper_bound(kPoisson.begin(), kPoisson.end(), drawn) - kPoisson.begin());
}

Interval ratio(std::span<const std::uint32_t> groups, std::span<const Part> parts) {
  double numerator = 0;
  double denominator = 0;
  for (const auto& part : parts) {
    numerator += part.numerator;
    denominator += part.denominator;
  }
  if (denominator == 0) return {};
  std::vector<double> drawn;
  for (std::uint32_t replicate = 0; replicate < kReplicates; ++replicate) {
    double above = 0;
    double below = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto times = static_cast<double>(weight(replicate, groups[i]));
      above += times * parts[i].numerator;
      below += times * parts[i].denominator;
    }
    if (below > 0) drawn.push_back(above / below);
  }
  Interval interval{numerator / denominator, 0, 0, true};
  if (drawn.empty()) return {interval.value, interval.value, interval.value, true};
  std::sort(drawn.begin(), drawn.end());
  const auto last = drawn.size() - 1;
  interval.low = drawn[last / 40];
  interval.high = drawn[last - last / 40];
  return interval;
}

Interval share(std::uint64_t of, std::uint64_t all) {
  if (all == 0) return {};
  constexpr double kZ = 1.959963984540054;
  const auto n = static_cast<double>(all);
  const double p = static_cast<double>(of) / n;
  const double shrink = 1 + kZ * kZ / n;
  const double middle = (p + kZ * kZ / (2 * n)) / shrink;
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / shrink;
  return {p, std::max(0.0, middle - half), std::min(1.0, middle + half), true};
}

}  // namespace weir::backtest
