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
  std::unique_ptr<features::FeatureSet> features;
  std::unique_ptr<Memory> memory;
  std::unique_ptr<Step> step;
};

// `store` may be nullptr: everything in memory.
Result<Core> make_core(std::shared_ptr<const policy::Policy> policy, state::Store* store, const CoreOptions& options);

// Whether both policies read events and keep histories in the same way: then one may follow the other at once.
bool same_histories(const policy::Policy& a, const policy::Policy& b);
// The core goes on under another policy of the same histories.
void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy, const CoreOptions& options);

// A policy as it was when it decided.
struct RecordedPolicy {
  std::vector<policy::PolicyFile> files;
  std::string time_zones;
};
RecordedPolicy recorded_policy(const audit::ParsedRecord& record);

// The same as one string and back, for the store.
std::string policy_bytes(const policy::Policy& policy);
Result<RecordedPolicy> read_policy_bytes(std::string_view bytes);

// What a recorded policy is wanted for: only with the time-zone data that it was recorded with does it decide again as
// it did.
enum class PolicyUse : std::uint8_t { kDecide, kShow };

// Loads a recorded policy; its issues become one error message. Its hash is the recorded one.
Result<std::shared_ptr<const policy::Policy>> load_recorded_policy(RecordedPolicy recorded, std::string_view hash,
                                                                   PolicyUse use = PolicyUse::kDecide);

}  // namespace weir::shard
