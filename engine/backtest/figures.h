// How good the alerts of a policy were. An alert is a payment that was not approved.
//
// Scored are payments whose truth is known, that were not declined at the time and are not too young: of the others
// nobody can say what they were, so they are counted apart, whatever their label, and never as honest. What fraudsters
// would have done had they met the policy is not simulated.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/backtest/ledger.h"
#include "engine/backtest/resampling.h"

namespace weir::backtest {

inline constexpr std::int64_t kDayMs = 86'400'000;

// Rows to look at: their times, from the first up to, and without, the second.
struct Period {
  std::int64_t from_ms = INT64_MIN;
  std::int64_t until_ms = INT64_MAX;
};

struct Figures {
  std::uint64_t payments = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::uint64_t days = 0;  // that the period spans, UTC

  std::uint64_t alerts = 0;  // of all payments
  std::uint64_t declines = 0;
  std::uint64_t repeated_alerts = 0;  // of a case that was open already
  Interval alerts_per_day;            // the interval is over days
  std::uint64_t busiest_day_alerts = 0;

  // Scored payments.
  std::uint64_t fraud_alerts = 0;  // fraud, and an alert
  std::uint64_t honest_alerts = 0;
  std::uint64_t fraud_passed = 0;
  std::uint64_t honest_passed = 0;
  // Not scored: of unknown truth, too young to judge, and declined at the time.
  std::uint64_t unknown_alerts = 0;
  std::uint64_t unknown_passed = 0;
  std::uint64_t too_young = 0;
  std::uint64_t too_young_alerts = 0;
  std::uint64_t too_young_fraud = 0;  // reported already
  std::uint64_t declined_then = 0;
  std::uint64_t declined_then_alerts = 0;
  std::uint64_t declined_then_fraud = 0;  // with a label that says so

  Interval precision;             // of the scored alerts, how many were fraud
  Interval recall;                // of the frauds, how many were alerts
  Interval false_positive_rate;   // of the honest ones, how many were alerts
  Interval false_per_fraud;       // honest alerts for each fraud alert
  Interval value_recall;          // of the amounts of the frauds, the part in alerts
  std::int64_t fraud_amount = 0;  // minor units
  std::int64_t caught_amount = 0;
  std::int64_t honest_amount_stopped = 0;

  // An episode is a run of frauds of one card, each within Episodes::gap_ms of the one before.
  std::uint64_t episodes = 0;
  std::uint64_t caught_episodes = 0;  // with an alert
  Interval episode_recall;
  Interval saved;  // of the amounts of episodes, the part from the first alert on: what a card blocked then would save
};

struct EpisodeOptions {
  std::int64_t gap_ms = 7 * kDayMs;
};

Figures figures(const Payments& payments, const Verdict& verdict, const Period& period,
                const EpisodeOptions& episodes = {});

// The same at another threshold: forced outcomes are alerts at any.
struct CurvePoint {
  std::int32_t threshold = 0;  // an alert is a score of at least this
  std::uint64_t alerts = 0;
  std::uint64_t fraud_alerts = 0;
  std::uint64_t honest_alerts = 0;
  std::int64_t caught_amount = 0;
};
// From the greatest threshold down, a point for each score that occurs; the first has the forced ones alone.
std::vector<CurvePoint> threshold_curve(const Payments& payments, const Verdict& verdict, const Period& period);

// If people could look at so many payments a day, and took those with the greatest score (forced outcomes first; of
// equal ones the earlier).
struct QueuePoint {
  std::uint32_t capacity = 0;
  std::uint64_t looked_at = 0;  // those with a score above 0, or forced
  std::uint64_t fraud = 0;
  std::uint64_t honest = 0;
  std::uint64_t unknown = 0;  // whatever is not scored
  std::int64_t caught_amount = 0;
};
std::vector<QueuePoint> queue(const Payments& payments, const Verdict& verdict, const Period& period,
                              const std::vector<std::uint32_t>& capacities);

// Customers with a payment that one policy lets pass and the other does not.
struct Flips {
  // By truth (kUnknown, which is whatever is not scored, kHonest, kFraud): payments, and customers with one.
  std::array<std::uint64_t, 3> payments_stopped{};  // passed before, an alert now
  std::array<std::uint64_t, 3> payments_released{};
  std::array<std::uint64_t, 3> customers_stopped{};
  std::array<std::uint64_t, 3> customers_released{};
};
Flips flips(const Payments& payments, const Verdict& before, const Verdict& after, const Period& period);

}  // namespace weir::backtest
