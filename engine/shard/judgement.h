// What one policy's model and rules make of an event: the score, their verdicts, what allow entries take out of them,
// the outcome. There is one of the policy that decides, and one of the policy that is beside it in the shadow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/audit/record.h"
#include "engine/decide/decision.h"
#include "engine/features/feature_set.h"
#include "engine/history/entity_history.h"
#include "engine/model/scorer.h"
#include "engine/policy/policy.h"
#include "engine/shard/list_store.h"
#include "rules/book/book.h"

namespace weir::shard {

class Judgement {
 public:
  // All outlive it.
  Judgement(const policy::Policy& policy, const features::FeatureSet& features, ListStore& lists);

  // The model's part, if there is one and it looks at events of this type. `slots`: of an event at this time, as the
  // policy names them, without lists and score.
  void score(std::span<const Value> slots, std::uint32_t type, std::int64_t time_ms,
             std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms);

  // The same slots; those of lists and of the score are filled in here. What is found lives until the next call.
  void evaluate(std::span<Value> slots, std::int64_t time_ms);
  // Who wins, of what evaluate() found, and what of the model speaks for that.
  void decide();

  const book::Verdicts& verdicts() const { return verdicts_; }
  decide::Circumstances circumstances() const { return {decide::Screening::kClear, suppressed_}; }
  // The rules that allow entries take out, by rule.
  std::span<const audit::Suppression> taken_out() const { return taken_out_; }
  // What the model said of the event that was scored last; nothing if it did not look at it.
  std::optional<audit::ModelFacts> model() const;
  decide::Outcome outcome;

 private:
  void suppress(std::span<const Value> slots);

  const policy::Policy& policy_;
  book::Workspace workspace_;
  book::Verdicts verdicts_;
  std::vector<book::List*> lists_;         // of the policy, in its order
  std::vector<std::uint32_t> suppressed_;  // ascending
  std::vector<audit::Suppression> taken_out_;
  std::optional<model::Scorer> scorer_;
  bool scored_ = false;
  const models::Explanation* explanation_ = nullptr;  // of a payment that is not approved
};

}  // namespace weir::shard
