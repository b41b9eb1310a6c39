#include "engine/base/civil_time.h"

#include <array>
#include <cstddef>

#include "engine/base/check.h"

namespace weir {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kMaxDurationMs = 36'525 * kDayMs;

constexpr bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

constexpr int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// Days are counted in years that begin on March 1, so that the leap day is the last of its year: the first of the m-th
// month from March is then day (153 m + 2) / 5, and 400 years are always 146,097 days.
constexpr std::int64_t kDaysFromMarchOfYearZero = 719'468;  // to 1970-01-01

constexpr std::int64_t days_from_date(int year, int month, int day) {
  const int march_year = month <= 2 ? year - 1 : year;
  const int march_month = month <= 2 ? month + 9 : month - 3;
  const std::int64_t leap_days = march_year / 4 - march_year / 100 + march_year / 400;
  return 365 * static_cast<std::int64_t>(march_year) + leap_days + (153 * march_month + 2) / 5 + day - 1 -
         kDaysFromMarchOfYearZero;
}

static_assert(days_from_date(1970, 1, 1) == 0);
static_assert(days_from_date(1, 1, 1) * kDayMs == kMinTimeMs);
static_assert((days_from_date(9999, 12, 31) + 1) * kDayMs - 1 == kMaxTimeMs);

constexpr std::int64_t floor_days(std::int64_t time_ms) { return time_ms / kDayMs - (time_ms % kDayMs < 0 ? 1 : 0); }

// A cursor over the text; each step says whether it found what it looked for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  bool literal(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool is_digit() const { return !at_end() && text_[at_] >= '0' && text_[at_] <= '9'; }
  int digit() { return text_[at_++] - '0'; }
  bool number(int width, int& value) {
    value = 0;
    for (int i = 0; i < width; ++i) {
      if (!is_digit()) return false;
      value = value * 10 + digit();
    }
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool scan_time_of_day(Scanner& scanner, CivilTime& civil) {
  if (!scanner.number(2, civil.hour) || !scanner.literal(':') || !scanner.number(2, civil.minute)) return false;
  if (!scanner.literal(':')) return true;
  if (!scanner.number(2, civil.second)) return false;
  if (!scanner.literal('.')) return true;
  if (!scanner.is_digit()) return false;
  for (int weight = 100; scanner.is_digit(); weight /= 10) civil.millisecond += scanner.digit() * weight;
  return true;
}

struct Offset {
  bool written = false;
  int sign = 1;
  int hours = 0;
  int minutes = 0;
};

bool scan_offset(Scanner& scanner, Offset& offset) {
  if (scanner.at_end()) return true;
  offset.written = true;
  if (scanner.literal('Z')) return scanner.at_end();
  if (scanner.literal('-')) {
    offset.sign = -1;
  } else if (!scanner.literal('+')) {
    return false;
  }
  if (!scanner.number(2, offset.hours)) return false;
  if (scanner.at_end()) return true;
  scanner.literal(':');
  return scanner.number(2, offset.minutes) && scanner.at_end();
}

bool is_possible(const CivilTime& civil) {
  return civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
         civil.day <= days_in_month(civil.year, civil.month) && civil.hour <= 23 && civil.minute <= 59 &&
         civil.second <= 59;
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> kUnits = {{{"d", kDayMs}, {"h", kHourMs}, {"m", kMinuteMs}, {"s", kSecondMs}, {"ms", 1}}};

Error duration_error(std::string_view text) {
  return Error{
      "`" + std::string(text) +
      "` is not a duration: write a whole number and d, h, m, s or ms, or several in falling order, such as 7d "
      "or 1h30m; above 0 and at most 36525d"};
}

}  // namespace

Result<std::int64_t, TimeError> parse_iso8601_ms(std::string_view text, bool assume_utc) {
  Scanner scanner(text);
  CivilTime civil;
  if (!scanner.number(4, civil.year) || !scanner.literal('-') || !scanner.number(2, civil.month) ||
      !scanner.literal('-') || !scanner.number(2, civil.day)) {
    return TimeError::kNotATime;
  }
  Offset offset;
  if (!scanner.at_end()) {
    if (!scanner.literal('T') && !scanner.literal(' ')) return TimeError::kNotATime;
    if (!scan_time_of_day(scanner, civil) || !scan_offset(scanner, offset)) return TimeError::kNotATime;
  }
  if (!is_possible(civil) || offset.hours > 23 || offset.minutes > 59) return TimeError::kImpossible;
  if (!offset.written && !assume_utc) return TimeError::kNoOffset;
  const std::int64_t time_ms =
      ms_from_civil(civil) - offset.sign * (offset.hours * kHourMs + offset.minutes * kMinuteMs);
  if (time_ms < kMinTimeMs || time_ms > kMaxTimeMs) return TimeError::kImpossible;
  return time_ms;
}

std::string_view write_iso8601(char (&text)[kMaxIso8601Bytes], std::int64_t time_ms) {
  const CivilTime civil = civil_from_ms(time_ms);
  char* at = text;
  const auto digits = [&](int value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
    at += count;
  };
  digits(civil.year, 4);
  *at++ = '-';
  digits(civil.month, 2);
  *at++ = '-';
  digits(civil.day, 2);
  *at++ = 'T';
  digits(civil.hour, 2);
  *at++ = ':';
  digits(civil.minute, 2);
  *at++ = ':';
  digits(civil.second, 2);
  if (civil.millisecond != 0) {
    *at++ = '.';
    digits(civil.millisecond, 3);
  }
  *at++ = 'Z';
  return {text, static_cast<std::size_t>(at - text)};
}

void append_iso8601(std::string& out, std::int64_t time_ms) {
  char text[kMaxIso8601Bytes];
  out.append(write_iso8601(text, time_ms));
}

std::string iso8601(std::int64_t time_ms) {
  char text[kMaxIso8601Bytes];
  return std::string(write_iso8601(text, time_ms));
}

CivilTime civil_from_ms(std::int64_t time_ms) {
  WEIR_CHECK(time_ms >= kMinTimeMs && time_ms <= kMaxTimeMs, "a time lies in the years 1 to 9999");
  const std::int64_t days = floor_days(time_ms);
  const std::int64_t rest = time_ms - days * kDayMs;

  const std::int64_t march_days = days + kDaysFromMarchOfYearZero;
  const std::int64_t era = march_days / 146'097;
  const std::int64_t era_day = march_days % 146'097;
  const std::int64_t era_year = (era_day - era_day / 1'460 + era_day / 36'524 - era_day / 146'096) / 365;
  const std::int64_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
  const std::int64_t march_month = (5 * year_day + 2) / 153;

  CivilTime civil;
  civil.day = static_cast<int>(year_day - (153 * march_month + 2) / 5 + 1);
  civil.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  civil.year = static_cast<int>(era * 400 + era_year + (civil.month <= 2 ? 1 : 0));
  civil.hour = static_cast<int>(rest / kHourMs);
  civil.minute = static_cast<int>(rest / kMinuteMs % 60);
  civil.second = static_cast<int>(rest / kSecondMs % 60);
  civil.millisecond = static_cast<int>(rest % kSecondMs);
  return civil;
}

std::int64_t ms_from_civil(const CivilTime& civil) {
  WEIR_CHECK(is_possible(civil) && civil.hour >= 0 && civil.minute >= 0 && civil.second >= 0 &&
                 civil.millisecond >= 0 && civil.millisecond <= 999,
             "a civil time names a date and a time of day that exist");
  return days_from_date(civil.year, civil.month, civil.day) * kDayMs + civil.hour * kHourMs + civil.minute * kMinuteMs +
         civil.second * kSecondMs + civil.millisecond;
}

int weekday_from_ms(std::int64_t time_ms) {
  const std::int64_t weekday = (floor_days(time_ms) + 4) % 7;  // 1970-01-01 was a Thursday
  return static_cast<int>(weekday < 0 ? weekday + 7 : weekday);
}

Result<std::int64_t> parse_duration_ms(std::string_view text) {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t digits_begin = at;
    std::int64_t count = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (count <= kMaxDurationMs) count = count * 10 + (text[at] - '0');
    }
    const std::size_t name_begin = at;
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    const std::string_view name = text.substr(name_begin, at - name_begin);
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (name_begin == digits_begin || next_unit == kUnits.size()) return duration_error(text);
    if (count > kMaxDurationMs / kUnits[next_unit].ms) return duration_error(text);
    total += count * kUnits[next_unit].ms;
    ++next_unit;
  }
  if (total <= 0 || total > kMaxDurationMs) return duration_error(text);
  return total;
}

std::string duration_text(std::int64_t duration_ms) {
  if (duration_ms == 0) return "0s";
  std::string out;
  std::uint64_t rest = static_cast<std::uint64_t>(duration_ms);
  if (duration_ms < 0) {
    out.push_back('-');
    rest = 0 - rest;
  }
  for (const Unit& unit : kUnits) {
    const auto unit_ms = static_cast<std::uint64_t>(unit.ms);
    if (rest < unit_ms) continue;
    out += std::to_string(rest / unit_ms);
    out += unit.name;
    rest %= unit_ms;
  }
  return out;
}

}  // namespace weir
