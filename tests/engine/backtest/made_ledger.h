// Ledgers by hand: a policy of a few rules, and payments as the test says.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/backtest/ledger.h"
#include "engine/base/check.h"
#include "engine/policy/policy.h"

namespace weir::backtest {

// Thresholds 500 and 800. Rules by index: a +300, b +250, c: a hard review, d: shadow, +900.
inline std::shared_ptr<const policy::Policy> made_policy() {
  const std::string schema =
      "fields:\n  id: {type: string, required: true}\n  time: {type: timestamp, required: true}\n"
      "  amount: {type: money, currency: EUR}\n  card_id: {type: string, required: true}\n  label_in: {type: enum, "
      "values: [good, bad]}\n"
      "event_id: id\nevent_time: time\nentities: {card: card_id}\n"
      "label: {field: label_in, fraud_value: bad, known_after: 2d}\n";
  const std::string features = "card:\n  fraud_30d: {count: events, window: 30d, where: label == 'fraud'}\n";
  const auto rule = [](const std::string& id, const std::string& when, const std::string& then) {
    return "  - {id: " + id + ", description: d, reason: R, when: \"" + when + "\", then: " + then + "}\n";
  };
  const std::string rules =
      "rules:\n" + rule("a", "amount.orValue(eur('0.00')) >= eur('10.00')", "{points: 300}") +
      rule("b", "amount.orValue(eur('0.00')) >= eur('20.00')", "{points: 250}") +
      rule("c", "card.fraud_30d > 0", "{outcome: review}") +
      "  - {id: d, description: d, reason: R, when: has(amount), then: {points: 900}, mode: shadow}\n";
  auto loaded =
      policy::load_policy({{"policy.yaml", "name: made\nhistory: 40d\nthresholds: {review: 500, decline: 800}\n"},
                           {"schema.yaml", schema},
                           {"features.yaml", features},
                           {"rules/all.yaml", rules}},
                          "");
  if (!loaded.ok()) std::fputs(loaded.error().render().c_str(), stderr);
  WEIR_CHECK(loaded.ok(), "a sound policy");
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

struct Made {
  std::int64_t time_ms = 0;
  std::int64_t amount = 0;
  Truth truth = Truth::kHonest;
  std::int32_t score = 0;
  std::uint32_t card = kNobody;
  Then then = Then::kUnknown;
  bool forced = false;
  std::vector<std::uint32_t> reasons = {};
  std::vector<std::uint32_t> shadows = {};
  bool young = false;
};

inline Ledger made_ledger(const std::vector<Made>& rows) {
  Ledger ledger;
  ledger.verdict.policy = made_policy();
  ledger.verdict.failures.resize(ledger.verdict.policy->rules->rules().size());
  auto& payments = ledger.payments;
  for (const auto& row : rows) {
    payments.record.push_back(payments.size() + 1);
    payments.time_ms.push_back(row.time_ms);
    payments.amount.push_back(row.amount);
    payments.truth.push_back(row.truth);
    payments.then.push_back(row.then);
    payments.young.push_back(row.young ? 1 : 0);
    payments.card.push_back(row.card);
    payments.customer.push_back(row.card);
    if (row.card != kNobody) payments.cards = payments.customers = std::max(payments.cards, row.card + 1);
    const auto outcome = row.forced || row.score >= 500
                             ? (row.score >= 800 ? book::Outcome::kDecline : book::Outcome::kReview)
                             : book::Outcome::kApprove;
    ledger.verdict.add(row.score, outcome, row.forced, row.reasons, row.shadows);
  }
  return ledger;
}

}  // namespace weir::backtest
