#include "engine/shard/core.h"

#include <utility>

namespace weir::shard {
namespace {

std::string_view text_of(const policy::Policy& policy, std::string_view path) {
  for (const auto& file : policy.files) {
    if (file.path == path) return file.text;
  }
  return {};
}

}  // namespace

Result<Core> make_core(std::shared_ptr<const policy::Policy> policy, state::Store* store, const CoreOptions& options,
                       std::unique_ptr<Memory> predecessor) {
  Core core;
  core.policy = std::move(policy);
  core.features = std::make_unique<features::FeatureSet>(core.policy->schema, core.policy->features);
  auto memory = Memory::create(core.policy->schema, *core.features, store, options.memory, std::move(predecessor));
  if (!memory) return memory.error();
  core.memory = std::move(*memory);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  return core;
}

bool same_rows(const policy::Policy& a, const policy::Policy& b) {
  // Amounts in the base currency stay in the past as they were: new rates are for new events.
  const auto base = [](const policy::Policy& policy) {
    return policy.schema->exchange == nullptr ? 0 : policy.schema->exchange->base().numeric;
  };
  return a.time_zones == b.time_zones && base(a) == base(b) && text_of(a, "schema.yaml") == text_of(b, "schema.yaml");
}

bool same_histories(const policy::Policy& a, const policy::Policy& b) {
  return a.history_ms == b.history_ms && same_rows(a, b) && text_of(a, "features.yaml") == text_of(b, "features.yaml");
}

void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy, const CoreOptions& options) {
  const auto progress = core.step->progress;
  core.policy = std::move(policy);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  core.step->progress = progress;
}

}  // namespace weir::shard
