#include <gtest/gtest.h>

#include "models/fusion/calibration.h"
#include "models/kernels/fixed_point.h"
#include "models/kernels/matrix.h"
#include "models/kernels/nonlinearity.h"
#include "tests/models/parts.h"

namespace weir::models {
namespace {

using testing::Dice;

// y = W x with every kernel, against plain sums.
void expect_product(std::uint32_t rows, std::uint32_t columns, const std::vector<std::int8_t>& weights,
                    std::vector<std::int8_t> x) {
  auto matrix = Matrix::create(rows, columns, weights);
  ASSERT_TRUE(matrix.ok()) << matrix.error().message;
  x.resize(matrix->padded_columns(), 0);
  for (const auto kernel : kernels_here()) {
    std::vector<std::int32_t> y(matrix->padded_rows(), 12345);
    matrix->multiply(kernel, x.data(), y.data());
    for (std::size_t row = 0; row < y.size(); ++row) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; row < rows && i < columns; ++i) sum += weights[row * columns + i] * x[i];
      EXPECT_EQ(y[row], sum) << kernel_name(kernel) << ", row " << row << " of " << rows << " x " << columns;
    }
  }
}

TEST(Matrix, EveryKernelGivesThePlainSums) {
  Dice dice(1);
  for (const std::uint32_t rows : {1U, 15U, 16U, 17U, 48U, 80U, 192U}) {
    for (const std::uint32_t columns : {1U, 3U, 4U, 5U, 8U, 31U, 64U}) {
      expect_product(rows, columns, dice.many<std::int8_t>(rows * columns, -127, 127),
                     dice.many<std::int8_t>(columns, -127, 127));
    }
  }
}

// Where 16 bits would not do between the steps.
TEST(Matrix, TheLargestProductsAreExact) {
  for (const int weight : {-127, 127}) {
    for (const int x : {-127, 127}) {
      expect_product(80, 4096, std::vector<std::int8_t>(std::size_t{80} * 4096, static_cast<std::int8_t>(weight)),
                     std::vector<std::int8_t>(4096, static_cast<std::int8_t>(x)));
    }
  }
}

TEST(Matrix, RefusesWhatAKernelCouldNotTake) {
  const std::vector<std::int8_t> weights(16, 1);
  EXPECT_FALSE(Matrix::create(0, 16, {}).ok());
  EXPECT_FALSE(Matrix::create(4097, 1, std::vector<std::int8_t>(4097)).ok());
  EXPECT_TRUE(Matrix::create(4096, 1, std::vector<std::int8_t>(4096)).ok());
  EXPECT_FALSE(Matrix::create(1, 4097, std::vector<std::int8_t>(4097)).ok());
  EXPECT_FALSE(Matrix::create(4, 5, weights).ok());
  auto with_128 = weights;
  with_128[7] = -128;
  const auto refused = Matrix::create(4, 4, with_128);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "a weight is -128; -127 to 127 are possible");
}

TEST(Rescale, RoundsToNearestHalvesUp) {
  EXPECT_EQ(rescale(5, 1, 1), 3);
  EXPECT_EQ(rescale(-5, 1, 1), -2);
  EXPECT_EQ(rescale(4, 3, 3), 2);
  EXPECT_EQ(rescale(-4, 3, 3), -1);
}

TEST(Rescale, ScalesThatCouldOverflowAreRefused) {
  const std::int32_t largest = (2147483647 - 2) / (127 * 127 * 64);
  EXPECT_TRUE(check_scales(std::vector{largest}, 2, 64).ok());
  EXPECT_FALSE(check_scales(std::vector{largest + 1}, 2, 64).ok());
  EXPECT_FALSE(check_scales(std::vector{-1}, 2, 64).ok());
  EXPECT_FALSE(check_scales(std::vector{1}, 0, 64).ok());
  EXPECT_FALSE(check_scales(std::vector{1}, 31, 64).ok());
  EXPECT_TRUE(check_scales(std::vector{1}, 30, 64).ok());
}

TEST(Nonlinearity, TakesOnlyRisingTablesOfItsSize) {
  auto entries = testing::tanh_entries();
  EXPECT_TRUE(Nonlinearity::create(entries).ok());
  std::swap(entries[5], entries[6]);
  EXPECT_FALSE(Nonlinearity::create(entries).ok());
  EXPECT_FALSE(Nonlinearity::create(std::vector<std::int16_t>(2047)).ok());
  EXPECT_FALSE(Nonlinearity::create(std::vector<std::int16_t>(2048, -32768)).ok());
}

TEST(Calibration, DrawsLinesBetweenItsKnotsAndHoldsItsEnds) {
  std::vector<std::int32_t> knots;
  for (int i = 0; i < 2049; ++i) knots.push_back(i * 1000);
  const auto line = Calibration::create(knots);
  ASSERT_TRUE(line.ok());
  constexpr std::int64_t kOne = std::int64_t{1} << kLogitBits;
  EXPECT_EQ(line->probability(0), 1024'000);
  EXPECT_EQ(line->probability(kOne / 64), 1025'000);
  EXPECT_EQ(line->probability(kOne / 128), 1024'500);
  EXPECT_EQ(line->probability(-16 * kOne), 0);
  EXPECT_EQ(line->probability(-40 * kOne), 0);
  EXPECT_EQ(line->probability(16 * kOne - 1), 2048'000);
  EXPECT_EQ(line->probability(16 * kOne), 2048'000);
  EXPECT_EQ(line->probability(std::numeric_limits<std::int64_t>::max()), 2048'000);
}

TEST(Calibration, RefusesWhatFallsOrIsNoProbability) {
  EXPECT_TRUE(Calibration::create(std::vector<std::int32_t>(2049, kCertain)).ok());
  EXPECT_FALSE(Calibration::create(std::vector<std::int32_t>(2049, kCertain + 1)).ok());
  EXPECT_FALSE(Calibration::create(std::vector<std::int32_t>(2049, -1)).ok());
  EXPECT_FALSE(Calibration::create(std::vector<std::int32_t>(2048, 0)).ok());
  std::vector<std::int32_t> falls(2049, 5);
  falls.back() = 4;
  EXPECT_FALSE(Calibration::create(falls).ok());
}

}  // namespace
}  // namespace weir::models
