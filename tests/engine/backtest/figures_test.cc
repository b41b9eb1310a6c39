#include "engine/backtest/figures.h"

#include <gtest/gtest.h>

#include "tests/engine/backtest/made_ledger.h"

namespace weir::backtest {
namespace {

constexpr std::int64_t kHour = 3'600'000;

Figures of(const std::vector<Made>& rows, const Period& period = {}) {
  const auto ledger = made_ledger(rows);
  return figures(ledger.payments, ledger.verdict, period);
}

TEST(Figures, RepeatedAlertsAreCountedInThePeriod) {
  auto ledger =
      made_ledger({{0, 1, Truth::kHonest, 600}, {1, 1, Truth::kHonest, 600}, {2 * kDayMs, 1, Truth::kHonest, 600}});
  EXPECT_EQ(figures(ledger.payments, ledger.verdict, {}).repeated_alerts, 0U);
  ledger.verdict.mark_repeated();
  EXPECT_EQ(figures(ledger.payments, ledger.verdict, {}).repeated_alerts, 1U);
  EXPECT_EQ(figures(ledger.payments, ledger.verdict, {0, kDayMs}).repeated_alerts, 0U);
  auto other = made_ledger({{0, 1}, {1, 1}, {2 * kDayMs, 1}});
  other.payments.record = {1, 3, 4};
  EXPECT_EQ(align(ledger, other), 2U);
  EXPECT_EQ(ledger.verdict.repeated, (std::vector<std::uint8_t>{0, 1}));
}

TEST(Figures, CountOnlyWhatIsKnownAndWasNotDeclinedThen) {
  const auto f = of({{0, 1000, Truth::kFraud, 600},
                     {1, 3000, Truth::kFraud, 0},
                     {2, 500, Truth::kHonest, 900},
                     {3, 100, Truth::kHonest, 0},
                     {4, 100, Truth::kHonest, 499},
                     {5, 100, Truth::kUnknown, 500},
                     {6, 100, Truth::kUnknown, 0},
                     {7, 100, Truth::kFraud, 900, kNobody, Then::kDecline},
                     {8, 100, Truth::kUnknown, 0, kNobody, Then::kDecline},
                     {9, 100, Truth::kHonest, 0, kNobody, Then::kReview}});
  EXPECT_EQ(f.payments, 10U);
  EXPECT_EQ(f.alerts, 4U);
  EXPECT_EQ(f.declines, 2U);
  EXPECT_EQ(f.fraud_alerts, 1U);
  EXPECT_EQ(f.fraud_passed, 1U);
  EXPECT_EQ(f.honest_alerts, 1U);
  EXPECT_EQ(f.honest_passed, 3U);
  EXPECT_EQ(f.unknown_alerts, 1U);
  EXPECT_EQ(f.unknown_passed, 1U);
  EXPECT_EQ(f.declined_then, 2U);
  EXPECT_EQ(f.declined_then_alerts, 1U);
  EXPECT_EQ(f.declined_then_fraud, 1U);
  EXPECT_DOUBLE_EQ(f.precision.value, 0.5);
  EXPECT_DOUBLE_EQ(f.recall.value, 0.5);
  EXPECT_DOUBLE_EQ(f.false_positive_rate.value, 0.25);
  EXPECT_DOUBLE_EQ(f.false_per_fraud.value, 1);
  EXPECT_EQ(f.fraud_amount, 4000);
  EXPECT_EQ(f.caught_amount, 1000);
  EXPECT_EQ(f.honest_amount_stopped, 500);
  EXPECT_DOUBLE_EQ(f.value_recall.value, 0.25);
}

TEST(Figures, WhatIsTooYoungIsNotScoredWhateverItsLabel) {
  Made young{0, 1000, Truth::kFraud, 600};
  young.young = true;
  auto young_passed = young;
  young_passed.score = 0;
  auto young_silent = young_passed;
  young_silent.truth = Truth::kUnknown;
  const std::vector<Made> rows{
      young, young_passed, young_silent, {1, 50, Truth::kFraud, 600}, {2, 50, Truth::kHonest, 0}};
  const auto f = of(rows);
  EXPECT_EQ(f.too_young, 3U);
  EXPECT_EQ(f.too_young_alerts, 1U);
  EXPECT_EQ(f.too_young_fraud, 2U);
  EXPECT_EQ(f.fraud_alerts, 1U);
  EXPECT_EQ(f.fraud_passed, 0U);
  EXPECT_EQ(f.fraud_amount, 50);
  EXPECT_EQ(f.unknown_passed, 0U);
  EXPECT_EQ(f.alerts, 2U) << "somebody had the work all the same";
  const auto ledger = made_ledger(rows);
  EXPECT_EQ(threshold_curve(ledger.payments, ledger.verdict, {})[1].fraud_alerts, 1U);
}

TEST(Figures, IfAllAlertsAreLeftOutNothingIsKnownOfThem) {
  const auto f = of({{0, 1, Truth::kFraud, 900, kNobody, Then::kDecline}, {1, 1, Truth::kFraud, 0}, {2, 1}});
  EXPECT_EQ(f.declined_then_alerts, 1U);
  EXPECT_EQ(f.fraud_passed, 1U);
  for (const auto& interval : {f.precision, f.recall, f.false_positive_rate, f.value_recall}) {
    EXPECT_FALSE(interval.known) << "and not 0 %";
  }
  EXPECT_TRUE(f.alerts_per_day.known);
}

TEST(Figures, OfNothingAreUnknownAndNotZero) {
  const auto none = of({});
  EXPECT_FALSE(none.precision.known);
  EXPECT_FALSE(none.alerts_per_day.known);
  const auto no_fraud = of({{0, 1, Truth::kHonest, 0}});
  EXPECT_FALSE(no_fraud.recall.known);
  EXPECT_FALSE(no_fraud.precision.known);
  EXPECT_TRUE(no_fraud.false_positive_rate.known);
  EXPECT_EQ(no_fraud.false_positive_rate.value, 0);
  EXPECT_GT(no_fraud.false_positive_rate.high, 0.7) << "of one payment";
  EXPECT_GT(no_fraud.alerts_per_day.high, 3) << "of one day";
}

TEST(Figures, DaysAreThoseOfUtcAlsoBefore1970) {
  const auto f = of({{-1, 1, Truth::kHonest, 500},
                     {0, 1, Truth::kHonest, 500},
                     {1, 1, Truth::kHonest, 500},
                     {3 * kDayMs, 1, Truth::kHonest, 0}});
  EXPECT_EQ(f.days, 5U) << "the day before, the first, two without payments' alerts, and the last";
  EXPECT_DOUBLE_EQ(f.alerts_per_day.value, 0.6);
  EXPECT_EQ(f.busiest_day_alerts, 2U);
}

TEST(Figures, APeriodTakesItsFirstInstantAndNotItsLast) {
  const std::vector<Made> rows{{999, 1}, {1000, 1}, {1999, 1}, {2000, 1}};
  EXPECT_EQ(of(rows, {1000, 2000}).payments, 2U);
  EXPECT_EQ(of(rows, {INT64_MIN, 1000}).payments, 1U);
  EXPECT_EQ(of(rows, {2000, INT64_MAX}).payments, 1U);
}

TEST(Figures, EpisodesAreRunsOfOneCard) {
  // Card 0: a run of three, caught at its second; then, a gap and a millisecond later, one more. Card 1: one, missed.
  const auto gap = EpisodeOptions().gap_ms;
  const auto f = of({{0, 100, Truth::kFraud, 0, 0},
                     {kHour, 200, Truth::kFraud, 600, 0},
                     {2 * kHour, 400, Truth::kFraud, 0, 0},
                     {2 * kHour + gap + 1, 800, Truth::kFraud, 0, 0},
                     {kHour, 1600, Truth::kFraud, 0, 1},
                     {kHour, 3200, Truth::kFraud, 900, kNobody},
                     {kHour, 1, Truth::kHonest, 900, 1}});
  EXPECT_EQ(f.episodes, 3U) << "a payment without a card is none";
  EXPECT_EQ(f.caught_episodes, 1U);
  EXPECT_NEAR(f.episode_recall.value, 1.0 / 3, 1e-12);
  EXPECT_NEAR(f.saved.value, 600.0 / 3100, 1e-12) << "from the alert on, of all episodes' amounts";
  const auto just_within = of({{0, 1, Truth::kFraud, 0, 0}, {gap, 1, Truth::kFraud, 0, 0}});
  EXPECT_EQ(just_within.episodes, 1U);
}

TEST(Figures, TheCurveFallsScoreByScore) {
  const auto ledger = made_ledger({{0, 100, Truth::kFraud, 700},
                                   {1, 200, Truth::kHonest, 700},
                                   {2, 400, Truth::kFraud, 300},
                                   {3, 800, Truth::kUnknown, 300},
                                   {4, 1600, Truth::kFraud, 0},
                                   {5, 3200, Truth::kFraud, 100, kNobody, Then::kUnknown, true}});
  const auto curve = threshold_curve(ledger.payments, ledger.verdict, {});
  ASSERT_EQ(curve.size(), 3U);
  EXPECT_EQ(curve[0].threshold, 1001) << "forced, whatever the threshold";
  EXPECT_EQ(curve[0].alerts, 1U);
  EXPECT_EQ(curve[1].threshold, 700);
  EXPECT_EQ(curve[1].alerts, 3U);
  EXPECT_EQ(curve[1].fraud_alerts, 2U);
  EXPECT_EQ(curve[1].honest_alerts, 1U);
  EXPECT_EQ(curve[2].threshold, 300);
  EXPECT_EQ(curve[2].alerts, 5U);
  EXPECT_EQ(curve[2].fraud_alerts, 3U);
  EXPECT_EQ(curve[2].caught_amount, 3700);
}

TEST(Figures, AQueueTakesTheGreatestScoresOfEachDay) {
  const auto ledger = made_ledger({{0, 1, Truth::kHonest, 300},
                                   {1, 2, Truth::kFraud, 600},
                                   {2, 4, Truth::kFraud, 600},
                                   {3, 8, Truth::kFraud, 0},
                                   {4, 16, Truth::kHonest, 10, kNobody, Then::kUnknown, true},
                                   {5, 64, Truth::kFraud, 700, kNobody, Then::kDecline},
                                   {kDayMs, 32, Truth::kFraud, 1}});
  const auto points = queue(ledger.payments, ledger.verdict, {}, {1, 2, 3, 100});
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[0].looked_at, 2U) << "one a day";
  EXPECT_EQ(points[0].honest, 1U) << "the forced one comes first";
  EXPECT_EQ(points[0].fraud, 1U);
  EXPECT_EQ(points[1].unknown, 1U) << "declined then, with the greatest score";
  EXPECT_EQ(points[1].caught_amount, 32);
  EXPECT_EQ(points[2].caught_amount, 34) << "of equal scores the earlier one";
  EXPECT_EQ(points[3].fraud, 3U);
  EXPECT_EQ(points[3].looked_at, 6U) << "nobody looks at a score of 0";
  for (const auto& point : points) EXPECT_EQ(point.fraud + point.honest + point.unknown, point.looked_at);
}

TEST(Figures, FlipsCountPaymentsAndCustomersOnce) {
  const auto before = made_ledger({{0, 1, Truth::kHonest, 0, 0},
                                   {1, 1, Truth::kHonest, 0, 0},
                                   {2, 1, Truth::kFraud, 900, 0},
                                   {3, 1, Truth::kUnknown, 900, 1},
                                   {4, 1, Truth::kHonest, 900, 2},
                                   {5, 1, Truth::kHonest, 0, kNobody}});
  const auto after = made_ledger({{0, 1, Truth::kHonest, 900, 0},
                                  {1, 1, Truth::kHonest, 900, 0},
                                  {2, 1, Truth::kFraud, 0, 0},
                                  {3, 1, Truth::kUnknown, 0, 1},
                                  {4, 1, Truth::kHonest, 500, 2},
                                  {5, 1, Truth::kHonest, 900, kNobody}});
  const auto f = flips(after.payments, before.verdict, after.verdict, {});
  EXPECT_EQ(f.payments_stopped, (std::array<std::uint64_t, 3>{0, 3, 0}));
  EXPECT_EQ(f.payments_released, (std::array<std::uint64_t, 3>{1, 0, 1}));
  EXPECT_EQ(f.customers_stopped, (std::array<std::uint64_t, 3>{0, 1, 0}));
  EXPECT_EQ(f.customers_released, (std::array<std::uint64_t, 3>{1, 0, 1}));
}

}  // namespace
}  // namespace weir::backtest
