#include "ops/generator/geography.h"

#include <array>

namespace weir::generator {

namespace {

using enum Language;
using enum SummerTime;

constexpr std::array<Country, 22> kCountries = {{
    {"DE", "EUR", 2, 1000, 1000, 60, kEurope, kGerman, 100},
    {"AT", "EUR", 2, 1000, 1000, 60, kEurope, kGerman, 104},
    {"NL", "EUR", 2, 1000, 1000, 60, kEurope, kDutch, 106},
    {"FR", "EUR", 2, 1000, 1000, 60, kEurope, kFrench, 103},
    {"BE", "EUR", 2, 1000, 1000, 60, kEurope, kDutch, 102},
    {"IT", "EUR", 2, 1000, 1000, 60, kEurope, kItalian, 92},
    {"ES", "EUR", 2, 1000, 1000, 60, kEurope, kSpanish, 85},
    {"PT", "EUR", 2, 1000, 1000, 0, kEurope, kOther, 80},
    {"GR", "EUR", 2, 1000, 1000, 120, kEurope, kOther, 82},
    {"HR", "EUR", 2, 1000, 1000, 60, kEurope, kOther, 76},
    {"IE", "EUR", 2, 1000, 1000, 0, kEurope, kEnglish, 118},
    {"GB", "GBP", 2, 866, 1000, 0, kEurope, kEnglish, 112},
    {"CH", "CHF", 2, 938, 1000, 60, kEurope, kGerman, 150},
    {"PL", "PLN", 2, 4268, 5000, 60, kEurope, kOther, 66},
    {"CZ", "CZK", 2, 24650, 50000, 60, kEurope, kOther, 70},
    {"DK", "DKK", 2, 7463, 10000, 60, kEurope, kOther, 128},
    {"SE", "SEK", 2, 11180, 10000, 60, kEurope, kOther, 110},
    {"US", "USD", 2, 1084, 2000, -300, kUnitedStates, kEnglish, 120},
    {"JP", "JPY", 0, 1632, 1000, 540, SummerTime::kNone, kOther, 78},
    {"TH", "THB", 2, 37350, 10000, 420, SummerTime::kNone, kOther, 45},
    {"TN", "TND", 3, 33600, 10000, 60, SummerTime::kNone, kFrench, 48},
    {"LT", "EUR", 2, 1000, 1000, 120, kEurope, kOther, 74},
}};

constexpr std::array<City, 40> kCities = {{
    {"Berlin", 0, 20},   {"Hamburg", 0, 12}, {"München", 0, 11}, {"Köln", 0, 9},       {"Leipzig", 0, 7},
    {"Bremen", 0, 6},    {"Freiburg", 0, 4}, {"Görlitz", 0, 2},  {"Wien", 1, 9},       {"Graz", 1, 3},
    {"Amsterdam", 2, 6}, {"Utrecht", 2, 4},  {"Lyon", 3, 6},     {"Lille", 3, 3},      {"Gent", 4, 3},
    {"Antwerpen", 4, 3}, {"Roma", 5, 8},     {"Rimini", 5, 6},   {"Bolzano", 5, 5},    {"Palma", 6, 12},
    {"Barcelona", 6, 8}, {"Málaga", 6, 5},   {"Lisboa", 7, 6},   {"Porto", 7, 3},      {"Athina", 8, 4},
    {"Rhodos", 8, 5},    {"Split", 9, 7},    {"Dublin", 10, 2},  {"London", 11, 8},    {"Edinburgh", 11, 3},
    {"Zürich", 12, 4},   {"Kraków", 13, 4},  {"Praha", 14, 5},   {"København", 15, 4}, {"Stockholm", 16, 3},
    {"New York", 17, 4}, {"Miami", 17, 2},   {"Tokyo", 18, 3},   {"Bangkok", 19, 3},   {"Hammamet", 20, 3},
}};

// The date of the last Sunday of a month with 31 days, given any date of that month.
constexpr int last_sunday_of_31(int day, int weekday) {
  const int weekday_of_31st = (weekday + 31 - day) % 7;
  return 31 - weekday_of_31st;
}

// The date of the month's n-th Sunday, given any date of that month.
constexpr int nth_sunday(int n, int day, int weekday) {
  const int weekday_of_1st = ((weekday - (day - 1)) % 7 + 7) % 7;
  return 1 + (7 - weekday_of_1st) % 7 + 7 * (n - 1);
}

bool is_summer(SummerTime rule, int month, int day, int weekday) {
  if (rule == SummerTime::kEurope) {
    if (month == 3) return day >= last_sunday_of_31(day, weekday);
    if (month == 10) return day < last_sunday_of_31(day, weekday);
    return month > 3 && month < 10;
  }
  if (rule == SummerTime::kUnitedStates) {
    if (month == 3) return day >= nth_sunday(2, day, weekday);
    if (month == 11) return day < nth_sunday(1, day, weekday);
    return month > 3 && month < 11;
  }
  return false;
}

}  // namespace

std::span<const Country> countries() { return kCountries; }
std::span<const City> cities() { return kCities; }

int utc_offset_minutes(const Country& country, int month, int day, int weekday) {
  return country.utc_offset_minutes + (is_summer(country.summer_time, month, day, weekday) ? 60 : 0);
}

}  // namespace weir::generator
