#include "ops/generator/calendar.h"

#include "engine/base/civil_time.h"
#include "ops/generator/customers.h"

namespace weir::generator {

namespace {

// The Friday after November's fourth Thursday to the Monday that follows.
bool in_black_friday_days(int month, int day_of_month, int weekday) {
  if (month != 11 && month != 12) return false;
  const int friday = day_of_month - (weekday == 0 ? 2 : weekday == 1 ? 3 : weekday - 5);
  const bool right_weekday = weekday == 5 || weekday == 6 || weekday == 0 || weekday == 1;
  const int november_friday = month == 12 ? friday + 30 : friday;
  return right_weekday && november_friday >= 23 && november_friday <= 29;
}

Season season_of(int month, int day_of_month, int weekday) {
  if (in_black_friday_days(month, day_of_month, weekday)) return Season::kBlackFriday;
  if ((month == 12 && (day_of_month == 25 || day_of_month == 26)) || (month == 1 && day_of_month == 1)) {
    return Season::kChristmas;
  }
  if (month == 12 && day_of_month < 25) return Season::kAdvent;
  return Season::kPlain;
}

std::uint32_t season_percent(Season season, Category category) {
  const bool gift = category == Category::kClothing || category == Category::kElectronics ||
                    category == Category::kBooks || category == Category::kDepartment ||
                    category == Category::kMarketplace || category == Category::kGames ||
                    category == Category::kJewellery || category == Category::kGiftCards;
  switch (season) {
    case Season::kPlain:
      return 100;
    case Season::kBlackFriday:
      return category == Category::kElectronics ? 700 : gift ? 330 : 100;
    case Season::kAdvent:
      return gift ? 170 : category == Category::kCharity ? 300 : 110;
    case Season::kChristmas:
      return category == Category::kRestaurant || category == Category::kTaxi ? 110 : gift ? 40 : 35;
  }
  return 100;
}

std::uint32_t weekday_percent(const CategoryFacts& facts, int weekday) {
  if (weekday == 6) return facts.saturday_percent;
  if (weekday == 0) return facts.sunday_percent;
  return weekday == 5 ? 115 : 100;
}

std::uint32_t trip_chance_of_block(std::int32_t block) {
  // Per million and block of 91 days, by the month in the block's middle.
  static constexpr std::array<std::uint32_t, 12> kChances = {200'000, 220'000, 250'000, 300'000, 330'000, 420'000,
                                                             480'000, 450'000, 330'000, 280'000, 190'000, 230'000};
  const std::int64_t middle = block * kTripBlockDays + kTripBlockDays / 2;
  return kChances[static_cast<std::size_t>(civil_from_ms(middle * kDayMs).month - 1)];
}

void fill_due(Today& today) {
  if (today.weekend()) return;
  const auto bit_of = [&](int offset) { return 1U << civil_from_ms((today.day + offset) * kDayMs).day; };
  today.incomes_due = today.debits_due = bit_of(0);
  if (today.weekday == 5) today.incomes_due |= bit_of(1) | bit_of(2);
  if (today.weekday == 1) today.debits_due |= bit_of(-1) | bit_of(-2);
}

void fill_weights(Today& today) {
  for (std::size_t taste = 0; taste < kTastes; ++taste) {
    std::uint64_t sum = 0;
    std::uint64_t plain_week = 0;
    for (std::size_t c = 0; c < kCategories; ++c) {
      const auto category = static_cast<Category>(c);
      const CategoryFacts& facts = category_table()[c];
      const std::uint32_t base = facts.weight * taste_percent(static_cast<Taste>(taste), category) / 10U;
      const std::uint32_t weight =
          base * weekday_percent(facts, today.weekday) / 100 * season_percent(today.season, category) / 100;
      today.weights[taste][c] = static_cast<std::uint16_t>(weight);
      sum += weight;
      for (int weekday = 0; weekday < 7; ++weekday) plain_week += base * weekday_percent(facts, weekday) / 100;
    }
    today.volume_percent[taste] = static_cast<std::uint16_t>(sum * 700 / plain_week);
  }
  for (std::size_t c = 0; c < kCategories; ++c) today.trip_weights[c] = category_table()[c].holiday_weight;
}

}  // namespace

Today make_today(std::int32_t day) {
  Today today;
  const std::int64_t start_ms = day * kDayMs;
  const CivilTime civil = civil_from_ms(start_ms);
  today.day = day;
  today.year = civil.year;
  today.month = civil.month;
  today.day_of_month = civil.day;
  today.weekday = weekday_from_ms(start_ms);
  today.season = season_of(civil.month, civil.day, today.weekday);
  for (std::size_t i = 0; i < countries().size(); ++i) {
    today.utc_offset_minutes[i] =
        static_cast<std::int16_t>(utc_offset_minutes(countries()[i], civil.month, civil.day, today.weekday));
  }
  fill_due(today);
  const std::int32_t block = day / kTripBlockDays;
  today.trip_chance = trip_chance_of_block(block);
  today.next_trip_chance = trip_chance_of_block(block + 1);
  fill_weights(today);
  return today;
}

Season season_on(std::int32_t day) {
  const CivilTime civil = civil_from_ms(day * kDayMs);
  return season_of(civil.month, civil.day, weekday_from_ms(day * kDayMs));
}

std::int64_t pick_time_of_day(Hours hours, bool weekend, Random& random) {
  const auto hour = static_cast<std::int64_t>(random.weighted(hour_weights(hours, weekend)));
  return hour * kHourMs + random.between(0, kHourMs - 1);
}

}  // namespace weir::generator
