// A whole policy in the shadow of the one that decides: it sees every payment with the same past, is recorded beside
// the decision, and changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/audit/record.h"
#include "engine/event/event.h"
#include "engine/features/definition.h"
#include "engine/policy/policy.h"
#include "engine/shard/judgement.h"

namespace weir::shard {

// Why `policy` can't be in the shadow of `live`; empty if it can. Both must read events alike, its windows must lie in
// the history that is held for `live`, and its lists must be lists of `live`, whose entries they share.
std::string no_shadow_because(const policy::Policy& policy, const policy::Policy& live);

// The features of `live`, and behind them those that `shadow` (which may be nullptr) has besides.
std::vector<features::Definition> features_of_both(const policy::Policy& live, const policy::Policy* shadow);

// Whether both are the same features by the same names, in one order.
bool same_features(const std::vector<features::Definition>& a, const std::vector<features::Definition>& b);

class Shadow {
 public:
  // `features`, which are of both, and `lists` outlive it.
  Shadow(std::shared_ptr<const policy::Policy> policy, const policy::Policy& live, const features::FeatureSet& features,
         ListStore& lists);

  // `event` holds the features of both, and nothing of the lists yet.
  void evaluate(const event::Event& event, std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms);
  const policy::Policy& policy() const { return *policy_; }
  const Judgement& judgement() const { return judgement_; }
  // For the event that was evaluated last.
  audit::Judged judged() const;

 private:
  std::shared_ptr<const policy::Policy> policy_;
  Judgement judgement_;
  std::vector<std::string> slot_names_;
  std::vector<std::uint32_t> sources_;  // of each slot up to the lists: the event's slot
  std::vector<Value> slots_;
};

}  // namespace weir::shard
