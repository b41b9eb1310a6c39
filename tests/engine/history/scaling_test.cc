#include "engine/history/scaling.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <optional>

namespace weir::history {
namespace {

std::optional<std::int64_t> scaled(double value, std::uint8_t decimals) {
  std::int64_t result = 0;
  if (!scale_double(value, decimals, result)) return std::nullopt;
  return result;
}

TEST(Scaling, RoundsTheExactProductHalfToEven) {
  EXPECT_EQ(scaled(0.5, 0), 0);
  EXPECT_EQ(scaled(1.5, 0), 2);
  EXPECT_EQ(scaled(-2.5, 0), -2);
  EXPECT_EQ(scaled(0.125, 2), 12);
  EXPECT_EQ(scaled(0.375, 2), 38);
  // The double 1.005 lies below 1.005, 2.675 below 2.675, and 0.0015 above 0.0015.
  EXPECT_EQ(scaled(1.005, 2), 100);
  EXPECT_EQ(scaled(2.675, 2), 267);
  EXPECT_EQ(scaled(0.0015, 3), 2);
  EXPECT_EQ(scaled(12.34, 2), 1234);
}

TEST(Scaling, SmallestAndGreatestValuesAreTakenOrRefused) {
  EXPECT_EQ(scaled(0.0, 12), 0);
  EXPECT_EQ(scaled(-0.0, 12), 0);
  EXPECT_EQ(scaled(5e-324, 12), 0);
  EXPECT_EQ(scaled(9'223'372'036'854'774'784.0, 0), 9'223'372'036'854'774'784);
  EXPECT_EQ(scaled(-9'223'372'036'854'774'784.0, 0), -9'223'372'036'854'774'784);
  EXPECT_EQ(scaled(9'223'372'036'854'775'808.0, 0), std::nullopt);
  EXPECT_EQ(scaled(-9'223'372'036'854'775'808.0, 0), std::nullopt);
  EXPECT_EQ(scaled(9'223'372.0, 12), 9'223'372'000'000'000'000);
  EXPECT_EQ(scaled(9'223'373.0, 12), std::nullopt);
  EXPECT_EQ(scaled(1e300, 0), std::nullopt);
  EXPECT_EQ(scaled(INFINITY, 0), std::nullopt);
  EXPECT_EQ(scaled(NAN, 0), std::nullopt);
}

TEST(Scaling, OrderedBitsOrderAsDoublesDo) {
  const double ascending[] = {-INFINITY, -1e300, -1.5, -5e-324, -0.0, 0.0, 5e-324, 1.5, 1e300, INFINITY};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(ordered_bits(std::bit_cast<std::int64_t>(ascending[i - 1])),
              ordered_bits(std::bit_cast<std::int64_t>(ascending[i])));
  }
  for (const double value : ascending) {
    const auto bits = std::bit_cast<std::int64_t>(value);
    EXPECT_EQ(ordered_bits(ordered_bits(bits)), bits);
  }
}

}  // namespace
}  // namespace weir::history
