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

TEST(Resampling, WhatIsTheSameInEveryReplicateIsNotCertain) {
  std::vector<std::uint32_t> groups(104);
  std::iota(groups.begin(), groups.end(), 0U);
  const auto none = ratio(groups, std::vector<Part>(104, {0, 1}));
  EXPECT_EQ(none.value, 0);
  EXPECT_EQ(none.low, share(0, 104).low);
  EXPECT_EQ(none.high, share(0, 104).high);
  EXPECT_GT(none.high, 0.03);
  // A card with half of its hundred payments is one case, and amounts of 1.23 are no cases at all.
  const auto one_card = ratio(std::vector<std::uint32_t>{7}, std::vector<Part>{{61.5, 123}});
  EXPECT_DOUBLE_EQ(one_card.value, 0.5);
  EXPECT_LT(one_card.low, 0.1);
  EXPECT_GT(one_card.high, 0.9);
  // So many honest alerts for each fraud: the odds of Wilson's bounds.
  const auto odds = ratio(groups, std::vector<Part>(104, {1, 1}), RatioOf::kOtherPart);
  EXPECT_DOUBLE_EQ(odds.value, 1);
  EXPECT_DOUBLE_EQ(odds.low, share(52, 104).low / (1 - share(52, 104).low));
  EXPECT_DOUBLE_EQ(odds.high, share(52, 104).high / (1 - share(52, 104).high));
  // Three alerts each day of two, or none in fifteen: z * z / 15.
  const auto days = ratio(std::vector<std::uint32_t>{0, 1}, std::vector<Part>(2, {3, 1}), RatioOf::kPeriod);
  EXPECT_DOUBLE_EQ(days.value, 3);
  EXPECT_EQ(days.high, rate(6, 2).high);
  EXPECT_NEAR(rate(0, 15).high, 1.96 * 1.96 / 15, 0.0001);
  EXPECT_NEAR(rate(0, 15).low, 0, 1e-12);
}

TEST(Resampling, ScoreIntervalOfAPoissonCountSolvesItsEquation) {
  // Its bounds are the means whose distance from the count is 1.96 of their own standard deviations.
  const auto interval = rate(10, 1);
  for (const double bound : {interval.low, interval.high})
    EXPECT_NEAR(std::abs(10 - bound) / std::sqrt(bound), 1.96, 1e-4);
}

TEST(Resampling, NothingToDivideByIsUnknown) {
  EXPECT_FALSE(ratio({}, {}).known);
  const std::vector<std::uint32_t> groups{1};
  const std::vector<Part> parts{{1, 0}};
  EXPECT_FALSE(ratio(groups, parts).known);
  EXPECT_FALSE(share(0, 0).known);
  EXPECT_FALSE(rate(0, 0).known);
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
