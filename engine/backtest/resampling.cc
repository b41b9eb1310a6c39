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

constexpr double kZ = 1.959963984540054;

// Wilson's, of a share p of n cases.
Interval scored(double p, double n) {
  const double shrink = 1 + kZ * kZ / n;
  const double middle = (p + kZ * kZ / (2 * n)) / shrink;
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / shrink;
  return {p, std::max(0.0, middle - half), std::min(1.0, middle + half), true};
}

// Of a ratio that is the same in every replicate.
Interval of_equal_groups(double numerator, double denominator, std::span<const Part> parts, RatioOf of) {
  if (of == RatioOf::kPeriod) return rate(numerator, denominator);
  const bool odds = of == RatioOf::kOtherPart;
  const auto counts = [&](const Part& part) { return part.denominator > 0 || (odds && part.numerator > 0); };
  const auto cases = static_cast<double>(std::count_if(parts.begin(), parts.end(), counts));
  if (!odds) return scored(numerator / denominator, cases);
  const auto whole = scored(numerator / (numerator + denominator), cases);
  return {numerator / denominator, whole.low / (1 - whole.low), whole.high / (1 - whole.high), true};
}

}  // namespace

std::uint32_t weight(std::uint32_t replicate, std::uint32_t group) {
  const auto drawn = static_cast<std::uint32_t>(mixed(static_cast<std::uint64_t>(replicate) << 32U | group) >> 32U);
  return static_cast<std::uint32_t>(std::upper_bound(kPoisson.begin(), kPoisson.end(), drawn) - kPoisson.begin());
}

Interval ratio(std::span<const std::uint32_t> groups, std::span<const Part> parts, RatioOf of) {
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
  std::sort(drawn.begin(), drawn.end());
  const auto last = drawn.empty() ? 0 : drawn.size() - 1;
  // Sums of other amounts in another order differ in their last digits.
  if (drawn.empty() || drawn[last - last / 40] - drawn[last / 40] <= 1e-12 * drawn.back()) {
    return of_equal_groups(numerator, denominator, parts, of);
  }
  return {numerator / denominator, drawn[last / 40], drawn[last - last / 40], true};
}

Interval share(std::uint64_t of, std::uint64_t all) {
  if (all == 0) return {};
  return scored(static_cast<double>(of) / static_cast<double>(all), static_cast<double>(all));
}

Interval rate(double count, double periods) {
  if (periods <= 0) return {};
  const double middle = count + kZ * kZ / 2;
  const double half = kZ * std::sqrt(count + kZ * kZ / 4);
  return {count / periods, std::max(0.0, (middle - half) / periods), (middle + half) / periods, true};
}

}  // namespace weir::backtest
