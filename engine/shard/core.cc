#include "engine/shard/core.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/shard/shadow.h"

namespace weir::shard {
namespace {

std::string_view schema_text(const policy::Policy& policy) {
  const auto found = std::find_if(policy.files.begin(), policy.files.end(),
                                  [](const policy::PolicyFile& file) { return file.path == "schema.yaml"; });
  return found == policy.files.end() ? std::string_view() : found->text;
}

// Of both policies; `shadow` may be nullptr.
std::vector<features::Sequence> sequences_of(const policy::Policy& live, const policy::Policy* shadow) {
  std::vector<features::Sequence> sequences;
  for (const auto* policy : {&live, shadow}) {
    if (policy == nullptr || policy->inputs == nullptr || !policy->inputs->sequence) continue;
    const auto& rows = policy->inputs->sequence->rows;
    const bool known =
        std::any_of(sequences.begin(), sequences.end(), [&](const auto& s) { return s.same_rows(rows); });
    if (!known) sequences.push_back(rows);
  }
  return sequences;
}

bool same_sequences(const std::vector<features::Sequence>& a, const std::vector<features::Sequence>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return one.same_rows(other); });
}

void make_step(Core& core, std::shared_ptr<const policy::Policy> shadow, const CoreOptions& options) {
  core.shadow = std::move(shadow);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source, core.shadow);
}

}  // namespace

Result<Core> make_core(std::shared_ptr<const policy::Policy> policy, state::Store* store, const CoreOptions& options,
                       std::unique_ptr<Memory> predecessor, std::shared_ptr<const policy::Policy> shadow) {
  if (shadow != nullptr) {
    if (const auto why = no_shadow_because(*shadow, *policy); !why.empty()) {
      return Error{"policy " + shadow->hash + " can't be in the shadow of " + policy->hash + ": " + why};
    }
  }
  Core core;
  core.policy = std::move(policy);
  core.features =
      std::make_unique<features::FeatureSet>(core.policy->schema, features_of_both(*core.policy, shadow.get()),
                                             history::LayoutSpec(), sequences_of(*core.policy, shadow.get()));
  auto memory = Memory::create(core.policy->schema, *core.features, store, options.memory, std::move(predecessor));
  if (!memory) return memory.error();
  core.memory = std::move(*memory);
  if (shadow != nullptr) core.shadow_schema = shadow->schema;
  make_step(core, std::move(shadow), options);
  return core;
}

bool same_rows(const policy::Policy& a, const policy::Policy& b) {
  // Amounts in the base currency stay in the past as they were: new rates are for new events.
  const auto base = [](const policy::Policy& policy) {
    return policy.schema->exchange == nullptr ? 0 : policy.schema->exchange->base().numeric;
  };
  return a.time_zones == b.time_zones && base(a) == base(b) && schema_text(a) == schema_text(b);
}

bool keeps_histories(const Core& core, const policy::Policy& policy, const policy::Policy* shadow) {
  return core.policy->history_ms == policy.history_ms && same_rows(*core.policy, policy) &&
         same_features(core.features->definitions(), features_of_both(policy, shadow)) &&
         same_sequences(core.features->sequences(), sequences_of(policy, shadow));
}

void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy,
                   std::shared_ptr<const policy::Policy> shadow, const CoreOptions& options) {
  const auto progress = core.step->progress;
  core.policy = std::move(policy);
  make_step(core, std::move(shadow), options);
  core.step->progress = progress;
}

}  // namespace weir::shard
