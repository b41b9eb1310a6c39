#include "engine/base/civil_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace weir {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::string outcome(std::string_view text, bool assume_utc = false) {
  const auto result = parse_iso8601_ms(text, assume_utc);
  if (result.ok()) return iso8601(*result);
  switch (result.error()) {
    case TimeError::kNotATime:
      return "not a time";
    case TimeError::kImpossible:
      return "impossible";
    case TimeError::kNoOffset:
      return "no offset";
  }
  return "?";
}

// Walks the calendar by the rules of the almanac, one day after the other, beside the closed formulas.
TEST(CivilTime, EveryDayOfTheYears1To9999AgreesWithACountOfDays) {
  const int days_of_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t ms = kMinTimeMs;
  int weekday = 1;  // 0001-01-01 was a Monday
  for (int year = 1; year <= 9999; ++year) {
    const bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    for (int month = 1; month <= 12; ++month) {
      const int days = days_of_month[month - 1] + (month == 2 && leap ? 1 : 0);
      for (int day = 1; day <= days; ++day, ms += kDayMs, weekday = (weekday + 1) % 7) {
        const CivilTime civil = civil_from_ms(ms + kDayMs - 1);
        if (civil.year != year || civil.month != month || civil.day != day || civil.hour != 23 || civil.minute != 59 ||
            civil.second != 59 || civil.millisecond != 999 || weekday_from_ms(ms) != weekday ||
            ms_from_civil({.year = year, .month = month, .day = day}) != ms) {
          FAIL() << year << "-" << month << "-" << day;
        }
      }
    }
  }
  EXPECT_EQ(ms, kMaxTimeMs + 1);
}

TEST(CivilTime, ReadsEveryWrittenForm) {
  for (const char* text :
       {"2026-02-27T09:30:00Z", "2026-02-27 09:30:00Z", "2026-02-27T09:30Z", "2026-02-27T09:30:00.000Z",
        "2026-02-27T10:30:00+01:00", "2026-02-27T10:30+0100", "2026-02-27T10:30+01", "2026-02-26T23:00:00-10:30",
        "2026-02-27T09:30:00.0009Z", "2026-02-27T09:30:00-00:00", "2026-02-28T09:29:00+23:59"}) {
    EXPECT_EQ(outcome(text), "2026-02-27T09:30:00Z") << text;
  }
  EXPECT_EQ(outcome("2026-02-27T09:30:00.125Z"), "2026-02-27T09:30:00.125Z");
  EXPECT_EQ(outcome("2026-02-27T09:30:00.1Z"), "2026-02-27T09:30:00.100Z");
  EXPECT_EQ(outcome("1969-12-31T23:59:59.9999Z"), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(*parse_iso8601_ms("1969-12-31T23:59:59.999Z", false), -1);
  EXPECT_EQ(outcome("2026-02-27", true), "2026-02-27T00:00:00Z");
  EXPECT_EQ(outcome("2026-02-27T09:30:00", true), "2026-02-27T09:30:00Z");
  EXPECT_EQ(outcome("2026-02-27T09:30:00+01:00", true), "2026-02-27T08:30:00Z");
}

TEST(CivilTime, ATextWithoutOffsetIsATimeOnlyIfUtcIsAssumed) {
  EXPECT_EQ(outcome("2026-02-27"), "no offset");
  EXPECT_EQ(outcome("2026-02-27T09:30:00"), "no offset");
  EXPECT_EQ(outcome("2026-02-27T09:30:00.5"), "no offset");
}

TEST(CivilTime, RefusesDatesAndTimesThatDoNotExist) {
  for (const char* text :
       {"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-04-00T00:00:00Z", "2026-04-01T24:00:00Z", "2026-04-01T23:60:00Z",
        "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2026-04-01T00:00:00+24:00", "2026-04-01T00:00:00+01:60",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"}) {
    EXPECT_EQ(outcome(text), "impossible") << text;
  }
  EXPECT_EQ(outcome("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00Z");
  EXPECT_EQ(outcome("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(outcome("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z");
}

TEST(CivilTime, RefusesOtherForms) {
  for (const char* text : {"",
                           "2026",
                           "2026-02",
                           "26-02-27",
                           "2026-2-27",
                           "2026/02/27",
                           "20260227T093000Z",
                           "2026-02-27T",
                           "2026-02-27T09Z",
                           "2026-02-27T0930Z",
                           "2026-02-27T09:30:00z",
                           "2026-02-27t09:30:00Z",
                           "2026-02-27T09:30:00.Z",
                           "2026-02-27T09:30:00,5Z",
                           "2026-02-27T09:30:00 Z",
                           "2026-02-27T09:30:00Z ",
                           " 2026-02-27T09:30:00Z",
                           "2026-02-27T09:30:00+1",
                           "2026-02-27T09:30:00+01:",
                           "2026-02-27T09:30:00+01:0",
                           "2026-02-27T09:30:00+01:00:00",
                           "2026-02-27T09:30:00+01:00Z",
                           "2026-02-27Z",
                           "2026-02-27+01:00",
                           "-2026-02-27T09:30:00Z",
                           "12026-02-27T09:30Z",
                           "2026-02-27T09:30:0\xD9\xA1Z"}) {
    EXPECT_EQ(outcome(text), "not a time") << text;
    EXPECT_EQ(outcome(text, true), "not a time") << text;
  }
}

RC_GTEST_PROP(CivilTimeProperty, WhatIsWrittenReadsBack, ()) {
  const auto ms = *rc::gen::inRange<std::int64_t>(kMinTimeMs, kMaxTimeMs + 1);
  RC_ASSERT(*parse_iso8601_ms(iso8601(ms), false) == ms);
  RC_ASSERT(ms_from_civil(civil_from_ms(ms)) == ms);
}

RC_GTEST_PROP(CivilTimeProperty, AnOffsetMovesTheTimeBackByItself, ()) {
  const auto local = *rc::gen::inRange<std::int64_t>(kMinTimeMs / 1000 + 86'400, kMaxTimeMs / 1000 - 86'400);
  const int hours = *rc::gen::inRange(0, 24);
  const int minutes = *rc::gen::inRange(0, 60);
  const bool east = *rc::gen::arbitrary<bool>();
  const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  std::string text = iso8601(local * 1000);
  text.pop_back();
  const std::string colon = *rc::gen::element(":", "");
  text += (east ? "+" : "-") + two(hours) + colon + two(minutes);
  const std::int64_t offset_ms = (hours * 60 + minutes) * 60'000 * (east ? 1 : -1);
  RC_ASSERT(*parse_iso8601_ms(text, false) == local * 1000 - offset_ms);
}

TEST(Duration, ReadsUnitsInFallingOrder) {
  EXPECT_EQ(*parse_duration_ms("90d"), 90 * kDayMs);
  EXPECT_EQ(*parse_duration_ms("12h"), kDayMs / 2);
  EXPECT_EQ(*parse_duration_ms("30m"), 1'800'000);
  EXPECT_EQ(*parse_duration_ms("45s"), 45'000);
  EXPECT_EQ(*parse_duration_ms("250ms"), 250);
  EXPECT_EQ(*parse_duration_ms("1d12h"), kDayMs * 3 / 2);
  EXPECT_EQ(*parse_duration_ms("1d2h3m4s5ms"), kDayMs + 7'384'005);
  EXPECT_EQ(*parse_duration_ms("0d1ms"), 1);
  EXPECT_EQ(*parse_duration_ms("36525d"), 36'525 * kDayMs);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"",
                           "0s",
                           "0d0h",
                           "5",
                           "d",
                           "-5s",
                           "+5s",
                           "1.5h",
                           "5 s",
                           " 5s",
                           "5s ",
                           "5S",
                           "1h1d",
                           "1s1s",
                           "1ms1s",
                           "5min",
                           "36526d",
                           "36525d1ms",
                           "99999999999999999999d",
                           "9223372036854775807ms"}) {
    const auto result = parse_duration_ms(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_NE(result.error().message.find("`" + std::string(text) + "`"), std::string::npos) << text;
  }
}

TEST(Duration, IsWrittenByUnits) {
  EXPECT_EQ(duration_text(7 * kDayMs), "7d");
  EXPECT_EQ(duration_text(5'400'000), "1h30m");
  EXPECT_EQ(duration_text(kDayMs + 7'384'005), "1d2h3m4s5ms");
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(-90'000), "-1m30s");
}

RC_GTEST_PROP(DurationProperty, WhatIsWrittenReadsBack, ()) {
  const auto ms = *rc::gen::inRange<std::int64_t>(1, 36'525 * kDayMs + 1);
  RC_ASSERT(*parse_duration_ms(duration_text(ms)) == ms);
}

}  // namespace
}  // namespace weir
