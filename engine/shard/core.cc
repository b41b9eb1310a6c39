#include "engine/shard/core.h"

#include "engine/base/varint.h"

namespace weir::shard {

Result<Core> make_core(std::shared_ptr<const policy::Policy> policy, state::Store* store, const CoreOptions& options) {
  Core core;
  core.policy = std::move(policy);
  core.features = std::make_unique<features::FeatureSet>(core.policy->schema, core.policy->features);
  auto memory = Memory::create(core.policy->schema, *core.features, store, options.memory);
  if (!memory) return memory.error();
  core.memory = std::move(*memory);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  return core;
}

bool same_histories(const policy::Policy& a, const policy::Policy& b) {
  const auto text = [](const policy::Policy& policy, std::string_view path) {
    for (const auto& file : policy.files) {
      if (file.path == path) return std::string_view(file.text);
    }
    return std::string_view();
  };
  return a.history_ms == b.history_ms && text(a, "schema.yaml") == text(b, "schema.yaml") &&
         text(a, "features.yaml") == text(b, "features.yaml");
}

void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy, const CoreOptions& options) {
  const auto progress = core.step->progress;
  core.policy = std::move(policy);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  core.step->progress = progress;
}

std::string policy_bytes(const std::vector<policy::PolicyFile>& files) {
  std::string out;
  append_varint(out, files.size());
  for (const auto& file : files) {
    append_sized(out, file.path);
    append_sized(out, file.text);
  }
  return out;
}

Result<std::vector<policy::PolicyFile>> read_policy_bytes(std::string_view bytes) {
  VarintReader in(bytes);
  std::vector<policy::PolicyFile> files;
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    auto& file = files.emplace_back();
    file.path = in.sized();
    file.text = in.sized();
  }
  if (!in.ok() || !in.at_end()) return Error{"state store: damaged policy"};
  return files;
}

Result<std::shared_ptr<const policy::Policy>> load_recorded_policy(std::vector<policy::PolicyFile> files,
                                                                   std::string_view hash) {
  if (policy::policy_hash(files) != hash) {
    return Error{"the recorded policy " + std::string(hash) + " was altered: its files have another hash"};
  }
  auto loaded = policy::load_policy(std::move(files), "");
  if (!loaded) {
    return Error{"the recorded policy " + std::string(hash) + " is refused by this weir:\n" + loaded.error().render()};
  }
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

}  // namespace weir::shard
