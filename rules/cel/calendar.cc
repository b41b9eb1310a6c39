#include "rules/cel/calendar.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/base/check.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kDaysPer400Years = 146'097;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

constexpr std::array<int, 13> kDaysBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

int days_before_month(std::int64_t year, int month) {
  return kDaysBefore[static_cast<std::size_t>(month - 1)] + (month > 2 && is_leap(year) ? 1 : 0);
}

// Days from 0001-01-01 to the first of January of `year`, which is above -400.
std::int64_t days_before_year(std::int64_t year) {
  const std::int64_t full = year - 1 + 400;
  return full * 365 + full / 4 - full / 100 + full / 400 - kDaysPer400Years;
}

constexpr std::int64_t kDaysToEpoch = 719'162;  // from 0001-01-01 to 1970-01-01

struct Date {
  std::int64_t year;
  int month;        // 1 to 12
  int day;          // from 1
  int day_of_year;  // from 0
};

// `days` are since 0001-01-01. A guess from the mean length of a year is at most one off.
std::int64_t year_of_day(std::int64_t days) {
  std::int64_t year = floor_div(days * 400, kDaysPer400Years) + 1;
  if (days_before_year(year) > days) --year;
  if (days_before_year(year + 1) <= days) ++year;
  return year;
}

Date date_of(std::int64_t days_since_epoch) {
  const std::int64_t days = days_since_epoch + kDaysToEpoch;
  const std::int64_t year = year_of_day(days);
  const int day_of_year = static_cast<int>(days - days_before_year(year));
  int month = 1;
  while (month < 12 && days_before_month(year, month + 1) <= day_of_year) ++month;
  return {year, month, day_of_year - days_before_month(year, month) + 1, day_of_year};
}

// Exactly `count` digits at `at`, which then stands behind them; -1 if they aren't there.
int digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (text.size() - at < count) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool accept(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

// The fraction behind a point in nanoseconds, digits beyond them cut off; -1 if it has none.
std::int64_t nanoseconds(std::string_view text, std::size_t& at) {
  std::int64_t value = 0;
  int count = 0;
  for (; at < text.size() && is_digit(text[at]); ++at, ++count) {
    if (count < 9) value = value * 10 + (text[at] - '0');
  }
  if (count == 0) return -1;
  for (; count < 9; ++count) value *= 10;
  return value;
}

// HH:MM as minutes; -1 if it is not one.
int clock_minutes(std::string_view text, std::size_t& at) {
  const int hour = digits(text, at, 2);
  if (hour < 0 || hour > 23 || !accept(text, at, ':')) return -1;
  const int minute = digits(text, at, 2);
  return minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

void append(TimeText& out, char c) {
  WEIR_CHECK(out.size < out.bytes.size(), "a time with too long a text");
  out.bytes[out.size++] = c;
}

// At least `width` digits.
void append_number(TimeText& out, std::uint64_t value, std::size_t width) {
  std::array<char, 20> digits{};
  std::size_t count = 0;
  for (; value > 0 || count < width; value /= 10) digits[count++] = static_cast<char>('0' + value % 10);
  while (count > 0) append(out, digits[--count]);
}

// ".5" for 500'000'000, nothing for 0.
void append_fraction(TimeText& out, std::int64_t nanos) {
  if (nanos == 0) return;
  append(out, '.');
  append_number(out, static_cast<std::uint64_t>(nanos), 9);
  while (out.bytes[out.size - 1] == '0') --out.size;
}

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array<Unit, 8> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00B5s", 1'000},  // the micro sign
    {"\u03BCs", 1'000},  // the Greek letter
    {"ms", 1'000'000},
    {"s", kNanosPerSecond},
    {"m", 60 * kNanosPerSecond},
    {"h", 3600 * kNanosPerSecond},
}};

const Unit* unit_at(std::string_view text) {
  for (const auto& unit : kUnits) {
    // "m" must not take the front of "ms".
    if (text.starts_with(unit.name) && !(unit.name == "m" && text.starts_with("ms"))) return &unit;
  }
  return nullptr;
}

__extension__ using Wide = __int128;

// The digits at `at`, as a number and a power of ten; those beyond `most` are passed over.
struct Digits {
  Wide value = 0;
  Wide scale = 1;
  std::size_t count = 0;
};

Digits parse_digits(std::string_view text, std::size_t& at, std::size_t most) {
  Digits out;
  for (; at < text.size() && is_digit(text[at]); ++at, ++out.count) {
    if (out.count >= most) continue;
    out.value = out.value * 10 + (text[at] - '0');
    out.scale *= 10;
  }
  return out;
}

// One number with its unit, taken from `total`: downwards, so that the most negative duration fits.
bool parse_term(std::string_view text, std::size_t& at, std::int64_t& total) {
  constexpr std::size_t kMostWhole = 19;  // of nanoseconds
  constexpr std::size_t kMostFraction = 18;
  const std::size_t begin = at;
  while (at < text.size() && text[at] == '0') ++at;
  const bool zero = at > begin;
  const Digits whole = parse_digits(text, at, kMostWhole);
  const Digits fraction = accept(text, at, '.') ? parse_digits(text, at, kMostFraction) : Digits{};
  if ((whole.count + fraction.count == 0 && !zero) || whole.count > kMostWhole) return false;
  const Unit* unit = unit_at(text.substr(at));
  if (unit == nullptr) return false;
  at += unit->name.size();
  const Wide size = whole.value * unit->nanoseconds + fraction.value * unit->nanoseconds / fraction.scale;
  const Wide rest = static_cast<Wide>(total) - size;
  total = static_cast<std::int64_t>(rest);
  return total == rest;
}

}  // namespace

std::optional<Value> parse_timestamp(std::string_view text) {
  std::size_t at = 0;
  const int year = digits(text, at, 4);
  if (year < 1 || !accept(text, at, '-')) return std::nullopt;
  const int month = digits(text, at, 2);
  if (month < 1 || month > 12 || !accept(text, at, '-')) return std::nullopt;
  const int day = digits(text, at, 2);
  const int month_days = month == 12 ? 31 : days_before_month(year, month + 1) - days_before_month(year, month);
  if (day < 1 || day > month_days || !accept(text, at, 'T')) return std::nullopt;
  const int minutes = clock_minutes(text, at);
  if (minutes < 0 || !accept(text, at, ':')) return std::nullopt;
  const int second = digits(text, at, 2);
  if (second < 0 || second > 59) return std::nullopt;
  std::int64_t nanos = 0;
  if (accept(text, at, '.')) nanos = nanoseconds(text, at);
  if (nanos < 0) return std::nullopt;
  int offset = 0;
  if (!accept(text, at, 'Z')) {
    const bool west = at < text.size() && text[at] == '-';
    if (!west && (at >= text.size() || text[at] != '+')) return std::nullopt;
    ++at;
    offset = clock_minutes(text, at);
    if (offset < 0) return std::nullopt;
    if (west) offset = -offset;
  }
  if (at != text.size()) return std::nullopt;
  const std::int64_t seconds =
      days_to_date(year, month, day) * kSecondsPerDay + (minutes - offset) * std::int64_t{60} + second;
  if (seconds < kMinTimestampSeconds || seconds > kMaxTimestampSeconds) return std::nullopt;
  return Value::timestamp(seconds, static_cast<std::uint32_t>(nanos));
}

TimeText timestamp_text(const Value& timestamp) {
  WEIR_CHECK(in_range(timestamp), "a timestamp out of range");
  const std::int64_t day = floor_div(timestamp.seconds(), kSecondsPerDay);
  const Date date = date_of(day);
  const std::int64_t second = timestamp.seconds() - day * kSecondsPerDay;
  TimeText out;
  const auto part = [&out](std::int64_t value, std::size_t width, char end) {
    append_number(out, static_cast<std::uint64_t>(value), width);
    if (end != 0) append(out, end);
  };
  part(date.year, 4, '-');
  part(date.month, 2, '-');
  part(date.day, 2, 'T');
  part(second / 3600, 2, ':');
  part(second / 60 % 60, 2, ':');
  part(second % 60, 2, 0);
  append_fraction(out, timestamp.nanoseconds());
  append(out, 'Z');
  return out;
}

std::optional<Value> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Value::duration(0, 0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!parse_term(text, at, total)) return std::nullopt;
  }
  if (!negative && __builtin_sub_overflow(std::int64_t{0}, total, &total)) return std::nullopt;
  return duration_from_nanoseconds(total);
}

TimeText duration_text(const Value& duration) {
  // Floor seconds and forward nanoseconds to a sign and a magnitude.
  const bool negative = duration.seconds() < 0;
  auto seconds = static_cast<std::uint64_t>(duration.seconds());
  std::int64_t nanos = duration.nanoseconds();
  if (negative) {
    seconds = 0 - seconds;
    if (nanos > 0) {
      --seconds;
      nanos = kNanosPerSecond - nanos;
    }
  }
  TimeText out;
  if (negative) append(out, '-');
  append_number(out, seconds, 1);
  append_fraction(out, nanos);
  append(out, 's');
  return out;
}

std::optional<std::int64_t> duration_nanoseconds(const Value& duration) {
  const Wide total = static_cast<Wide>(duration.seconds()) * kNanosPerSecond + duration.nanoseconds();
  const auto narrow = static_cast<std::int64_t>(total);
  if (narrow != total) return std::nullopt;
  return narrow;
}

Value duration_from_nanoseconds(std::int64_t total) {
  const std::int64_t seconds = floor_div(total, kNanosPerSecond);
  const std::int64_t rest = total % kNanosPerSecond;
  return Value::duration(seconds, static_cast<std::uint32_t>(rest < 0 ? rest + kNanosPerSecond : rest));
}

std::int64_t days_to_date(std::int64_t year, int month, int day) {
  return days_before_year(year) - kDaysToEpoch + days_before_month(year, month) + day - 1;
}

std::int64_t year_of(std::int64_t seconds) { return year_of_day(floor_div(seconds, kSecondsPerDay) + kDaysToEpoch); }

int weekday_of(std::int64_t days) {
  constexpr std::int64_t kEpochWeekday = 4;  // 1970-01-01 was a Thursday
  return static_cast<int>(days + kEpochWeekday - floor_div(days + kEpochWeekday, 7) * 7);
}

std::optional<int> parse_zone(std::string_view zone) {
  if (zone == "UTC") return 0;
  std::size_t at = 0;
  const bool west = accept(zone, at, '-');
  if (!west) accept(zone, at, '+');
  const int minutes = clock_minutes(zone, at);
  if (minutes < 0 || at != zone.size()) return std::nullopt;
  return west ? -minutes : minutes;
}

std::int64_t timestamp_part(Function part, const Value& timestamp, std::int64_t offset) {
  const std::int64_t local = timestamp.seconds() + offset;
  const std::int64_t day = floor_div(local, kSecondsPerDay);
  const std::int64_t second = local - day * kSecondsPerDay;
  switch (part) {
    case Function::kGetFullYear:
      return date_of(day).year;
    case Function::kGetMonth:
      return date_of(day).month - 1;
    case Function::kGetDate:
      return date_of(day).day;
    case Function::kGetDayOfMonth:
      return date_of(day).day - 1;
    case Function::kGetDayOfYear:
      return date_of(day).day_of_year;
    case Function::kGetDayOfWeek:
      return weekday_of(day);
    case Function::kGetHours:
      return second / 3600;
    case Function::kGetMinutes:
      return second / 60 % 60;
    case Function::kGetSeconds:
      return second % 60;
    case Function::kGetMilliseconds:
      return timestamp.nanoseconds() / 1'000'000;
    default:
      break;
  }
  WEIR_CHECK(false, "not a part of a timestamp");
  return 0;
}

std::int64_t duration_part(Function part, const Value& duration) {
  // Towards zero: a negative duration with a fraction has one second less than its floor says.
  const bool rounded_down = duration.seconds() < 0 && duration.nanoseconds() > 0;
  const std::int64_t seconds = duration.seconds() + (rounded_down ? 1 : 0);
  switch (part) {
    case Function::kGetHours:
      return seconds / 3600;
    case Function::kGetMinutes:
      return seconds / 60;
    case Function::kGetSeconds:
      return seconds;
    case Function::kGetMilliseconds: {
      const auto nanos = static_cast<std::int64_t>(duration.nanoseconds());
      return (rounded_down ? nanos - kNanosPerSecond : nanos) / 1'000'000;
    }
    default:
      break;
  }
  WEIR_CHECK(false, "not a part of a duration");
  return 0;
}

}  // namespace weir::cel
