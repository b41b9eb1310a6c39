// What stands for a value: the edges, and the definition read literally.
#include "engine/model/event_codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/history/wide.h"

namespace weir::model {
namespace {

// The last of the steps 2^e * (1 + m / 4), m being 0 to 3, that is not above the magnitude.
std::uint32_t steps_by_search(std::uint64_t magnitude) {
  if (magnitude == 0) return 0;
  std::uint32_t found = 0;
  for (std::uint32_t e = 0; e < 64; ++e) {
    for (std::uint32_t m = 0; m < 4; ++m) {
      const auto bound = static_cast<history::Uint128>(4 + m) << e;
      if (bound <= static_cast<history::Uint128>(magnitude) * 4) found = 1 + 4 * e + m;
    }
  }
  return found;
}

TEST(EventCodes, StepsAreFourToAPowerOfTwo) {
  EXPECT_EQ(magnitude_steps(0), 0U);
  EXPECT_EQ(magnitude_steps(1), 1U);
  EXPECT_EQ(magnitude_steps(4), 9U);
  EXPECT_EQ(magnitude_steps(5), 10U);
  EXPECT_EQ(magnitude_steps(8), 13U);
  EXPECT_EQ(magnitude_steps(9), 13U);
  EXPECT_EQ(magnitude_steps(10), 14U);
  EXPECT_EQ(magnitude_steps(INT64_MAX), 252U);
  EXPECT_EQ(magnitude_steps(std::uint64_t{1} << 63U), 253U);
  EXPECT_EQ(magnitude_steps(UINT64_MAX), 256U);
  for (std::uint64_t i = 0; i < 5'000; ++i) EXPECT_EQ(magnitude_steps(i), steps_by_search(i)) << i;
  for (std::uint32_t bit = 12; bit < 64; ++bit) {
    const auto power = std::uint64_t{1} << bit;
    for (const auto near : {power - 1, power, power + 1, power + power / 4 - 1, power + power / 4, power + power / 2,
                            power + (power / 4) * 3 - 1, power + (power / 4) * 3}) {
      EXPECT_EQ(magnitude_steps(near), steps_by_search(near)) << near;
    }
  }
}

TEST(EventCodes, NumbersRise) {
  EXPECT_EQ(number_code(INT64_MIN), 1);
  EXPECT_EQ(number_code(INT64_MIN + 1), 2);
  EXPECT_EQ(number_code(-1), 253);
  EXPECT_EQ(number_code(0), 254);
  EXPECT_EQ(number_code(1), 255);
  EXPECT_EQ(number_code(INT64_MAX), kNumberCodes - 1);
  std::uint16_t before = 1;
  for (std::int64_t number = -40'000; number <= 40'000; ++number) {
    const auto code = number_code(number);
    EXPECT_GE(code, before) << number;
    before = code;
  }
}

TEST(EventCodes, SpansBeginAtZero) {
  EXPECT_EQ(span_code(0), 1);
  EXPECT_EQ(span_code(1), 2);
  EXPECT_EQ(span_code(86'400'000), 1 + steps_by_search(86'400'000));
  EXPECT_EQ(span_code(INT64_MAX), kSpanCodes - 1);
}

TEST(EventCodes, ValuesStandForThemselves) {
  EXPECT_EQ(bool_code(false), 1);
  EXPECT_EQ(bool_code(true), kBoolCodes - 1);
  EXPECT_EQ(place_code(0), 1);
  EXPECT_EQ(place_code(64'999), 65'000);
}

TEST(EventCodes, HashesAreThoseOfTheirDefinition) {
  // FNV-1a of "a" is af63dc4c8601ec8c, of nothing cbf29ce484222325 (the authors' test vectors).
  EXPECT_EQ(hash_code("a", 64), 1 + (0xaf63dc4cU ^ 0x8601ec8cU) % 63);
  EXPECT_EQ(hash_code("", 64), 1 + (0xcbf29ce4U ^ 0x84222325U) % 63);
  EXPECT_EQ(hash_code("anything", 2), 1) << "one bucket beside that for absent";
  std::uint16_t least = UINT16_MAX;
  std::uint16_t most = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const auto code = hash_code("m" + std::to_string(i), kMaxHashCodes);
    least = std::min(least, code);
    most = std::max(most, code);
  }
  EXPECT_EQ(least, 1);
  EXPECT_EQ(most, kMaxHashCodes - 1);
}

TEST(EventCodes, HoursAreThoseOfTheClockOnTheSpot) {
  EXPECT_EQ(hour_code(0, 0), 1);
  EXPECT_EQ(hour_code(86'399, 0), kHourCodes - 1);
  EXPECT_EQ(hour_code(86'400, 0), 1);
  EXPECT_EQ(hour_code(-1, 0), 24) << "before 1970";
  EXPECT_EQ(hour_code(0, -3'600), 24);
  EXPECT_EQ(hour_code(82'800, 7'200), 2);
  EXPECT_EQ(hour_code(3'599, 0), 1);
  EXPECT_EQ(hour_code(3'600, 0), 2);
}

}  // namespace
}  // namespace weir::model
