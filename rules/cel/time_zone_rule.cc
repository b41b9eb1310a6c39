#include "rules/cel/time_zone_rule.h"

#include <cstddef>

#include "rules/cel/calendar.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 86'400;

}  // namespace

// Reads from the front; after a fault `ok` is false and nothing that was read counts.
class TimeZoneRule::Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "CEST" or "<+01>".
  void skip_name() {
    const std::size_t size = rest_.starts_with('<') ? rest_.find('>') + 1 : rest_.find_first_of("+-0123456789,");
    require(size != 0 && !rest_.empty());
    rest_.remove_prefix(size < rest_.size() ? size : rest_.size());
  }

  // "2", "-1" or "9:30", in seconds.
  std::int64_t time() {
    const bool negative = accept('-');
    if (!negative) accept('+');
    std::int64_t seconds = number() * kHour;
    if (accept(':')) seconds += number() * 60;
    if (accept(':')) seconds += number();
    return negative ? -seconds : seconds;
  }

  bool at_time() const { return !rest_.empty() && rest_[0] != ','; }

  // ",M10.5.0/3"
  Change change() {
    Change out;
    require(accept(',') && accept('M'));
    out.month = number();
    require(accept('.'));
    out.week = number();
    require(accept('.'));
    out.weekday = number();
    out.second = accept('/') ? time() : 2 * kHour;
    require(out.month >= 1 && out.month <= 12 && out.week >= 1 && out.week <= 5 && out.weekday <= 6);
    require(ok_ && out.within_year());
    return out;
  }

 private:
  void require(bool condition) { ok_ = ok_ && condition; }

  int number() {
    int value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && count < 3 && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      value = value * 10 + (rest_[count] - '0');
    }
    require(count > 0);
    rest_.remove_prefix(count);
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

std::optional<TimeZoneRule> TimeZoneRule::parse(std::string_view text) {
  Reader reader(text);
  TimeZoneRule out;
  reader.skip_name();
  out.standard_ = out.daylight_ = -reader.time();
  if (!reader.at_end()) {
    reader.skip_name();
    out.daylight_ = reader.at_time() ? -reader.time() : out.standard_ + kHour;
    out.begins_ = reader.change();
    out.ends_ = reader.change();
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return out;
}

std::int64_t TimeZoneRule::Change::in_year(std::int64_t year) const {
  const std::int64_t first = days_to_date(year, month, 1);
  std::int64_t day = first + (weekday - weekday_of(first) + 7) % 7 + (week - 1) * std::int64_t{7};
  if (week == 5 && day >= (month == 12 ? first + 31 : days_to_date(year, month + 1, 1))) day -= 7;
  return day * kDay + second;
}

// With a day to spare, so that it doesn't matter which of the two offsets counts the year.
bool TimeZoneRule::Change::within_year() const {
  const std::int64_t earliest = (week - 1) * 7 * kDay + second;
  const std::int64_t latest = (week * std::int64_t{7} - 1) * kDay + second;
  if (second < -7 * kDay || second > 7 * kDay) return false;
  return (month > 1 || earliest >= kDay) && (month < 12 || latest <= 29 * kDay);
}

std::int64_t TimeZoneRule::offset_at(std::int64_t utc_seconds) const {
  if (!begins_) return standard_;
  const std::int64_t year = year_of(utc_seconds + standard_);
  const std::int64_t begin = begins_->in_year(year) - standard_;
  const std::int64_t end = ends_->in_year(year) - daylight_;
  // In the south daylight time spans the turn of the year.
  const bool daylight =
      begin < end ? utc_seconds >= begin && utc_seconds < end : utc_seconds >= begin || utc_seconds < end;
  return daylight ? daylight_ : standard_;
}

}  // namespace weir::cel
