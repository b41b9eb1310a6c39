#include "engine/backtest/figures.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "engine/base/check.h"

namespace weir::backtest {
namespace {

bool within(const Period& period, std::int64_t time_ms) {
  return time_ms >= period.from_ms && time_ms < period.until_ms;
}

bool scored(const Payments& payments, std::size_t row) { return payments.standing(row) == Standing::kScored; }

std::int64_t day_of(std::int64_t time_ms) { return time_ms / kDayMs - (time_ms % kDayMs < 0 ? 1 : 0); }

// What a card, or a payment without one, adds to the ratios.
struct Tally {
  double fraud_alerts = 0;
  double honest_alerts = 0;
  double fraud_passed = 0;
  double honest_passed = 0;
  double fraud_amount = 0;
  double caught_amount = 0;
  double episodes = 0;
  double caught_episodes = 0;
  double episode_amount = 0;
  double saved_amount = 0;
};

class Counter {
 public:
  Counter(const Payments& payments, const Verdict& verdict, const Period& period, const EpisodeOptions& options)
      : payments_(payments), verdict_(verdict), period_(period), options_(options), tallies_(payments.cards) {}

  Figures count() {
    for (std::size_t row = 0; row < payments_.size(); ++row) {
      if (within(period_, payments_.time_ms[row])) add(row);
    }
    add_episodes();
    finish();
    return out_;
  }

 private:
  Tally& tally_of(std::size_t row) {
    const auto card = payments_.card[row];
    if (card != kNobody) return tallies_[card];
    return tallies_.emplace_back();
  }

  void add(std::size_t row) {
    const auto time_ms = payments_.time_ms[row];
    out_.first_ms = out_.payments == 0 ? time_ms : std::min(out_.first_ms, time_ms);
    out_.last_ms = out_.payments == 0 ? time_ms : std::max(out_.last_ms, time_ms);
    ++out_.payments;
    const bool alert = verdict_.alerts(row);
    out_.alerts += alert ? 1 : 0;
    out_.declines += verdict_.outcome[row] == book::Outcome::kDecline ? 1 : 0;
    out_.repeated_alerts += verdict_.repeated[row];
    if (alert) ++alerts_by_day_[day_of(time_ms)];
    const bool fraud = payments_.truth[row] == Truth::kFraud;
    switch (payments_.standing(row)) {
      case Standing::kDeclinedThen:
        ++out_.declined_then;
        out_.declined_then_alerts += alert ? 1 : 0;
        out_.declined_then_fraud += fraud ? 1 : 0;
        return;
      case Standing::kTooYoung:
        ++out_.too_young;
        out_.too_young_alerts += alert ? 1 : 0;
        out_.too_young_fraud += fraud ? 1 : 0;
        return;
      case Standing::kUnknown:
        ++(alert ? out_.unknown_alerts : out_.unknown_passed);
        return;
      case Standing::kScored:
        add_scored(row, alert);
    }
  }

  void add_scored(std::size_t row, bool alert) {
    auto& tally = tally_of(row);
    const auto amount = payments_.amount[row];
    if (payments_.truth[row] == Truth::kHonest) {
      ++(alert ? out_.honest_alerts : out_.honest_passed);
      ++(alert ? tally.honest_alerts : tally.honest_passed);
      if (alert) out_.honest_amount_stopped += amount;
      return;
    }
    ++(alert ? out_.fraud_alerts : out_.fraud_passed);
    ++(alert ? tally.fraud_alerts : tally.fraud_passed);
    out_.fraud_amount += amount;
    tally.fraud_amount += static_cast<double>(amount);
    if (alert) {
      out_.caught_amount += amount;
      tally.caught_amount += static_cast<double>(amount);
    }
    if (payments_.card[row] != kNobody) frauds_.push_back(row);
  }

  void add_episodes() {
    std::sort(frauds_.begin(), frauds_.end(), [&](std::size_t a, std::size_t b) {
      const auto key = [&](std::size_t row) { return std::tuple(payments_.card[row], payments_.time_ms[row], row); };
      return key(a) < key(b);
    });
    bool caught = false;
    for (std::size_t i = 0; i < frauds_.size(); ++i) {
      const auto row = frauds_[i];
      const auto before = i == 0 ? row : frauds_[i - 1];
      const bool first = i == 0 || payments_.card[row] != payments_.card[before] ||
                         payments_.time_ms[row] - payments_.time_ms[before] > options_.gap_ms;
      auto& tally = tallies_[payments_.card[row]];
      if (first) {
        caught = false;
        ++out_.episodes;
        ++tally.episodes;
      }
      if (!caught && verdict_.alerts(row)) {
        caught = true;
        ++out_.caught_episodes;
        ++tally.caught_episodes;
      }
      tally.episode_amount += static_cast<double>(payments_.amount[row]);
      if (caught) tally.saved_amount += static_cast<double>(payments_.amount[row]);
    }
  }

  Interval of(double Tally::*numerator, std::initializer_list<double Tally::*> denominator,
              RatioOf kind = RatioOf::kWhole) const {
    std::vector<std::uint32_t> groups;
    std::vector<Part> parts;
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      Part part{tallies_[i].*numerator, 0};
      for (const auto member : denominator) part.denominator += tallies_[i].*member;
      if (part.numerator == 0 && part.denominator == 0) continue;
      groups.push_back(static_cast<std::uint32_t>(i));
      parts.push_back(part);
    }
    return ratio(groups, parts, kind);
  }

  void finish() {
    if (out_.payments == 0) return;
    out_.days = static_cast<std::uint64_t>(day_of(out_.last_ms) - day_of(out_.first_ms) + 1);
    std::vector<std::uint32_t> days(out_.days);
    std::iota(days.begin(), days.end(), 0U);
    std::vector<Part> parts(out_.days, {0, 1});
    for (const auto& [day, alerts] : alerts_by_day_) {
      parts[static_cast<std::size_t>(day - day_of(out_.first_ms))].numerator = static_cast<double>(alerts);
      out_.busiest_day_alerts = std::max(out_.busiest_day_alerts, alerts);
    }
    out_.alerts_per_day = ratio(days, parts, RatioOf::kPeriod);
    // If every alert is left out, nobody can say what the alerts are worth: not even that they catch nothing.
    if (out_.alerts > 0 && out_.fraud_alerts + out_.honest_alerts == 0) return;
    out_.precision = of(&Tally::fraud_alerts, {&Tally::fraud_alerts, &Tally::honest_alerts});
    out_.recall = of(&Tally::fraud_alerts, {&Tally::fraud_alerts, &Tally::fraud_passed});
    out_.false_positive_rate = of(&Tally::honest_alerts, {&Tally::honest_alerts, &Tally::honest_passed});
    out_.false_per_fraud = of(&Tally::honest_alerts, {&Tally::fraud_alerts}, RatioOf::kOtherPart);
    out_.value_recall = of(&Tally::caught_amount, {&Tally::fraud_amount});
    out_.episode_recall = of(&Tally::caught_episodes, {&Tally::episodes});
    out_.saved = of(&Tally::saved_amount, {&Tally::episode_amount});
  }

  const Payments& payments_;
  const Verdict& verdict_;
  const Period& period_;
  const EpisodeOptions& options_;
  Figures out_;
  std::vector<Tally> tallies_;  // by card, and behind them one for each payment without
  std::vector<std::size_t> frauds_;
  std::map<std::int64_t, std::uint64_t> alerts_by_day_;
};

}  // namespace

Figures figures(const Payments& payments, const Verdict& verdict, const Period& period,
                const EpisodeOptions& episodes) {
  return Counter(payments, verdict, period, episodes).count();
}

std::vector<CurvePoint> threshold_curve(const Payments& payments, const Verdict& verdict, const Period& period) {
  constexpr std::int32_t kForced = decide::kMaxScore + 1;
  std::map<std::int32_t, CurvePoint, std::greater<>> by_score;
  by_score[kForced];
  for (std::size_t row = 0; row < payments.size(); ++row) {
    if (!within(period, payments.time_ms[row])) continue;
    auto& point = by_score[verdict.forced[row] != 0 ? kForced : verdict.score[row]];
    ++point.alerts;
    if (!scored(payments, row)) continue;
    const bool fraud = payments.truth[row] == Truth::kFraud;
    ++(fraud ? point.fraud_alerts : point.honest_alerts);
    if (fraud) point.caught_amount += payments.amount[row];
  }
  std::vector<CurvePoint> curve;
  CurvePoint sum;
  for (const auto& [score, point] : by_score) {
    sum.threshold = score;
    sum.alerts += point.alerts;
    sum.fraud_alerts += point.fraud_alerts;
    sum.honest_alerts += point.honest_alerts;
    sum.caught_amount += point.caught_amount;
    if (score > 0) curve.push_back(sum);
  }
  return curve;
}

std::vector<QueuePoint> queue(const Payments& payments, const Verdict& verdict, const Period& period,
                              const std::vector<std::uint32_t>& capacities) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < payments.size(); ++row) {
    const bool queued = verdict.forced[row] != 0 || verdict.score[row] > 0;
    if (queued && within(period, payments.time_ms[row])) rows.push_back(row);
  }
  const auto key = [&](std::size_t row) {
    return std::tuple(day_of(payments.time_ms[row]), verdict.forced[row] == 0, -verdict.score[row],
                      payments.time_ms[row], row);
  };
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<QueuePoint> points;
  for (const auto capacity : capacities) points.push_back({capacity, 0, 0, 0, 0, 0});
  std::uint32_t place = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    const bool new_day = i == 0 || day_of(payments.time_ms[row]) != day_of(payments.time_ms[rows[i - 1]]);
    place = new_day ? 0 : place + 1;
    for (auto& point : points) {
      if (place >= point.capacity) continue;
      ++point.looked_at;
      if (!scored(payments, row)) {
        ++point.unknown;
        continue;
      }
      const bool fraud = payments.truth[row] == Truth::kFraud;
      ++(fraud ? point.fraud : point.honest);
      if (fraud) point.caught_amount += payments.amount[row];
    }
  }
  return points;
}

Flips flips(const Payments& payments, const Verdict& before, const Verdict& after, const Period& period) {
  Flips out;
  WEIR_CHECK(before.outcome.size() == payments.size() && after.outcome.size() == payments.size(),
             "both verdicts are on the same payments");
  // Bit truth: stopped; bit 3 + truth: released.
  std::vector<std::uint8_t> seen(payments.customers);
  for (std::size_t row = 0; row < payments.size(); ++row) {
    if (!within(period, payments.time_ms[row]) || before.alerts(row) == after.alerts(row)) continue;
    const bool stopped = after.alerts(row);
    const auto truth = static_cast<std::size_t>(scored(payments, row) ? payments.truth[row] : Truth::kUnknown);
    ++(stopped ? out.payments_stopped : out.payments_released)[truth];
    const auto customer = payments.customer[row];
    if (customer == kNobody) continue;
    const auto bit = static_cast<std::uint8_t>(1U << (truth + (stopped ? 0 : 3)));
    if ((seen[customer] & bit) != 0) continue;
    seen[customer] |= bit;
    ++(stopped ? out.customers_stopped : out.customers_released)[truth];
  }
  return out;
}

}  // namespace weir::backtest
