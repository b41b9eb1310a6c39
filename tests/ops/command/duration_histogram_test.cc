#include "ops/command/duration_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace weir::command {
namespace {

TEST(DurationHistogram, IsEmptyAtFirstAndAfterClear) {
  DurationHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile_ns(0.5), 0);
  EXPECT_EQ(histogram.sum_seconds(), 0.0);
  histogram.add(1000);
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile_ns(1), 0);
  EXPECT_EQ(histogram.sum_seconds(), 0.0);
}

TEST(DurationHistogram, ItsBoundsGrowByAFourthRootOfTwoFrom100Nanoseconds) {
  const auto& bounds = DurationHistogram::bounds_ns();
  EXPECT_EQ(bounds.front(), 100);
  EXPECT_EQ(bounds[4], 200);
  EXPECT_EQ(bounds[40], 102'400);
  EXPECT_GT(bounds.back(), 80'000'000'000);
  EXPECT_LT(bounds.back(), 110'000'000'000);
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    const auto ratio = static_cast<double>(bounds[i]) / static_cast<double>(bounds[i - 1]);
    EXPECT_GT(ratio, 1.18);
    EXPECT_LT(ratio, 1.20);
  }
}

TEST(DurationHistogram, ABoundBelongsToItsOwnBucket) {
  const auto& bounds = DurationHistogram::bounds_ns();
  for (const std::size_t i : {0U, 1U, 60U, 119U}) {
    DurationHistogram histogram;
    histogram.add(bounds[i]);
    histogram.add(bounds[i] + 1);
    EXPECT_EQ(histogram.counts()[i], 1U);
    EXPECT_EQ(histogram.counts()[i + 1], 1U);
  }
}

TEST(DurationHistogram, WhatIsBelowOrBeyondAllBoundsIsCounted) {
  DurationHistogram histogram;
  histogram.add(0);
  histogram.add(-5);
  EXPECT_EQ(histogram.counts().front(), 2U);
  histogram.add(std::int64_t{3600} * 1'000'000'000);
  EXPECT_EQ(histogram.counts().back(), 1U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.quantile_ns(1), DurationHistogram::bounds_ns().back());
}

TEST(DurationHistogram, AQuantileIsOffByAtMostAFifth) {
  std::mt19937_64 random(20260227);
  DurationHistogram histogram;
  std::vector<std::int64_t> all;
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto ns = static_cast<std::int64_t>(100 + random() % (1ULL << (7 + random() % 24)));
    all.push_back(ns);
    histogram.add(ns);
    sum += static_cast<double>(ns) * 1e-9;
  }
  std::sort(all.begin(), all.end());
  for (const double share : {0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = static_cast<double>(all[static_cast<std::size_t>(share * 10'000) - 1]);
    const auto given = static_cast<double>(histogram.quantile_ns(share));
    EXPECT_GE(given, exact) << share;
    EXPECT_LE(given, exact * 1.19 + 1) << share;
  }
  EXPECT_NEAR(histogram.sum_seconds(), sum, sum * 1e-9);
  EXPECT_EQ(histogram.count(), 10'000U);
  EXPECT_EQ(histogram.quantile_ns(0), histogram.quantile_ns(0.0001)) << "the least of them";
}

}  // namespace
}  // namespace weir::command
