#include "engine/features/fraction.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <random>

#include "tests/engine/features/reference.h"

namespace weir::features {
namespace {

using history::Int128;
using history::Uint128;
using history::Wide;

std::string text_of(Uint128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

Uint128 random_of_bits(std::mt19937_64& random, std::uint64_t bits) {
  const Uint128 value = static_cast<Uint128>(random()) << 64 | random();
  return value >> (128 - bits);
}

RC_GTEST_PROP(FractionProperty, IsTheNearestDouble, (std::uint64_t seed)) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20; ++i) {
    const Uint128 numerator = random_of_bits(random, 1 + random() % 126);
    const Uint128 denominator = random_of_bits(random, 1 + random() % 126) + 1;
    const double expected = nearest_reference(text_of(numerator), text_of(denominator));
    RC_ASSERT(nearest(static_cast<Int128>(numerator), denominator) == expected);
    RC_ASSERT(nearest(-static_cast<Int128>(numerator), denominator) == -expected);
  }
}

TEST(Fraction, TiesGoToEven) {
  constexpr Int128 kBig = Int128{1} << 60;
  EXPECT_EQ(nearest(kBig + 128, 1), 0x1p60);
  EXPECT_EQ(nearest(kBig + 129, 1), 0x1p60 + 256);
  EXPECT_EQ(nearest(kBig + 384, 1), 0x1p60 + 512);
  // The tie is broken by what is left of the division.
  EXPECT_EQ(nearest((kBig + 128) * 3 + 1, 3), 0x1p60 + 256);
  EXPECT_EQ(nearest((kBig + 128) * 3 - 1, 3), 0x1p60);
}

TEST(Fraction, MeanIsRoundedOnce) {
  EXPECT_EQ(mean(1, 5716, 2), 57.16);
  EXPECT_EQ(mean(3, 1, 0), 1.0 / 3.0);
  EXPECT_EQ(mean(3, -1, 0), -1.0 / 3.0);
  EXPECT_EQ(mean(7, 0, 2), 0.0);
}

TEST(Fraction, DeviationIsTheRootOfTheRoundedVariance) {
  const auto deviation = [](const std::vector<std::int64_t>& values, std::uint32_t decimals) {
    Int128 sum = 0;
    Wide squares;
    for (const std::int64_t value : values) {
      sum += value;
      squares.add_square(value);
    }
    return standard_deviation(values.size(), sum, squares, decimals);
  };
  EXPECT_EQ(deviation({5}, 0), 0.0);
  EXPECT_EQ(deviation({2, 4, 4, 4, 5, 5, 7, 9}, 0), 2.0);
  EXPECT_EQ(deviation({200, 400, 400, 400, 500, 500, 700, 900}, 2), 2.0);
  EXPECT_EQ(deviation({INT64_MIN, INT64_MIN}, 0), 0.0);
  // Far beyond what doubles can square: (2^63)^2 summed a thousand times.
  std::vector<std::int64_t> extremes(1'000, INT64_MIN);
  for (std::size_t i = 0; i < 500; ++i) extremes[i] = INT64_MAX;
  EXPECT_EQ(deviation(extremes, 0), 0x1p63);
  EXPECT_EQ(deviation(extremes, 12), 0x1p63 / 1e12);
}

}  // namespace
}  // namespace weir::features
