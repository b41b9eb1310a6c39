#include "engine/backtest/rule_figures.h"

#include <algorithm>
#include <unordered_map>

namespace weir::backtest {
namespace {

class Counter {
 public:
  Counter(const Payments& payments, const Verdict& verdict, const Period& period)
      : payments_(payments), verdict_(verdict), period_(period), rules_(verdict.policy->rules->rules()) {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      RuleFigures figures;
      figures.rule = rules_[i].id;
      figures.reason = rules_[i].reason;
      figures.shadow = rules_[i].mode == book::Mode::kShadow;
      figures.cost = rules_[i].cost;
      figures.failures = verdict.failures[i];
      out_.push_back(std::move(figures));
    }
  }

  std::vector<RuleFigures> count() {
    for (std::size_t row = 0; row < payments_.size(); ++row) {
      if (payments_.time_ms[row] >= period_.from_ms && payments_.time_ms[row] < period_.until_ms) add(row);
    }
    finish();
    return std::move(out_);
  }

 private:
  void add(std::size_t row) {
    const bool scored = payments_.standing(row) == Standing::kScored;
    const bool fraud = scored && payments_.truth[row] == Truth::kFraud;
    scored_ += scored ? 1 : 0;
    frauds_ += fraud ? 1 : 0;
    const auto reasons = verdict_.reasons(row);
    for (const auto rule : reasons) add_hit(rule, row, fraud);
    for (const auto rule : verdict_.shadows(row)) add_hit(rule, row, fraud);
    add_overlaps(reasons);
    if (verdict_.alerts(row)) add_decisive(reasons, row, fraud);
  }

  void add_hit(std::uint32_t rule, std::size_t row, bool fraud) {
    auto& figures = out_[rule];
    ++figures.hits;
    switch (payments_.standing(row)) {
      case Standing::kDeclinedThen:
        ++figures.declined_then;
        return;
      case Standing::kTooYoung:
        ++figures.too_young;
        return;
      case Standing::kUnknown:
        ++figures.unknown;
        return;
      case Standing::kScored:
        ++(fraud ? figures.fraud : figures.honest);
        if (fraud) figures.fraud_amount += payments_.amount[row];
    }
  }

  void add_overlaps(std::span<const std::uint32_t> reasons) {
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      for (std::size_t j = i + 1; j < reasons.size(); ++j) {
        const auto [low, high] = std::minmax(reasons[i], reasons[j]);
        ++together_[static_cast<std::uint64_t>(low) << 32U | high];
      }
    }
  }

  // Whether the payment would have passed without one of its rules.
  void add_decisive(std::span<const std::uint32_t> reasons, std::size_t row, bool fraud) {
    std::int64_t points = 0;
    std::size_t hard = 0;
    for (const auto rule : reasons) {
      points += rules_[rule].points;
      hard += rules_[rule].outcome.has_value() ? 1 : 0;
    }
    const std::int64_t review = verdict_.policy->thresholds.review;
    // A rule that failed and asks for a review then: no hit is needed.
    if (hard == 0 && verdict_.forced[row] != 0) return;
    for (const auto rule : reasons) {
      const bool still_hard = hard > (rules_[rule].outcome.has_value() ? 1U : 0U);
      if (still_hard || points - rules_[rule].points >= review) continue;
      ++out_[rule].decisive;
      out_[rule].decisive_fraud += fraud ? 1 : 0;
    }
  }

  void finish() {
    for (const auto& [pair, times] : together_) {
      note_overlap(static_cast<std::uint32_t>(pair >> 32U), static_cast<std::uint32_t>(pair), times);
      note_overlap(static_cast<std::uint32_t>(pair), static_cast<std::uint32_t>(pair >> 32U), times);
    }
    const double base = scored_ == 0 ? 0 : static_cast<double>(frauds_) / static_cast<double>(scored_);
    for (auto& figures : out_) {
      figures.precision = share(figures.fraud, figures.fraud + figures.honest);
      if (figures.left_out() == 0 || figures.left_out() < figures.hits) figures.recall = share(figures.fraud, frauds_);
      if (base > 0 && figures.precision.known) figures.lift = figures.precision.value / base;
    }
  }

  // Of equal ones the first by id, whatever the order in which they are met.
  void note_overlap(std::uint32_t rule, std::uint32_t other, std::uint64_t times) {
    auto& figures = out_[rule];
    if (times < figures.overlap || (times == figures.overlap && figures.overlaps <= rules_[other].id)) return;
    figures.overlap = times;
    figures.overlaps = rules_[other].id;
  }

  const Payments& payments_;
  const Verdict& verdict_;
  const Period& period_;
  const std::vector<book::Rule>& rules_;
  std::vector<RuleFigures> out_;
  std::unordered_map<std::uint64_t, std::uint64_t> together_;
  std::uint64_t scored_ = 0;
  std::uint64_t frauds_ = 0;
};

}  // namespace

std::vector<RuleFigures> rule_figures(const Payments& payments, const Verdict& verdict, const Period& period) {
  return Counter(payments, verdict, period).count();
}

}  // namespace weir::backtest
