#include "rules/cel/calendar.h"

#include <gtest/gtest.h>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }

TEST(Timestamps, AreReadAsRfc3339) {
  EXPECT_EQ(result("string(timestamp('2026-02-27T09:30:00.120Z'))"), "'2026-02-27T09:30:00.12Z'");
  EXPECT_EQ(result("string(timestamp('2026-02-27T09:30:00+02:30'))"), "'2026-02-27T07:00:00Z'");
  EXPECT_EQ(result("string(timestamp('2024-02-29T00:00:00-00:30'))"), "'2024-02-29T00:30:00Z'");
  EXPECT_EQ(result("string(timestamp('0001-01-01T00:00:00Z'))"), "'0001-01-01T00:00:00Z'");
  EXPECT_EQ(result("string(timestamp('1969-12-31T23:59:59.999999999Z'))"), "'1969-12-31T23:59:59.999999999Z'");
}

TEST(Timestamps, AreCutToNanoseconds) {
  for (const auto* text : {"2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00.12345678999999999999999999Z"}) {
    World world;
    world.with("t", TypeKind::kString, Value::string(text));
    EXPECT_EQ(world.result("timestamp(t)"), "timestamp 1767225600123456789ns") << text;
  }
}

TEST(Timestamps, RefuseImpossibleText) {
  for (const auto* text : {"2023-02-29T00:00:00Z",      "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",      "2026-01-32T00:00:00Z",
                           "2026-01-00T00:00:00Z",      "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",      "2026-01-01T00:00:60Z",
                           "2026-01-01t00:00:00Z",      "2026-01-01T00:00:00z",
                           "2026-01-01 00:00:00Z",      "2026-01-01T00:00:00",
                           "2026-01-01T00:00Z",         "2026-01-01T00:00:00.Z",
                           "2026-1-01T00:00:00Z",       "2026-01-01T00:00:00+2:00",
                           "2026-01-01T00:00:00+24:00", "0000-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
                           "2026-01-01T00:00:00Zx",     "",
                           "1900-02-29T00:00:00Z"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
    World world;
    world.with("t", TypeKind::kString, Value::string(text));
    EXPECT_EQ(world.result("timestamp(t)"), "error invalid_argument (timestamp)") << text;
  }
}

TEST(Timestamps, HaveParts) {
  World world;
  world.with("t", TypeKind::kTimestamp, *parse_timestamp("2024-12-31T23:59:58.987Z"));
  EXPECT_EQ(
      world.result("[t.getFullYear(), t.getMonth(), t.getDate(), t.getDayOfMonth(), t.getDayOfWeek(), t.getDayOfYear(),"
                   " t.getHours(), t.getMinutes(), t.getSeconds(), t.getMilliseconds()]"),
      "[2024, 11, 31, 30, 2, 365, 23, 59, 58, 987]");
  EXPECT_EQ(
      world.result("[t.getFullYear('+00:01'), t.getMonth('+00:01'), t.getDate('00:01'), t.getDayOfWeek('+14:00')]"),
      "[2025, 0, 1, 3]");
  EXPECT_EQ(world.result("t.getHours('-09:30')"), "14");
  EXPECT_EQ(world.result("t.getHours('UTC')"), "23");
  World zones;
  zones.with("t", TypeKind::kTimestamp, Value::timestamp(0, 0)).with("z", TypeKind::kString, Value::string("+24:00"));
  EXPECT_EQ(zones.result("t.getHours(z)"), "error invalid_argument (getHours)");
  zones.slots()[1] = Value::string("+23:60");
  EXPECT_EQ(zones.result("t.getHours(z)"), "error invalid_argument (getHours)");
  zones.slots()[1] = Value::string("+23:59");
  EXPECT_EQ(zones.result("t.getHours(z)"), "23");
  zones.slots()[1] = Value::string("-23:59");
  EXPECT_EQ(zones.result("[t.getHours(z), t.getMinutes(z), t.getDate(z)]"), "[0, 1, 31]");
}

TEST(Timestamps, HavePartsAtTheEndsOfTime) {
  EXPECT_EQ(result("timestamp('0001-01-01T00:00:00Z').getFullYear('-14:00')"), "0");
  EXPECT_EQ(result("timestamp('0001-01-01T00:00:00Z').getDayOfYear('-14:00')"), "365");
  EXPECT_EQ(result("timestamp('9999-12-31T23:59:59Z').getFullYear('+14:00')"), "10000");
  EXPECT_EQ(result("timestamp('9999-12-31T23:59:59Z').getDayOfWeek()"), "5");
}

TEST(Timestamps, KeepTheirRange) {
  EXPECT_EQ(result("timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')"), "error overflow (+)");
  EXPECT_EQ(result("timestamp('0001-01-01T00:00:00Z') - duration('1ns')"), "error overflow (-)");
  EXPECT_EQ(result("timestamp('0001-01-01T00:00:00.000000001Z') - duration('1ns') == timestamp(-62135596800)"), "true");
  EXPECT_EQ(result("timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')"), "error overflow (-)");
  World world;
  world.with("t", TypeKind::kTimestamp, Value::timestamp(std::int64_t{1} << 62U, 0));
  for (const auto* text : {"t.getHours()", "string(t)", "t + duration('1s')", "t - t"}) {
    EXPECT_TRUE(world.result(text).starts_with("error overflow")) << text << " " << world.result(text);
  }
}

TEST(Durations, AreReadExactly) {
  const auto nanos = [](std::string_view text) {
    const auto duration = parse_duration(text);
    return duration ? duration_nanoseconds(*duration) : std::nullopt;
  };
  EXPECT_EQ(nanos("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(nanos("-1.5s"), -1'500'000'000);
  EXPECT_EQ(nanos("+1ms2us3ns"), 1'002'003);
  EXPECT_EQ(nanos("1.5h.5m2.s"), 5'432'000'000'000);
  EXPECT_EQ(nanos("0"), 0);
  EXPECT_EQ(nanos("0.0000000019s"), 1);
  EXPECT_EQ(nanos("1µs1μs"), 2'000);
  EXPECT_EQ(nanos("9223372036854775807ns"), 9'223'372'036'854'775'807);
  EXPECT_EQ(nanos("9223372036854775808ns"), std::nullopt);
  EXPECT_EQ(nanos("-9223372036854775808ns"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(nanos("9999999999999999999h"), std::nullopt);
  EXPECT_EQ(nanos("10000000000000000000ns"), std::nullopt);
  EXPECT_EQ(nanos("00000000000000000000000000000000000000001.5s"), 1'500'000'000);
  EXPECT_EQ(nanos("0s00.s"), 0);
  EXPECT_EQ(nanos("9223372036.854775807s"), 9'223'372'036'854'775'807);
  EXPECT_EQ(nanos("9223372036.854775808s"), std::nullopt);
  EXPECT_EQ(nanos("-9223372036.854775808s"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(nanos("-9223372036.854775809s"), std::nullopt);
  for (const auto* text : {"", "-", "1", "s", ".s", "1d", "1 s", "1s ", "1h-1m", "00", "1e3s"}) {
    EXPECT_EQ(nanos(text), std::nullopt) << text;
    World world;
    world.with("t", TypeKind::kString, Value::string(text));
    EXPECT_EQ(world.result("duration(t)"), "error invalid_argument (duration)") << text;
  }
  World world;
  world.with("t", TypeKind::kString, Value::string(""));
  for (const auto* text : {"9223372036854775807ns", "-9223372036854775808ns", "9223372036854775808ns", "0s00.s",
                           "00000000000000000000000000000000000000001.5s", "10000000000000000000ns"}) {
    world.slots()[0] = Value::string(text);
    EXPECT_EQ(world.result("duration(t)").find("DIFFERENT"), std::string::npos) << text;
  }
}

TEST(Durations, HavePartsAndText) {
  EXPECT_EQ(
      result("[duration('3730.5s').getHours(), duration('3730.5s').getMinutes(), duration('3730.5s').getSeconds(),"
             " duration('3730.5s').getMilliseconds()]"),
      "[1, 62, 3730, 500]");
  EXPECT_EQ(result("[duration('-1.5s').getSeconds(), duration('-1.5s').getMilliseconds()]"), "[-1, -500]");
  EXPECT_EQ(result("string(duration('-1.5s')) + string(duration('90m')) + string(duration('-1ns'))"),
            "'-1.5s5400s-0.000000001s'");
  EXPECT_EQ(result("string(duration('-9223372036.854775808s'))"), "'-9223372036.854775808s'");
  EXPECT_EQ(result("duration('1s') < duration('1001ms') && -1 < 0"), "true");
  EXPECT_EQ(result("duration('9223372036s') + duration('1s')"), "error overflow (+)");
}

}  // namespace
}  // namespace weir::cel
