#include "engine/shard/core.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/policy/policy_paths.h"

namespace weir::shard {
namespace {

// Whether both have the same texts by the same names, of the files that `is_wanted`.
template <typename Predicate>
bool same_files(const policy::Policy& a, const policy::Policy& b, Predicate is_wanted) {
  const auto wanted = [&](const policy::Policy& policy) {
    std::vector<const policy::PolicyFile*> files;
    for (const auto& file : policy.files) {
      if (is_wanted(file.path)) files.push_back(&file);
    }
    return files;
  };
  const auto of_a = wanted(a);
  const auto of_b = wanted(b);
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), [](const auto* one, const auto* other) {
    return one->path == other->path && one->text == other->text;
  });
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
  return a.time_zones == b.time_zones && base(a) == base(b) &&
         same_files(a, b, [](std::string_view path) { return path == "schema.yaml"; });
}

bool same_histories(const policy::Policy& a, const policy::Policy& b) {
  return a.history_ms == b.history_ms && same_rows(a, b) && same_files(a, b, policy::is_feature_file);
}

void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy, const CoreOptions& options) {
  const auto progress = core.step->progress;
  core.policy = std::move(policy);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  core.step->progress = progress;
}

}  // namespace weir::shard
