// ISO 8601 date-times to and from milliseconds since 1970-01-01T00:00:00Z. Proleptic Gregorian calendar, years 0001 to
// 9999, no leap seconds (":60" is refused), no locale, no time-zone database: an offset is written or it is UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir {

enum class TimeError : std::uint8_t {
  kNotATime,    // not of the form
  kImpossible,  // of the form, but no such date or time of day (2023-02-29, 25:00)
  kNoOffset,    // neither Z nor an offset, and none was assumed
};

struct CivilTime {
  int year = 1970;  // 1 to 9999
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

inline constexpr std::int64_t kMinTimeMs = -62'135'596'800'000;  // 0001-01-01T00:00:00.000Z
inline constexpr std::int64_t kMaxTimeMs = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// YYYY-MM-DD[T or space]HH:MM[:SS[.fraction]][Z|±HH:MM|±HHMM|±HH], or YYYY-MM-DD alone (midnight, without offset). A
// fraction finer than a millisecond is cut off. Offsets reach 23:59; a time that its offset moves out of the years 1 to
// 9999 is kImpossible. `assume_utc`: a text without offset is UTC instead of kNoOffset.
Result<std::int64_t, TimeError> parse_iso8601_ms(std::string_view text, bool assume_utc);

// "2026-02-27T09:30:00.125Z"; milliseconds are left out when 0. `time_ms` is kMinTimeMs to kMaxTimeMs.
inline constexpr std::size_t kMaxIso8601Bytes = 24;
std::string_view write_iso8601(char (&text)[kMaxIso8601Bytes], std::int64_t time_ms);
void append_iso8601(std::string& out, std::int64_t time_ms);
std::string iso8601(std::int64_t time_ms);

// Both ways in the range above; a date or time of day that does not exist is our own mistake (WEIR_CHECK).
CivilTime civil_from_ms(std::int64_t time_ms);
std::int64_t ms_from_civil(const CivilTime& civil);
// 0 is Sunday.
int weekday_from_ms(std::int64_t time_ms);

// "90d", "12h", "30m", "45s", "250ms", or a sequence of them in falling order ("1d12h"); above 0, at most 100 years.
Result<std::int64_t> parse_duration_ms(std::string_view text);
// Each unit that is not 0, in falling order: "7d", "1h30m"; "0s" for none, with a leading '-' below 0.
std::string duration_text(std::int64_t duration_ms);

}  // namespace weir
