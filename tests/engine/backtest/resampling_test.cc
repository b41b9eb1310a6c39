#include "engine/backtest/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace weir::backtest {
namespace {

TEST(Resampling, WeightsAreDrawnFromPoissonOfMeanOne) {
  std::array<double, 10> counts{};
  double sum = 0;
  constexpr std::uint32_t kGroups = 100'000;
  for (std::uint32_t group = 0; group < kGroups; ++group) {
    const auto drawn = weight(3, group);
    ASSERT_LT(drawn, counts.size());
    ++counts[drawn];
    sum += drawn;
  }
  EXPECT_NEAR(sum / kGroups, 1, 0.02);
  double expected = std::exp(-1.0) * kGroups;
  for (int k = 0; k < 5; ++k) {
    EXPECT_NEAR(counts[static_cast<std::size_t>(k)], expected, 6 * std::sqrt(expected)) << k;
    expected /= k + 1;
  }
}

TEST(Resampling, TheSameOnEveryMachine) {
  std::string drawn;
  for (std::uint32_t group = 0; group < 24; ++group) drawn += std::to_string(weight(7, group));
  EXPECT_EQ(drawn, "201423320000210001001111");
}

TEST(Resampling, AnIntervalHoldsTheRatioAndNarrowsWithMoreGroups) {
  const auto interval_of = [](std::uint32_t groups) {
    std::vector<std::uint32_t> ids(groups);
    std::iota(ids.begin(), ids.end(), 0U);
    std::vector<Part> parts(groups);
    for (std::uint32_t i = 0; i < groups; ++i) parts[i] = {i % 4 == 0 ? 1.0 : 0.0, 1.0};
    return ratio(ids, parts);
  };
  const auto few = interval_of(40);
  const auto many = interval_of(4'000);
  for (const auto& interval : {few, many}) {
    EXPECT_DOUBLE_EQ(interval.value, 0.25);
    EXPECT_LT(interval.low, 0.25);
    EXPECT_GT(interval.high, 0.25);
  }
  // The binomial's own: 0.25 +- 1.96 * sqrt(0.25 * 0.75 / n).
  EXPECT_NEAR(many.high - many.low, 2 * 1.96 * std::sqrt(0.25 * 0.75 / 4'000), 0.005);
  EXPECT_GT(few.high - few.low, 5 * (many.high - many.low));
}

TEST(Resampling, GroupsThatBelongTogetherWidenTheInterval) {
  std::vector<std::uint32_t> apart(1'000);
  std::iota(apart.begin(), apart.end(), 0U);
  std::vector<std::uint32_t> together(1'000);
  std::vector<Part> parts(1'000);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    together[i] = i / 50;
    parts[i] = {(i / 50) % 2 == 0 ? 1.0 : 0.0, 1.0};
  }
  const auto wide = ratio(together, parts);
  const auto narrow = ratio(apart, parts);
  EXPECT_GT(wide.high - wide.low, 4 * (narrow.high - narrow.low));
}

TEST(Resampling, NothingToDivideByIsUnknown) {
  EXPECT_FALSE(ratio({}, {}).known);
  const std::vector<std::uint32_t> groups{1};
  const std::vector<Part> parts{{1, 0}};
  EXPECT_FALSE(ratio(groups, parts).known);
  EXPECT_FALSE(share(0, 0).known);
}

TEST(Resampling, WilsonsIntervalIsTheTextbooks) {
  const auto interval = share(8, 10);  // Agresti and Coull 1998: 0.49 to 0.94
  EXPECT_DOUBLE_EQ(interval.value, 0.8);
  EXPECT_NEAR(interval.low, 0.4902, 0.0001);
  EXPECT_NEAR(interval.high, 0.9433, 0.0001);
  EXPECT_NEAR(share(0, 10).low, 0, 1e-12);
  EXPECT_NEAR(share(10, 10).high, 1, 1e-12);
}

}  // namespace
}  // namespace weir::backtest
