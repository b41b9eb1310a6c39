// What cards are used for: ISO 18245 merchant category codes with how often, when, where and for how much.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir::generator {

enum class Category : std::uint8_t {
  kGrocery,
  kBakery,
  kRestaurant,
  kFastFood,
  kFuel,
  kPharmacy,
  kClothing,
  kElectronics,
  kBooks,
  kTransit,
  kTaxi,
  kLeisure,
  kHardware,
  kDepartment,
  kMarketplace,
  kGames,
  kStreaming,
  kHairdresser,
  kCash,
  kHotel,
  kAirline,
  kJewellery,
  kGiftCards,
  kCharity,
  kGambling,
  kTopUp,
  kPets,
};
inline constexpr std::size_t kCategories = 27;

// How a price is rounded to look like one.
enum class Price : std::uint8_t {
  kAny,     // 23.47
  kTenth,   // 8.40
  kHalf,    // 31.50
  kWhole,   // 45.00
  kNinety,  // 39.99, 39.95 or 39.90
  kCash,    // what an ATM pays
};

// Which hours of the local day, a row of kHours.
enum class Hours : std::uint8_t { kShop, kMorning, kMeals, kCommute, kEvening, kNight, kOnline, kAllDay };

struct CategoryFacts {
  std::string_view code;        // four digits
  std::string_view name;        // for documentation and tests
  std::uint16_t weight;         // how often, on an ordinary day
  std::int32_t median_cents;    // in Germany, for a customer of spending level 100
  std::uint8_t spread_percent;  // of Random::log_normal
  Price price;
  Hours hours;
  std::uint8_t online_percent;    // 100: on the Internet alone
  std::uint8_t saturday_percent;  // against a working day
  std::uint8_t sunday_percent;
  std::uint8_t holiday_weight;  // how often on a trip abroad; 0: never there
};

std::span<const CategoryFacts, kCategories> category_table();
inline const CategoryFacts& facts(Category category) { return category_table()[static_cast<std::size_t>(category)]; }

// Weights of the 24 local hours.
std::span<const std::uint16_t, 24> hour_weights(Hours hours, bool weekend);

// Kinds of customers by what they spend on.
enum class Taste : std::uint8_t { kFamily, kCommuter, kCity, kStudent, kSenior, kGamer };
inline constexpr std::size_t kTastes = 6;

// A multiplier of CategoryFacts::weight, in percent.
std::uint16_t taste_percent(Taste taste, Category category);

}  // namespace weir::generator
