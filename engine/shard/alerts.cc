#include "engine/shard/alerts.h"

#include <algorithm>
#include <utility>

#include "engine/base/varint.h"

namespace weir::shard {
namespace {

// Begins no UTF-8 text, and so no event id.
constexpr char kMarkPrefix = '\xff';

}  // namespace

Alerts::Alerts(const policy::Policy& policy, Memory& memory, std::span<const std::uint32_t> rule_numbers)
    : policy_(policy), memory_(memory), rule_numbers_(rule_numbers.begin(), rule_numbers.end()) {
  const auto& rules = policy.rules->rules();
  any_scope_ = std::any_of(rules.begin(), rules.end(), [](const book::Rule& rule) { return rule.alert.has_value(); });
}

Result<std::optional<EventEntry::Alert>> Alerts::raise(const Payment& payment, const decide::Outcome& outcome,
                                                       const book::Verdicts& verdicts,
                                                       const decide::Circumstances& circumstances) {
  repeated_.clear();
  if (!any_scope_ || outcome.outcome == book::Outcome::kApprove) return std::optional<EventEntry::Alert>();
  find_causes(outcome, verdicts, circumstances);
  std::optional<Mark> known;            // of the weightiest repeated rule
  std::uint32_t subject = 0;            // of a case of its own: the weightiest rule's
  std::vector<std::string> fresh_keys;  // of rules that raise this alert anew
  bool is_repeated = !causes_.empty();
  for (const auto rule : causes_) {
    const auto& scope = policy_.rules->rules()[rule].alert;
    if (!scope || payment.present[scope->entity] == nullptr) {
      is_repeated = false;
      continue;
    }
    auto key = mark_key(rule, payment);
    auto mark = find_mark(key, scope->once_in_ms, payment);
    if (!mark) return mark.error();
    if (mark->has_value()) {
      if (!known) known = *mark;
      repeated_.push_back(rule);
      continue;
    }
    is_repeated = false;
    if (subject == 0) subject = memory_.entity_number(scope->entity) + 1;
    fresh_keys.push_back(std::move(key));
  }
  std::sort(repeated_.begin(), repeated_.end());
  EventEntry::Alert alert{subject, payment.sequence, is_repeated};
  if (known) {
    alert.subject = known->subject;
    alert.sequence = known->sequence;
  }
  for (const auto& key : fresh_keys) {
    std::string bytes;
    append_zigzag(bytes, payment.time_ms);
    append_varint(bytes, alert.subject);
    append_varint(bytes, alert.sequence);
    memory_.remember_event(key, payment.clock_ms, bytes);
  }
  return std::optional(alert);
}

// Points that speak for the payment ask for nothing.
void Alerts::find_causes(const decide::Outcome& outcome, const book::Verdicts& verdicts,
                         const decide::Circumstances& circumstances) {
  causes_.clear();
  const auto& rules = policy_.rules->rules();
  for (const auto rule : outcome.reasons) {
    if (rules[rule].outcome || rules[rule].points > 0) causes_.push_back(rule);
  }
  for (const auto& failure : verdicts.errors) {
    const bool asks = rules[failure.rule].review_on_error;
    if (asks && decide::counts(*policy_.rules, failure.rule, circumstances)) causes_.push_back(failure.rule);
  }
}

std::string Alerts::mark_key(std::uint32_t rule, const Payment& payment) const {
  const auto entity = policy_.rules->rules()[rule].alert->entity;
  std::string key(1, kMarkPrefix);
  append_varint(key, rule_numbers_[rule]);
  append_varint(key, memory_.entity_number(entity));
  return key.append(payment.keys[entity]);
}

// The newest one that is near enough to the payment, before or, if it comes late, after it.
Result<std::optional<Alerts::Mark>> Alerts::find_mark(const std::string& key, std::int64_t once_in_ms,
                                                      const Payment& payment) {
  auto stored = memory_.find_event(key);
  if (!stored) return stored.error();
  std::optional<Mark> found;
  for (const auto& each : *stored) {
    if (each.clock_ms <= payment.cutoff_ms) continue;
    VarintReader in(each.bytes);
    Mark mark;
    mark.time_ms = in.zigzag();
    mark.subject = static_cast<std::uint32_t>(in.varint());
    mark.sequence = in.varint();
    if (!in.ok() || !in.at_end()) return Error{"state store: damaged mark of an alert"};
    const auto distance_ms = std::max(payment.time_ms, mark.time_ms) - std::min(payment.time_ms, mark.time_ms);
    if (distance_ms < once_in_ms) found = mark;
  }
  return found;
}

decide::Alert Alerts::told(const EventEntry::Alert& alert, const history::Catalogue& catalogue) {
  using history::CatalogueKind;
  return {alert.subject == 0 ? std::string_view("payment") : catalogue.name(CatalogueKind::kEntity, alert.subject - 1),
          alert.sequence, alert.repeated};
}

}  // namespace weir::shard
