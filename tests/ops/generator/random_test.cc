#include "ops/generator/random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>

namespace weir::generator {
namespace {

TEST(Random, FollowsSplitMix64) {
  // The first outputs of the published algorithm for state 1234567.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, PowerOfTwoIsRightToATenthOfAPercent) {
  for (std::int32_t x = -10 * 65'536; x <= 14 * 65'536; x += 777) {
    const double right = std::exp2(x / 65'536.0) * 65'536.0;
    ASSERT_NEAR(static_cast<double>(exp2_q16(x)), right, right * 0.001 + 1.0) << x;
  }
}

TEST(Random, BellHasMeanZeroAndDeviationOne) {
  Random random(5);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.bell_q16() / 65'536.0;
    sum += z;
    squares += z * z;
    ASSERT_LT(std::abs(z), 4.95);
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(squares / kDraws, 1, 0.01);
}

TEST(Random, LogNormalHasItsMedian) {
  Random random(6);
  int below = 0;
  for (int i = 0; i < 100'000; ++i) below += random.log_normal(2'000, 110) < 2'000;
  EXPECT_NEAR(below, 50'000, 700);
}

TEST(Random, CountHasItsMean) {
  for (const double mean : {0.0, 0.05, 1.6, 12.5}) {
    Random random(7);
    std::uint64_t sum = 0;
    for (int i = 0; i < 50'000; ++i) sum += random.count(static_cast<std::uint64_t>(mean * 65'536));
    EXPECT_NEAR(static_cast<double>(sum) / 50'000, mean, 0.01 + mean * 0.01) << mean;
  }
}

TEST(Random, WeightsAreKept) {
  constexpr std::array<std::uint16_t, 4> kWeights = {0, 10, 0, 30};
  Random random(8);
  std::array<int, 4> hits{};
  for (int i = 0; i < 40'000; ++i) ++hits[random.weighted(kWeights)];
  EXPECT_EQ(hits[0] + hits[2], 0);
  EXPECT_NEAR(hits[1], 10'000, 400);
}

TEST(Random, DerivedSeedsDependOnEachWordAndItsPlace) {
  EXPECT_NE(derive(1, 2, 3), derive(1, 3, 2));
  EXPECT_NE(derive(1, 2, 3), derive(2, 2, 3));
  EXPECT_NE(derive(1, 2), derive(1, 2, 0));
}

RC_GTEST_PROP(Random, DrawsStayWithinTheirBounds, (std::uint64_t seed, std::int32_t a, std::int32_t b)) {
  const std::int64_t low = std::min(a, b);
  const std::int64_t high = std::max(a, b);
  RC_PRE(high - low < 0xffff'fffeLL);
  Random random(seed);
  for (int i = 0; i < 20; ++i) {
    const std::int64_t value = random.between(low, high);
    RC_ASSERT(value >= low && value <= high);
  }
}

}  // namespace
}  // namespace weir::generator
