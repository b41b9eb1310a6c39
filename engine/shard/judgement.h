// What one policy's rules make of an event: their verdicts, what allow entries take out of them, the outcome. There is
// one of the policy that decides, and one of the policy that is beside it in the shadow.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/audit/record.h"
#include "engine/decide/decision.h"
#include "engine/policy/policy.h"
#include "engine/shard/list_store.h"
#include "rules/book/book.h"

namespace weir::shard {

class Judgement {
 public:
  // Both outlive it.
  Judgement(const policy::Policy& policy, ListStore& lists);

  // `slots`: of an event at this time, as the policy names them; those of lists are filled in here. What is found lives
  // until the next call.
  void evaluate(std::span<Value> slots, std::int64_t time_ms);
  // Who wins, of what evaluate() found.
  void decide();

  const book::Verdicts& verdicts() const { return verdicts_; }
  decide::Circumstances circumstances() const { return {decide::Screening::kClear, suppressed_}; }
  // The rules that allow entries take out, by rule.
  std::span<const audit::Suppression> taken_out() const { return taken_out_; }
  decide::Outcome outcome;

 private:
  void suppress(std::span<const Value> slots);

  const policy::Policy& policy_;
  book::Workspace workspace_;
  book::Verdicts verdicts_;
  std::vector<book::List*> lists_;         // of the policy, in its order
  std::vector<std::uint32_t> suppressed_;  // ascending
  std::vector<audit::Suppression> taken_out_;
};

}  // namespace weir::shard
