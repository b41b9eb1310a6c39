#include "engine/shard/judgement.h"

#include <algorithm>

namespace weir::shard {

Judgement::Judgement(const policy::Policy& policy, const features::FeatureSet& features, ListStore& lists)
    : policy_(policy), workspace_(*policy.rules) {
  for (const auto& list : policy.lists) lists_.push_back(&lists.list(list.name));
  if (policy.model != nullptr) scorer_.emplace(policy.model, policy.inputs, features);
}

void Judgement::score(std::span<const Value> slots, std::uint32_t type, std::int64_t time_ms,
                      std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms) {
  scored_ = scorer_ && policy_.inputs->looks_at(type);
  if (scored_) scorer_->score(slots, time_ms, histories, cutoff_ms);
}

// Entries of lists expire by the event's own time.
void Judgement::evaluate(std::span<Value> slots, std::int64_t time_ms) {
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    lists_[i]->set_time(time_ms);
    slots[policy_.list_slot(i)] = cel::make_lookup(*lists_[i]);
  }
  if (scorer_) slots[policy_.model_slot()] = scored_ ? Value::real(scorer_->probability()) : Value();
  policy_.rules->evaluate(slots, workspace_, verdicts_);
  suppress(slots);
}

void Judgement::decide() {
  decide::decide(*policy_.rules, verdicts_, policy_.thresholds, circumstances(), outcome);
  const bool flagged = scored_ && outcome.outcome != book::Outcome::kApprove;
  explanation_ = flagged ? &scorer_->explain() : nullptr;
}

std::optional<audit::ModelFacts> Judgement::model() const {
  if (!scored_) return std::nullopt;
  return audit::ModelFacts{&scorer_->model(), &scorer_->inputs(), scorer_->result(), explanation_};
}

// What an allow entry for this event takes out of the rules that hit or failed.
void Judgement::suppress(std::span<const Value> slots) {
  suppressed_.clear();
  taken_out_.clear();
  if (verdicts_.hits.empty() && verdicts_.errors.empty()) return;
  const auto& rules = policy_.rules->rules();
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const auto& definition = policy_.lists[i];
    if (definition.kind != book::ListKind::kAllow) continue;
    const auto* allowed = lists_[i]->find(slots[definition.slot]);
    if (allowed == nullptr) continue;
    const auto& ids = allowed->rules.empty() ? definition.suppresses : allowed->rules;
    const auto take_out = [&](std::uint32_t rule) {
      if (std::find(ids.begin(), ids.end(), rules[rule].id) == ids.end()) return;
      if (std::find(suppressed_.begin(), suppressed_.end(), rule) != suppressed_.end()) return;
      suppressed_.push_back(rule);
      taken_out_.push_back({rule, definition.name});
    };
    for (const auto hit : verdicts_.hits) take_out(hit);
    for (const auto& failure : verdicts_.errors) take_out(failure.rule);
  }
  std::sort(suppressed_.begin(), suppressed_.end());
}

}  // namespace weir::shard
