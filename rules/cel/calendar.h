// Timestamps and durations of the rule language: text, parts, ranges.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/value.h"
#include "rules/cel/functions.h"

namespace weir::cel {

// 0001-01-01T00:00:00Z to the last second of the year 9999.
inline constexpr std::int64_t kMinTimestampSeconds = -62'135'596'800;
inline constexpr std::int64_t kMaxTimestampSeconds = 253'402'300'799;

inline bool in_range(const Value& timestamp) {
  return timestamp.seconds() >= kMinTimestampSeconds && timestamp.seconds() <= kMaxTimestampSeconds;
}

// The text of a time, held in place.
struct TimeText {
  std::array<char, 40> bytes{};
  std::size_t size = 0;
  std::string_view view() const { return {bytes.data(), size}; }
};

// RFC 3339: YYYY-MM-DDTHH:MM:SS[.1 to 9 digits](Z|+HH:MM|-HH:MM), upper case, no leap second. Empty if it is anything
// else or, in UTC, out of range.
std::optional<Value> parse_timestamp(std::string_view text);
// "2009-02-13T23:31:30.5Z": UTC, as many digits as are not 0. The value must be in range.
TimeText timestamp_text(const Value& timestamp);

// A sign, then numbers with a unit of h, m, s, ms, us, ns: "1h30m", "-1.5s", "0". At most 18 digits before a point; of
// those behind it the first 18 count, and what is finer than a nanosecond is cut off. Empty if it is anything else or
// does not fit int64 nanoseconds (about 292 years).
std::optional<Value> parse_duration(std::string_view text);
// "5400s", "-1.5s".
TimeText duration_text(const Value& duration);

// Nanoseconds, or empty if they don't fit int64.
std::optional<std::int64_t> duration_nanoseconds(const Value& duration);
Value duration_from_nanoseconds(std::int64_t nanoseconds);

// The days from 1970-01-01 to a date of a year above -400, the year of a moment (seconds since 1970), and the weekday,
// Sunday being 0, of a day given as days since 1970-01-01.
std::int64_t days_to_date(std::int64_t year, int month, int day);
std::int64_t year_of(std::int64_t seconds);
int weekday_of(std::int64_t days);

// Minutes east of UTC: "UTC", "+02:00", "-09:30", "02:00"; at most 23:59. Empty for all else, named zones included
// (rules/cel/time_zones.h).
std::optional<int> parse_zone(std::string_view zone);

// One of kGetFullYear to kGetMilliseconds, as CEL counts them: months, days of the month (kGetDayOfMonth), days of the
// year and of the week (Sunday) from 0, kGetDate from 1. The timestamp must be in range. `offset` is in seconds east of
// UTC.
std::int64_t timestamp_part(Function part, const Value& timestamp, std::int64_t offset);
// Whole hours, minutes or seconds, towards zero; kGetMilliseconds is the fraction of the second alone.
std::int64_t duration_part(Function part, const Value& duration);

}  // namespace weir::cel
