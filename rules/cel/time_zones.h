// Time zones: fixed offsets from UTC, and the named zones of the IANA database. The database is embedded and so a part
// of the language: a rule means the same on every machine, whatever that machine's own database says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cel {

struct NamedTimeZone;

class TimeZone {
 public:
  // "UTC", an offset as parse_zone() reads it, or a name such as "Europe/Berlin", letter for letter.
  static std::optional<TimeZone> find(std::string_view text);

  // Seconds east of UTC at that moment, which must be one that a timestamp may have.
  std::int64_t offset_at(std::int64_t utc_seconds) const;

 private:
  explicit TimeZone(std::int64_t fixed) : fixed_(fixed) {}
  explicit TimeZone(const NamedTimeZone* named) : named_(named) {}

  const NamedTimeZone* named_ = nullptr;
  std::int64_t fixed_ = 0;
};

// The version of the embedded database, e.g. "2025b". It belongs into whatever says how a decision came about.
std::string_view time_zone_version();

// All names, ascending.
std::vector<std::string> time_zone_names();

// The name that was probably meant, or empty.
std::string closest_time_zone(std::string_view text);

// The database is read at its first use; this is one, for those who must not allocate later.
void load_time_zones();

}  // namespace weir::cel
