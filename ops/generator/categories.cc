#include "ops/generator/categories.h"

namespace weir::generator {

namespace {

using enum Hours;

// clang-format off
constexpr std::array<CategoryFacts, kCategories> kTable = {{
    // code   name           weight median spread price            hours    online sat  sun  trip
    {"5411", "grocery",        250,  2350, 110, Price::kAny,     kShop,      3, 140,  12,  80},
    {"5462", "bakery",         110,   520,  70, Price::kTenth,   kMorning,   0, 130,  80,  50},
    {"5812", "restaurant",      70,  2900,  85, Price::kHalf,    kMeals,     0, 150, 110, 160},
    {"5814", "fast food",       85,  1090,  60, Price::kTenth,   kMeals,     8, 110,  80,  60},
    {"5541", "fuel",            34,  5600,  60, Price::kAny,     kAllDay,    0, 110,  70,  25},
    {"5912", "pharmacy",        35,  1480, 100, Price::kAny,     kShop,     10,  80,   5,  10},
    {"5651", "clothing",        40,  4400, 110, Price::kNinety,  kShop,     45, 160,  35,  25},
    {"5732", "electronics",     12,  9900, 170, Price::kNinety,  kShop,     60, 140,  50,   0},
    {"5942", "books",           18,  1700,  80, Price::kNinety,  kShop,     40, 140,  40,   6},
    {"4111", "transit",         75,   340,  70, Price::kTenth,   kCommute,  40,  50,  35,  50},
    {"4121", "taxi",            16,  1750,  75, Price::kTenth,   kNight,    50, 180, 120,  40},
    {"7832", "leisure",         16,  1650,  70, Price::kHalf,    kEvening,  50, 200, 150,  30},
    {"5200", "hardware",        22,  3600, 120, Price::kAny,     kShop,     10, 190,   5,   0},
    {"5311", "department",      22,  3500, 110, Price::kNinety,  kShop,      0, 180,  10,  30},
    {"5262", "marketplace",     85,  2700, 130, Price::kNinety,  kOnline,  100, 100, 130,   5},
    {"5816", "games",           24,   699, 110, Price::kNinety,  kOnline,  100, 130, 140,   5},
    {"5815", "streaming",        0,  1099,  50, Price::kNinety,  kOnline,  100, 100, 100,   0},
    {"7230", "hairdresser",     12,  3200,  60, Price::kWhole,   kShop,      0, 120,   0,   0},
    {"6011", "cash",            40,  8000,  90, Price::kCash,    kAllDay,    0, 120,  70,  60},
    {"7011", "hotel",            6, 14500,  90, Price::kHalf,    kEvening,  70, 100, 100,  45},
    {"4511", "airline",          4, 17500, 110, Price::kAny,     kOnline,  100,  90, 120,   2},
    {"5944", "jewellery",        3, 11500, 130, Price::kNinety,  kShop,     25, 150,  20,   4},
    {"5947", "gift cards",       6,  3000,  90, Price::kWhole,   kShop,     50, 130,  60,   8},
    {"8398", "charity",          4,  2000, 100, Price::kWhole,   kOnline,  100,  90, 110,   0},
    {"7995", "gambling",         6,  2000, 110, Price::kWhole,   kNight,   100, 150, 160,   0},
    {"4814", "top-up",           8,  1500,  50, Price::kWhole,   kOnline,  100, 100, 100,   6},
    {"5995", "pets",            12,  2400,  90, Price::kAny,     kShop,     30, 130,  15,   0},
}};

constexpr std::array<std::array<std::uint16_t, 24>, 8> kWeekdayHours = {{
    // 0  1  2  3  4  5  6   7   8   9  10  11  12  13  14  15  16  17  18  19  20  21  22  23
    {{ 0, 0, 0, 0, 0, 0, 0, 10, 30, 55, 70, 75, 70, 55, 55, 65, 85, 110, 115, 80, 30, 10, 2, 0}},       // shop
    {{ 0, 0, 0, 0, 0, 8, 60, 120, 110, 80, 60, 45, 50, 45, 40, 45, 40, 35, 10, 0, 0, 0, 0, 0}},         // morning
    {{ 6, 3, 1, 0, 0, 0, 1, 6, 12, 14, 18, 60, 130, 100, 40, 22, 24, 40, 85, 110, 90, 55, 30, 14}},     // meals
    {{ 3, 1, 0, 0, 3, 20, 70, 150, 120, 50, 30, 28, 32, 32, 35, 55, 100, 130, 85, 45, 28, 20, 14, 8}},  // commute
    {{ 5, 1, 0, 0, 0, 0, 0, 2, 6, 8, 12, 15, 18, 20, 24, 30, 45, 70, 110, 120, 100, 55, 25, 10}},       // evening
    {{60, 45, 35, 25, 15, 12, 15, 25, 25, 20, 15, 15, 18, 18, 18, 20, 28, 35, 45, 55, 65, 75, 80, 75}}, // night
    {{18, 9, 5, 3, 3, 5, 14, 30, 42, 50, 55, 55, 62, 58, 50, 50, 52, 58, 70, 90, 115, 115, 80, 42}},    // online
    {{ 5, 3, 2, 2, 3, 10, 35, 60, 60, 55, 58, 62, 65, 60, 60, 65, 80, 95, 85, 55, 35, 25, 15, 9}},      // all day
}};

constexpr std::array<std::array<std::uint16_t, 24>, 8> kWeekendHours = {{
    {{ 0, 0, 0, 0, 0, 0, 0, 4, 25, 70, 110, 115, 95, 75, 75, 80, 75, 60, 45, 25, 8, 2, 0, 0}},
    {{ 0, 0, 0, 0, 0, 2, 20, 70, 130, 140, 90, 45, 25, 25, 35, 40, 25, 10, 2, 0, 0, 0, 0, 0}},
    {{20, 12, 6, 3, 1, 0, 0, 2, 8, 16, 24, 50, 95, 100, 60, 40, 32, 45, 95, 125, 110, 75, 50, 32}},
    {{18, 10, 5, 3, 4, 8, 15, 25, 40, 55, 65, 65, 60, 60, 60, 60, 65, 65, 65, 55, 40, 35, 35, 28}},
    {{15, 6, 2, 0, 0, 0, 0, 0, 4, 15, 35, 40, 40, 55, 75, 75, 70, 75, 105, 120, 110, 70, 45, 28}},
    {{110, 100, 85, 65, 40, 22, 14, 12, 12, 14, 16, 16, 18, 18, 20, 22, 28, 35, 45, 55, 60, 70, 85, 105}},
    {{30, 18, 10, 6, 4, 4, 8, 18, 35, 55, 70, 72, 68, 66, 68, 70, 70, 72, 80, 95, 110, 105, 80, 50}},
    {{14, 9, 6, 4, 3, 5, 12, 28, 50, 75, 90, 90, 80, 70, 70, 72, 75, 75, 65, 50, 38, 30, 24, 18}},
}};

constexpr std::array<std::array<std::uint16_t, kCategories>, kTastes> kTastePercent = {{
    // groc bak rest fast fuel phar clot elec book tran taxi leis hard dept mark game stre hair cash hote airl jewe gift char gamb topu pets
    {{130, 110,  70,  90, 130, 120, 130, 100, 120,  40,  30, 120, 130, 140, 120,  80, 100, 120,  80, 100,  80, 100, 130, 120,  20,  80, 150}},
    {{100, 150,  80, 110, 230, 80,  80, 110,  60,  25,  50,  80, 150,  80, 100,  60, 100, 100, 100, 120,  80, 100,  90,  80,  80,  80, 100}},
    {{ 90, 120, 180, 110,  30,  90, 130, 110, 140, 200, 220, 150,  50, 100, 110,  60, 100, 110,  80, 160, 200, 120, 110, 110,  60,  70,  70}},
    {{ 85, 100,  70, 180,  15,  60, 110,  80, 130, 220, 130, 150,  25,  60, 130, 150, 100,  60, 100,  50, 100,  40,  80,  40, 100, 200,  30}},
    {{130, 150,  90,  30,  80, 230,  60,  40, 120,  70,  50,  60, 110, 150,  45,   5,  60, 140, 220, 100,  50, 130, 120, 250,  20,  60, 120}},
    {{ 85,  80,  70, 190,  60,  70,  80, 220,  80,  80,  90, 110,  40,  50, 150, 480, 150,  70,  80,  60,  60,  40, 130,  40, 330, 140,  60}},
}};
// clang-format on

}  // namespace

std::span<const CategoryFacts, kCategories> category_table() { return kTable; }

std::span<const std::uint16_t, 24> hour_weights(Hours hours, bool weekend) {
  return (weekend ? kWeekendHours : kWeekdayHours)[static_cast<std::size_t>(hours)];
}

std::uint16_t taste_percent(Taste taste, Category category) {
  return kTastePercent[static_cast<std::size_t>(taste)][static_cast<std::size_t>(category)];
}

}  // namespace weir::generator
