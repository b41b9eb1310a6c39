#include "ops/generator/calendar.h"

#include <gtest/gtest.h>

#include "engine/base/civil_time.h"

namespace weir::generator {
namespace {

std::int32_t day(int year, int month, int day_of_month) {
  CivilTime civil;
  civil.year = year;
  civil.month = month;
  civil.day = day_of_month;
  return day_of(ms_from_civil(civil));
}

std::uint8_t country(std::string_view code) {
  for (std::uint8_t i = 0; i < countries().size(); ++i) {
    if (countries()[i].code == code) return i;
  }
  ADD_FAILURE() << code;
  return 0;
}

TEST(Calendar, ClocksChangeOnTheLastSundayOfMarchAndOctoberInEurope) {
  const std::uint8_t germany = country("DE");
  EXPECT_EQ(make_today(day(2026, 3, 28)).utc_offset_minutes[germany], 60);
  EXPECT_EQ(make_today(day(2026, 3, 29)).utc_offset_minutes[germany], 120);
  EXPECT_EQ(make_today(day(2026, 10, 24)).utc_offset_minutes[germany], 120);
  EXPECT_EQ(make_today(day(2026, 10, 25)).utc_offset_minutes[germany], 60);
  EXPECT_EQ(make_today(day(2026, 7, 1)).utc_offset_minutes[country("GB")], 60);
}

TEST(Calendar, ClocksChangeOnOtherSundaysInTheUnitedStatesAndNeverInJapan) {
  const std::uint8_t states = country("US");
  EXPECT_EQ(make_today(day(2026, 3, 7)).utc_offset_minutes[states], -300);
  EXPECT_EQ(make_today(day(2026, 3, 8)).utc_offset_minutes[states], -240);
  EXPECT_EQ(make_today(day(2026, 10, 31)).utc_offset_minutes[states], -240);
  EXPECT_EQ(make_today(day(2026, 11, 1)).utc_offset_minutes[states], -300);
  EXPECT_EQ(make_today(day(2026, 7, 1)).utc_offset_minutes[country("JP")], 540);
}

TEST(Calendar, BlackFridayLastsFromTheFridayAfterTheFourthThursdayToMonday) {
  EXPECT_EQ(season_on(day(2026, 11, 26)), Season::kPlain);
  EXPECT_EQ(season_on(day(2026, 11, 27)), Season::kBlackFriday);
  EXPECT_EQ(season_on(day(2026, 11, 30)), Season::kBlackFriday);
  EXPECT_EQ(season_on(day(2026, 12, 1)), Season::kAdvent);
  EXPECT_EQ(season_on(day(2025, 11, 21)), Season::kPlain);
  EXPECT_EQ(season_on(day(2025, 11, 28)), Season::kBlackFriday);
  EXPECT_EQ(season_on(day(2025, 12, 1)), Season::kBlackFriday);  // Monday
  EXPECT_EQ(season_on(day(2024, 11, 22)),
            Season::kPlain);  // a Friday of the fourth week, but before the fourth Thursday
  EXPECT_EQ(season_on(day(2024, 11, 29)), Season::kBlackFriday);
}

TEST(Calendar, IncomesComeBeforeAWeekendAndDebitsAfterIt) {
  const Today friday = make_today(day(2026, 3, 27));
  EXPECT_EQ(friday.incomes_due, 1U << 27 | 1U << 28 | 1U << 29);
  EXPECT_EQ(friday.debits_due, 1U << 27);
  EXPECT_EQ(make_today(day(2026, 3, 28)).incomes_due, 0U);
  EXPECT_EQ(make_today(day(2026, 3, 28)).debits_due, 0U);
  const Today monday = make_today(day(2026, 3, 2));
  EXPECT_EQ(monday.debits_due, 1U << 28 | 1U << 1 | 1U << 2);  // 28 February was a Saturday
}

TEST(Calendar, EveryDayOfAMonthFallsDueOnceAMonth) {
  for (std::uint32_t nominal = 1; nominal <= 28; ++nominal) {
    int incomes = 0;
    int debits = 0;
    for (std::int32_t d = day(2026, 1, 1); d < day(2027, 1, 1); ++d) {
      const Today today = make_today(d);
      incomes += (today.incomes_due >> nominal) & 1;
      debits += (today.debits_due >> nominal) & 1;
    }
    // A due day beside the year's ends may fall into the neighbouring year.
    EXPECT_NEAR(incomes, 12, 1) << nominal;
    EXPECT_NEAR(debits, 12, 1) << nominal;
  }
}

TEST(Calendar, APlainWeekHasMeanVolume) {
  for (std::size_t taste = 0; taste < kTastes; ++taste) {
    int sum = 0;
    for (std::int32_t d = day(2026, 6, 1); d < day(2026, 6, 8); ++d) sum += make_today(d).volume_percent[taste];
    EXPECT_NEAR(sum, 700, 7) << taste;
  }
}

TEST(Calendar, HoursOfADayAreThoseOfItsProfile) {
  Random random(1);
  for (int i = 0; i < 5'000; ++i) {
    const std::int64_t ms = pick_time_of_day(Hours::kShop, false, random);
    ASSERT_GE(ms, 7 * kHourMs);
    ASSERT_LT(ms, 23 * kHourMs);
  }
}

}  // namespace
}  // namespace weir::generator
