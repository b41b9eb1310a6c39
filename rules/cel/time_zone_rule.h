// The rule by which a zone's clock changes every year, as POSIX TZ writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::cel {

class TimeZoneRule {
 public:
  // "CET-1CEST,M3.5.0,M10.5.0/3" or "IST-5:30": days are months, weeks and weekdays, as in all zones of the database.
  // Empty for anything else, and for changes that may fall into another year than their own.
  static std::optional<TimeZoneRule> parse(std::string_view text);

  // Seconds east of UTC at that moment, which may be in any year that a timestamp may have.
  std::int64_t offset_at(std::int64_t utc_seconds) const;

 private:
  // On the given weekday (Sunday is 0) of the month, the first to fourth or the last (5), `second` after midnight.
  struct Change {
    int month = 0;
    int week = 0;
    int weekday = 0;
    std::int64_t second = 0;
    // In seconds of the clock that it changes, since 1970.
    std::int64_t in_year(std::int64_t year) const;
    bool within_year() const;
  };
  class Reader;

  std::int64_t standard_ = 0;
  std::int64_t daylight_ = 0;
  std::optional<Change> begins_;  // daylight time
  std::optional<Change> ends_;
};

}  // namespace weir::cel
