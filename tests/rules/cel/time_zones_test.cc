// The embedded time zones: against hashes that Python's zoneinfo made (time_zones_golden.py), and case by case.
#include "rules/cel/time_zones.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "rules/cel/calendar.h"
#include "rules/cel/reference_time_zones.h"
#include "rules/cel/time_zone_rule.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kWeek = 7 * 86'400;
constexpr std::int64_t kWalkBegin = -4'102'444'800;
constexpr std::int64_t kWalkEnd = 4'417'977'600;
constexpr std::int64_t kGridBegin = -62'135'000'000;
constexpr std::int64_t kGridEnd = 253'402'000'000;
constexpr std::int64_t kGridStep = 315'569'527;

// The first second at which the offset is no longer that of `low`.
std::int64_t change_between(const TimeZone& zone, std::int64_t low, std::int64_t high) {
  const auto before = zone.offset_at(low);
  while (high - low > 1) {
    const std::int64_t middle = (low + high) / 2 - ((low + high) % 2 < 0 ? 1 : 0);
    (zone.offset_at(middle) == before ? low : high) = middle;
  }
  return high;
}

// The walk of time_zones_golden.py. The reference is asked beside every change that is met.
std::string hash_of(const std::string& name, const TimeZone& zone) {
  std::uint64_t digest = 14'695'981'039'346'656'037U;
  const auto add = [&digest](std::int64_t number) {
    digest = (digest ^ static_cast<std::uint64_t>(number)) * 1'099'511'628'211U;
  };
  const auto compare = [&](std::int64_t moment) {
    EXPECT_EQ(static_cast<std::int64_t>(*reference_zone_offset(name, moment)), zone.offset_at(moment))
        << name << " at " << moment;
  };
  std::int64_t before = zone.offset_at(kWalkBegin);
  add(before);
  int changes = 0;
  for (std::int64_t moment = kWalkBegin + kWeek; moment < kWalkEnd; moment += kWeek) {
    const std::int64_t after = zone.offset_at(moment);
    if (after != before) {
      const auto change = change_between(zone, moment - kWeek, moment);
      add(change);
      add(after);
      if (changes++ % 61 == 0) compare(change - 1), compare(change);
    }
    before = after;
  }
  for (std::int64_t moment = kGridBegin; moment < kGridEnd; moment += kGridStep) add(zone.offset_at(moment));
  for (const auto moment : {kMinTimestampSeconds, kGridBegin, std::int64_t{0}, kMaxTimestampSeconds}) compare(moment);
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(digest));
  return text;
}

TEST(TimeZones, AreThoseOfPythonsZoneinfo) {
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  const auto folder = std::filesystem::path(source != nullptr ? source : ".") / "tests/rules/cel/golden";
  std::ifstream golden(folder / "time_zones.golden");
  ASSERT_TRUE(golden.is_open()) << folder;
  std::vector<std::string> names;
  std::string name;
  std::string hash;
  while (golden >> name >> hash) {
    names.push_back(name);
    const auto zone = TimeZone::find(name);
    ASSERT_TRUE(zone.has_value()) << name;
    EXPECT_EQ(hash_of(name, *zone), hash) << name;
  }
  EXPECT_EQ(names, time_zone_names());
  EXPECT_GT(names.size(), 590U);
}

// The local time of a moment in UTC, both ways.
std::string local(const std::string& moment, const std::string& zone) {
  World world;
  const auto time = parse_timestamp(moment);
  EXPECT_TRUE(time.has_value()) << moment;
  world.with("t", TypeKind::kTimestamp, *time).with("z", TypeKind::kString, Value::string(zone));
  const auto parts = [&world](const std::string& argument) {
    std::string list;
    for (const auto* part : {"FullYear", "Month", "Date", "Hours", "Minutes", "Seconds"}) {
      list += std::string(list.empty() ? "[" : ", ") + "t.get" + part + "(" + argument + ")";
    }
    return world.result(list + "]");
  };
  const auto literal = parts("'" + zone + "'");
  EXPECT_EQ(literal, parts("z")) << "a zone that is known late means another";
  return literal;
}

TEST(TimeZones, KnowTheOddOnes) {
  EXPECT_EQ(local("2026-07-01T12:00:00Z", "Europe/Berlin"), "[2026, 6, 1, 14, 0, 0]");
  EXPECT_EQ(local("2026-03-29T00:59:59Z", "Europe/Berlin"), "[2026, 2, 29, 1, 59, 59]");
  EXPECT_EQ(local("2026-03-29T01:00:00Z", "Europe/Berlin"), "[2026, 2, 29, 3, 0, 0]");
  EXPECT_EQ(local("1800-01-01T00:00:00Z", "Europe/Berlin"), "[1800, 0, 1, 0, 53, 28]");  // local mean time
  EXPECT_EQ(local("0001-01-01T00:00:00Z", "America/New_York"), "[0, 11, 31, 19, 3, 58]");
  EXPECT_EQ(local("0001-01-01T00:00:00Z", "Asia/Kolkata"), "[1, 0, 1, 5, 53, 28]");
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "Asia/Kolkata"), "[2026, 0, 1, 5, 30, 0]");
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "Asia/Kathmandu"), "[2026, 0, 1, 5, 45, 0]");
  EXPECT_EQ(local("9999-12-31T23:59:59Z", "Australia/Sydney"), "[10000, 0, 1, 10, 59, 59]");  // summer in the south
  EXPECT_EQ(local("9999-07-01T00:00:00Z", "Australia/Sydney"), "[9999, 6, 1, 10, 0, 0]");
  EXPECT_EQ(local("9999-07-01T00:00:00Z", "Europe/Dublin"), "[9999, 6, 1, 1, 0, 0]");  // winter is the exception there
  EXPECT_EQ(local("9999-12-31T23:59:59Z", "Europe/Dublin"), "[9999, 11, 31, 23, 59, 59]");
  EXPECT_EQ(local("2025-03-01T12:00:00Z", "Africa/Casablanca"), "[2025, 2, 1, 12, 0, 0]");  // Ramadan
  EXPECT_EQ(local("2025-05-01T12:00:00Z", "Africa/Casablanca"), "[2025, 4, 1, 13, 0, 0]");
  EXPECT_EQ(local("2018-12-15T12:00:00Z", "America/Sao_Paulo"), "[2018, 11, 15, 10, 0, 0]");  // the last summer time
  EXPECT_EQ(local("2019-12-15T12:00:00Z", "America/Sao_Paulo"), "[2019, 11, 15, 9, 0, 0]");
  EXPECT_EQ(local("2011-12-30T09:59:59Z", "Pacific/Apia"), "[2011, 11, 29, 23, 59, 59]");  // the day that was not
  EXPECT_EQ(local("2011-12-30T10:00:00Z", "Pacific/Apia"), "[2011, 11, 31, 0, 0, 0]");
  EXPECT_EQ(local("2026-07-01T00:00:00Z", "Antarctica/Troll"), "[2026, 6, 1, 2, 0, 0]");  // two hours at once
  EXPECT_EQ(local("2026-12-01T00:00:00Z", "Antarctica/Troll"), "[2026, 11, 1, 0, 0, 0]");
  EXPECT_EQ(local("2026-07-01T00:00:00Z", "Australia/Lord_Howe"), "[2026, 6, 1, 10, 30, 0]");  // half an hour
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "Australia/Lord_Howe"), "[2026, 0, 1, 11, 0, 0]");
  EXPECT_EQ(local("1971-06-01T00:00:00Z", "Africa/Monrovia"), "[1971, 4, 31, 23, 15, 30]");  // an offset with seconds
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "US/Central"), "[2025, 11, 31, 18, 0, 0]");        // a link
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "Etc/GMT+12"), "[2025, 11, 31, 12, 0, 0]");
  EXPECT_EQ(local("2026-01-01T00:00:00Z", "GMT"), "[2026, 0, 1, 0, 0, 0]");
}

TEST(TimeZones, ThatDoNotExistAreRefusedEarlyOrLate) {
  World world;
  world.with("t", TypeKind::kTimestamp, Value::timestamp(0, 0)).with("z", TypeKind::kString, Value::string("x"));
  for (const auto* name : {"", "Berlin", "Europe", "Europe/", "europe/berlin", "Europe/Berlin ", "zone", "+1", "CEST",
                           "version", "1996-03-31T01:00", "+24:00", "2:00", "posix/Europe/Berlin"}) {
    world.slots()[1] = Value::string(name);
    EXPECT_EQ(world.result("t.getHours(z)"), "error invalid_argument (getHours)") << name;
    const auto issue = world.issues("t.getHours('" + std::string(name) + "')");
    EXPECT_NE(issue.find("error: this is not a time zone"), std::string::npos) << issue;
  }
  world.slots()[1] = Value::int64(1);
  EXPECT_EQ(world.result("t.getHours(z)"), "error no_such_overload (getHours)");
  EXPECT_EQ(world.result("t.getHours('Europe/' + 'Berlin')"), "1");
  EXPECT_EQ(world.result("t.getHours('Europe/' + 'Berlim')"), "error invalid_argument (getHours)");
  world.slots()[0] = Value::absent();
  EXPECT_EQ(world.result("t.getHours('Europe/Berlin')"), "error absent_value (t)");
  world.slots()[0] = Value::duration(7'200, 0);
  EXPECT_EQ(world.result("t.getHours('Europe/Berlin')"), "error no_such_overload (getHours)");
  world.slots()[0] = Value::timestamp(kMaxTimestampSeconds + 1, 0);
  EXPECT_EQ(world.result("t.getHours('Europe/Berlin')"), "error overflow (getHours)");
}

TEST(TimeZones, SuggestTheOneThatWasMeant) {
  EXPECT_EQ(closest_time_zone("Europe/Berln"), "Europe/Berlin");
  EXPECT_EQ(closest_time_zone("europe/berlin"), "Europe/Berlin");
  EXPECT_EQ(closest_time_zone("Berlin"), "Europe/Berlin");
  EXPECT_EQ(closest_time_zone("new york"), "America/New_York");
  EXPECT_EQ(closest_time_zone("the middle of nowhere"), "");
}

TEST(TimeZones, HaveAVersion) {
  const auto version = time_zone_version();
  ASSERT_EQ(version.size(), 5U) << version;
  EXPECT_GE(version, "2025b");
}

std::string offsets(std::string_view rule) {
  const auto parsed = TimeZoneRule::parse(rule);
  if (!parsed) return "none";
  constexpr std::int64_t kJanuary = 1'767'225'600;  // 2026
  constexpr std::int64_t kJuly = 1'782'864'000;
  return std::to_string(parsed->offset_at(kJanuary)) + " " + std::to_string(parsed->offset_at(kJuly));
}

TEST(TimeZoneRules, AreReadAsPosixWritesThem) {
  EXPECT_EQ(offsets("UTC0"), "0 0");
  EXPECT_EQ(offsets("IST-5:30"), "19800 19800");
  EXPECT_EQ(offsets("<+0545>-5:45"), "20700 20700");
  EXPECT_EQ(offsets("EST+5"), "-18000 -18000");
  EXPECT_EQ(offsets("LMT-0:53:28"), "3208 3208");
  EXPECT_EQ(offsets("CET-1CEST,M3.5.0,M10.5.0/3"), "3600 7200");
  EXPECT_EQ(offsets("<-03>3<-02>,M9.1.6/24,M4.1.6/24"), "-7200 -10800");
  EXPECT_EQ(offsets("<+12>-12<+13>,M11.2.0,M1.2.3/99"), "46800 43200");  // as Fiji had it
  for (const auto* rule :
       {"", "CET", "-1", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,J60,J300", "CET-1CEST,M1.1.0,M10.5.0",
        "CET-1CEST,M3.5.0,M12.5.0", "<CET-1", "CET-1CEST,M3.5.0/169,M9.5.0"}) {
    EXPECT_EQ(offsets(rule), "none") << rule;
  }
}

}  // namespace
}  // namespace weir::cel
