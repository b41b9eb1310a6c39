// Where customers live, where they travel and in what money they pay there. Exchange rates are fixed and made up; they
// are near those of 2026.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::generator {

enum class Language : std::uint8_t { kGerman, kDutch, kFrench, kItalian, kSpanish, kEnglish, kOther };
inline constexpr std::size_t kLanguages = 7;

enum class SummerTime : std::uint8_t { kNone, kEurope, kUnitedStates };

struct Country {
  std::string_view code;            // ISO 3166-1 alpha-2
  std::string_view currency;        // ISO 4217
  std::uint8_t exponent;            // the currency's decimals
  std::int32_t per_thousand_cents;  // minor units of its currency for 10 euro
  std::int32_t cash_step;           // an ATM pays multiples of this, in minor units
  std::int16_t utc_offset_minutes;  // in winter
  SummerTime summer_time;
  Language language;
  std::uint8_t price_percent;  // price level, Germany = 100
};

struct City {
  std::string_view name;
  std::uint8_t country;  // index into countries()
  std::uint8_t weight;   // how many live there (home cities) or travel there
};

std::span<const Country> countries();

// Home cities first, then those that are only travelled to.
std::span<const City> cities();
inline constexpr std::uint16_t kHomeCities = 16;
// The countries of the home cities are the first ones.
inline constexpr std::uint8_t kHomeCountries = 5;

// Minutes to add to UTC for the local time on that UTC date. A change of the clocks takes effect with its date, not
// with its hour.
int utc_offset_minutes(const Country& country, int month, int day, int weekday);

}  // namespace weir::generator
