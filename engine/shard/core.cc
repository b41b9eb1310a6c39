#include "engine/shard/core.h"

#include <utility>

#include "engine/base/varint.h"
#include "rules/cel/time_zones.h"

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
  // Amounts in the base currency stay in the past as they were: new rates are for new events.
  const auto base = [](const policy::Policy& policy) {
    return policy.schema->exchange == nullptr ? 0 : policy.schema->exchange->base().numeric;
  };
  return a.history_ms == b.history_ms && a.time_zones == b.time_zones && base(a) == base(b) &&
         text(a, "schema.yaml") == text(b, "schema.yaml") && text(a, "features.yaml") == text(b, "features.yaml");
}

void change_policy(Core& core, std::shared_ptr<const policy::Policy> policy, const CoreOptions& options) {
  const auto progress = core.step->progress;
  core.policy = std::move(policy);
  core.step = std::make_unique<Step>(core.policy, *core.features, *core.memory, options.token_key, options.shard,
                                     options.clock_source);
  core.step->progress = progress;
}

RecordedPolicy recorded_policy(const audit::ParsedRecord& record) {
  RecordedPolicy recorded;
  recorded.time_zones = record.time_zones;
  for (const auto& file : record.files) recorded.files.push_back({file.name, file.text});
  return recorded;
}

std::string policy_bytes(const policy::Policy& policy) {
  std::string out;
  append_sized(out, policy.time_zones);
  append_varint(out, policy.files.size());
  for (const auto& file : policy.files) {
    append_sized(out, file.path);
    append_sized(out, file.text);
  }
  return out;
}

Result<RecordedPolicy> read_policy_bytes(std::string_view bytes) {
  VarintReader in(bytes);
  RecordedPolicy recorded;
  recorded.time_zones = in.sized();
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    auto& file = recorded.files.emplace_back();
    file.path = in.sized();
    file.text = in.sized();
  }
  if (!in.ok() || !in.at_end()) return Error{"state store: damaged policy"};
  return recorded;
}

Result<std::shared_ptr<const policy::Policy>> load_recorded_policy(RecordedPolicy recorded, std::string_view hash,
                                                                   PolicyUse use) {
  const std::string name = "the recorded policy " + std::string(hash);
  if (policy::policy_hash(recorded.files, recorded.time_zones) != hash) {
    return Error{name + " was altered: its files have another hash"};
  }
  if (use == PolicyUse::kDecide && recorded.time_zones != cel::time_zone_version()) {
    return Error{name + " decided with the time zones of " + recorded.time_zones + ", and this weir has those of " +
                 std::string(cel::time_zone_version()) + ": only a weir with " + recorded.time_zones +
                 " can make its decisions again"};
  }
  auto loaded = policy::load_policy(std::move(recorded.files), "");
  if (!loaded) return Error{name + " is refused by this weir:\n" + loaded.error().render()};
  loaded->hash = hash;
  loaded->time_zones = std::move(recorded.time_zones);
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

}  // namespace weir::shard
