#include "engine/history/sketch.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/history/dictionary.h"

namespace weir::history {
namespace {

std::uint16_t code_of(std::int64_t value) { return sketch_code(DistinctKey(Value::int64(value)).hash); }

TEST(Sketch, RankCountsLeadingZeroesAboveTheRegisterNumber) {
  EXPECT_EQ(sketch_code(0), 55 << 10);
  EXPECT_EQ(sketch_code(1023), 1023 | 55 << 10);
  EXPECT_EQ(sketch_code(std::uint64_t{1} << 63), 1 << 10);
  EXPECT_EQ(sketch_code(std::uint64_t{1} << 10), 54 << 10);
}

TEST(Sketch, EstimatesAreWithinFourStandardErrors) {
  Registers registers{};
  EXPECT_EQ(estimate(registers), 0U);
  std::int64_t added = 0;
  for (const std::int64_t size : {1, 2, 10, 100, 1'000, 2'500, 5'000, 20'000, 300'000, 3'000'000}) {
    for (; added < size; ++added) raise(registers, code_of(added));
    const double error = std::abs(static_cast<double>(estimate(registers)) / static_cast<double>(size) - 1);
    EXPECT_LT(error, 4 * 1.04 / 32) << size;
  }
}

TEST(Sketch, EstimatesAreUnbiasedOnAverage) {
  for (const int size : {500, 3'000, 6'000}) {
    double sum = 0;
    for (int round = 0; round < 40; ++round) {
      Registers registers{};
      for (int i = 0; i < size; ++i) raise(registers, code_of(round * 1'000'000 + i));
      sum += static_cast<double>(estimate(registers));
    }
    EXPECT_NEAR(sum / 40 / size, 1.0, 0.02) << size;
  }
}

TEST(Sketch, MergingIsTheSketchOfTheUnion) {
  Registers low{}, high{}, both{};
  for (int i = 0; i < 5'000; ++i) {
    if (i < 3'000) raise(low, code_of(i));
    if (i > 1'000) raise(high, code_of(i));
    raise(both, code_of(i));
  }
  merge(low, high);
  EXPECT_EQ(low, both);
}

// Estimates stand in audit records: they may never change.
TEST(Sketch, EstimatesAreWhatTheyHaveAlwaysBeen) {
  Registers registers{};
  for (int i = 0; i < 100'000; ++i) raise(registers, code_of(i));
  EXPECT_EQ(estimate(registers), 101031U);
}

}  // namespace
}  // namespace weir::history
