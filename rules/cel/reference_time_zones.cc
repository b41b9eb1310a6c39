#include "rules/cel/reference_time_zones.h"

#include <re2/re2.h>

#include <cstdlib>
#include <map>

#include "rules/cel/reference_calendar.h"
#include "rules/cel/time_zone_text.h"

namespace weir::cel {
namespace {

int number(const std::string& digits) { return std::atoi(digits.c_str()); }

// "5", "-1" or "+0:53:28".
WideInt clock_seconds(const std::string& text) {
  static const RE2 kForm(R"(([-+]?)(\d+)(?::(\d+))?(?::(\d+))?)");
  std::string sign, hours, minutes, seconds;
  RE2::FullMatch(text, kForm, &sign, &hours, &minutes, &seconds);
  const int size = number(hours) * 3600 + number(minutes) * 60 + number(seconds);
  return sign == "-" ? -size : size;
}

WideInt moment(const std::string& text) {
  static const RE2 kForm(R"((\d+)-(\d+)-(\d+)T(.*))");
  std::string year, month, day, clock;
  RE2::FullMatch(text, kForm, &year, &month, &day, &clock);
  return kReferenceFirstSecond + WideInt{86'400} * reference_day(number(year), number(month), number(day)) +
         clock_seconds(clock);
}

// "M10.5.0/3" in that year, on the clock that it changes.
WideInt change_moment(const std::string& text, int year) {
  static const RE2 kForm(R"(M(\d+)\.(\d)\.(\d)(?:/(.*))?)");
  std::string month, week, weekday, clock;
  RE2::FullMatch(text, kForm, &month, &week, &weekday, &clock);
  const int days = reference_days_in_month(year, number(month));
  int chosen = 0;
  int seen = 0;
  for (int day = 1; day <= days; ++day) {
    const int since_monday = reference_day(year, number(month), day) + 7;  // 0001-01-01 was a Monday
    if ((since_monday + 1) % 7 != number(weekday)) continue;
    if (++seen <= number(week)) chosen = day;
  }
  return kReferenceFirstSecond + WideInt{86'400} * reference_day(year, number(month), chosen) +
         (clock.empty() ? 7200 : clock_seconds(clock));
}

// Every change of three years, in order; the last one that has come decides.
WideInt offset_by_rule(const std::string& rule, WideInt utc_seconds) {
  static const RE2 kForm(R"((?:<[^>]*>|[A-Za-z]+)([-+\d:]+)(?:(?:<[^>]*>|[A-Za-z]+)([-+\d:]+)?,(.*),(.*))?)");
  std::string standard_text, daylight_text, begin, end;
  RE2::FullMatch(rule, kForm, &standard_text, &daylight_text, &begin, &end);
  const WideInt standard = -clock_seconds(standard_text);
  if (begin.empty()) return standard;
  const WideInt daylight = daylight_text.empty() ? standard + 3600 : -clock_seconds(daylight_text);
  const auto day = static_cast<int>(reference_floored(utc_seconds - kReferenceFirstSecond, 86'400));
  const int year = reference_date(day).year;
  std::map<WideInt, WideInt> changes;
  for (int near = year - 1; near <= year + 1; ++near) {
    changes[change_moment(begin, near) - standard] = daylight;
    changes[change_moment(end, near) - daylight] = standard;
  }
  WideInt offset = 0;
  for (const auto& [from, after] : changes) {
    if (from <= utc_seconds) offset = after;
  }
  return offset;
}

}  // namespace

std::optional<WideInt> reference_zone_offset(const std::string& zone, WideInt utc_seconds) {
  static const RE2 kFixed(R"([-+]?(\d\d):(\d\d))");
  std::string hours, minutes;
  if (zone == "UTC") return 0;
  if (RE2::FullMatch(zone, kFixed, &hours, &minutes)) {
    if (number(minutes) > 59 || number(hours) > 23) return std::nullopt;
    return clock_seconds(zone);
  }
  static const RE2 kLine(R"((\S+) (\S+)(?: (\S+))?(?: (\S+))?)");
  const std::string_view text = time_zone_text();
  re2::StringPiece rest(text.data(), text.size());
  std::string first, second, third, rule;
  std::optional<WideInt> offset;
  bool after_last = true;
  for (std::size_t end = 0; (end = rest.find('\n')) != re2::StringPiece::npos; rest.remove_prefix(end + 1)) {
    const re2::StringPiece line = rest.substr(0, end);
    const bool heads = line.starts_with("zone ") || line.starts_with("link ");
    if (heads && offset) break;
    if (line.starts_with("#") || (!heads && !offset) || (heads && line.find(zone) == re2::StringPiece::npos)) continue;
    std::string last;
    RE2::FullMatch(line, kLine, &first, &second, &third, &last);
    if (first == "link" && second == zone) return reference_zone_offset(third, utc_seconds);
    if (first == "zone" && second == zone) {
      offset = clock_seconds(third);
      rule = last;
    } else if (offset) {
      after_last = moment(first) <= utc_seconds;
      if (after_last) offset = clock_seconds(second);
    }
  }
  return offset && after_last ? offset_by_rule(rule, utc_seconds) : offset;
}

}  // namespace weir::cel
