// A policy with everything that runs it: features, memory, step.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/features/feature_set.h"
#include "engine/policy/policy.h"
#include "engine/shard/memory.h"
#include "engine/shard/step.h"
#include "engine/state/store.h"

namespace weir::shard {

struct CoreOptions {
  std::uint32_t shard = 0;
  ClockSource clock_source = ClockSource::kGiven;
  std::string token_key;  // empty: only recorded events can be stepped, if the policy has personal fields
  MemoryOptions memory;
};

struct Core {
  std::shared_ptr<const policy::Policy> policy;
  std::shared_ptr<const policy::Policy> shadow;        // nullptr if there is none
  std::shared_ptr<const event::Schema> shadow_schema;  // keeps alive what `features` views
  std::unique_ptr<features::FeatureSet> features;      // of both
  std::unique_ptr<Memory> memory;
  std::unique_ptr<Step> step;
};

// `store` may be nullptr: everything in memory. `predecessor`: see Memory::create. `shadow`: see shadow.h; nullptr if
// there is none, and an error if it can't be.
Result<Core> make_core(std::shared_ptr<const policy::Policy> policy, state::Store* store, const CoreOptions& options,
                       std::unique_ptr<Memory> predecessor = nullptr,
                       std::shared_ptr<const policy::Policy> shadow = nullptr);

// Whether both policies keep the same columns of each event. Else a memory may lack what the store has: a field that
// was left out for a while is in older rows there.
bool same_rows(const policy::Policy& a, const policy::Policy& b);
// Whether the core can go on under these policies without another memory.
bool keeps_histories(const Core& core, const policy::Policy& policy, const policy::Policy* shadow);
// The core does so.
void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy,
                   std::shared_ptr<const policy::Policy> shadow, const CoreOptions& options);

}  // namespace weir::shard
