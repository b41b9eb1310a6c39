// What a day is like for all customers: its weekday, season, business days, clocks and what is bought on it.
#pragma once

#include <array>
#include <cstdint>

#include "ops/generator/categories.h"
#include "ops/generator/geography.h"
#include "ops/generator/random.h"

namespace weir::generator {

inline constexpr std::int64_t kSecondMs = 1'000;
inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 86'400'000;

inline std::int32_t day_of(std::int64_t time_ms) { return static_cast<std::int32_t>(time_ms / kDayMs); }

enum class Season : std::uint8_t { kPlain, kBlackFriday, kAdvent, kChristmas };

struct Today {
  std::int32_t day = 0;  // since 1970-01-01
  int year = 1970;
  int month = 1;
  int day_of_month = 1;
  int weekday = 4;  // 0 is Sunday
  Season season = Season::kPlain;
  std::array<std::int16_t, 32> utc_offset_minutes{};  // by country

  // Bit n: what is due on the n-th of a month happens today. Incomes due on a weekend come on the Friday before, debits
  // and rents on the Monday after.
  std::uint32_t incomes_due = 0;
  std::uint32_t debits_due = 0;

  // How likely a trip is in the block that holds today, and in the next.
  std::uint32_t trip_chance = 0;
  std::uint32_t next_trip_chance = 0;

  // Weights of the categories at home, by taste; and on a trip.
  std::array<std::array<std::uint16_t, kCategories>, kTastes> weights{};
  std::array<std::uint16_t, kCategories> trip_weights{};
  // How much more or less happens today than on the mean day of a plain week, by taste.
  std::array<std::uint16_t, kTastes> volume_percent{};

  bool weekend() const { return weekday == 0 || weekday == 6; }
  std::int64_t start_ms() const { return day * kDayMs; }
  // The instant at which clocks in `country` show this much past today's midnight.
  std::int64_t at_local(std::uint8_t country, std::int64_t past_midnight_ms) const {
    return start_ms() + past_midnight_ms - utc_offset_minutes[country] * kMinuteMs;
  }
};

Today make_today(std::int32_t day);
Season season_on(std::int32_t day);

// A time of the local day, in milliseconds past midnight, as often as the hours are used.
std::int64_t pick_time_of_day(Hours hours, bool weekend, Random& random);

}  // namespace weir::generator
