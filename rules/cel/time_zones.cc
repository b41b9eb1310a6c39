#include "rules/cel/time_zones.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

#include "engine/base/check.h"
#include "engine/base/diagnostics.h"
#include "rules/cel/calendar.h"
#include "rules/cel/time_zone_rule.h"
#include "rules/cel/time_zone_text.h"

namespace weir::cel {

struct NamedTimeZone {
  struct Transition {
    std::int64_t from = 0;
    std::int64_t offset = 0;
  };

  std::int64_t first_offset = 0;
  std::vector<Transition> transitions;
  TimeZoneRule rule;

  std::int64_t offset_at(std::int64_t utc_seconds) const {
    if (transitions.empty() || utc_seconds >= transitions.back().from) return rule.offset_at(utc_seconds);
    const auto next = std::upper_bound(transitions.begin(), transitions.end(), utc_seconds,
                                       [](std::int64_t moment, const Transition& t) { return moment < t.from; });
    return next == transitions.begin() ? first_offset : std::prev(next)->offset;
  }
};

namespace {

std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// Numbers with one character between any two: those that aren't there are 0.
template <std::size_t kCount>
std::array<std::int64_t, kCount> numbers(std::string_view text) {
  std::array<std::int64_t, kCount> out{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < kCount && at < end; ++i) {
    const auto [stop, error] = std::from_chars(at, end, out[i]);
    WEIR_CHECK(error == std::errc(), "a number in the time zones can't be read");
    at = stop == end ? end : stop + 1;
  }
  return out;
}

// "+5:30" or "-0:16:08".
std::int64_t offset_seconds(std::string_view text) {
  const auto [hours, minutes, seconds] = numbers<3>(text.substr(1));
  const std::int64_t size = (hours * 60 + minutes) * 60 + seconds;
  return text[0] == '-' ? -size : size;
}

// "1996-03-31T01:00" or "1893-03-31T23:06:32".
std::int64_t moment_seconds(std::string_view text) {
  const auto [year, month, day, hour, minute, second] = numbers<6>(text);
  const std::int64_t days = days_to_date(year, static_cast<int>(month), static_cast<int>(day));
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

// The embedded text, read.
class Database {
 public:
  static const Database& get() {
    static const Database kDatabase;
    return kDatabase;
  }

  const NamedTimeZone* find(std::string_view name) const {
    const auto at = std::lower_bound(names_.begin(), names_.end(), name,
                                     [](const Name& entry, std::string_view wanted) { return entry.text < wanted; });
    return at != names_.end() && at->text == name ? &zones_[at->zone] : nullptr;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& name : names_) out.emplace_back(name.text);
    return out;
  }

 private:
  struct Name {
    std::string_view text;
    std::size_t zone = 0;
  };
  struct Link {
    std::string_view name;
    std::string_view target;
  };

  Database() {
    std::vector<Link> links;
    for (std::string_view rest = time_zone_text(); !rest.empty();) {
      auto line = next_part(rest, '\n');
      const auto first = next_part(line, ' ');
      if (first == "zone") {
        add_zone(line);
      } else if (first == "link") {
        const auto name = next_part(line, ' ');
        links.push_back({name, line});
      } else if (first != "#" && first != "version") {
        zones_.back().transitions.push_back({moment_seconds(first), offset_seconds(line)});
      }
    }
    add_links(links);
  }

  // "Europe/Berlin +0:53:28 CET-1CEST,M3.5.0,M10.5.0/3"
  void add_zone(std::string_view line) {
    names_.push_back({next_part(line, ' '), zones_.size()});
    NamedTimeZone zone;
    zone.first_offset = offset_seconds(next_part(line, ' '));
    const auto rule = TimeZoneRule::parse(line);
    WEIR_CHECK(rule.has_value(), "a rule in the time zones can't be read");
    zone.rule = *rule;
    zones_.push_back(std::move(zone));
  }

  void add_links(std::span<const Link> links) {
    const std::vector<Name> zones = names_;
    for (const auto& link : links) {
      const auto target =
          std::find_if(zones.begin(), zones.end(), [&link](const Name& zone) { return zone.text == link.target; });
      WEIR_CHECK(target != zones.end(), "a link among the time zones leads nowhere");
      names_.push_back({link.name, target->zone});
    }
    std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) { return a.text < b.text; });
  }

  std::vector<Name> names_;  // ascending
  std::vector<NamedTimeZone> zones_;
};

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '_';
  }
  return out;
}

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view text) {
  if (const auto minutes = parse_zone(text)) return TimeZone(*minutes * std::int64_t{60});
  const NamedTimeZone* const named = Database::get().find(text);
  return named != nullptr ? std::optional(TimeZone(named)) : std::nullopt;
}

std::int64_t TimeZone::offset_at(std::int64_t utc_seconds) const {
  return named_ != nullptr ? named_->offset_at(utc_seconds) : fixed_;
}

std::string_view time_zone_version() {
  auto rest = time_zone_text();
  auto line = next_part(rest, '\n');
  next_part(line, ' ');
  return line;
}

std::vector<std::string> time_zone_names() { return Database::get().names(); }

std::string closest_time_zone(std::string_view text) {
  const auto names = time_zone_names();
  const auto wanted = lower_case(text);
  // "europe/berlin", or the city alone.
  for (const auto& name : names) {
    const auto candidate = lower_case(name);
    if (candidate == wanted || candidate.ends_with("/" + wanted)) return name;
  }
  return std::string(closest_name(text, names));
}

void load_time_zones() { (void)Database::get(); }

}  // namespace weir::cel
