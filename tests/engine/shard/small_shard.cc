#include "tests/engine/shard/small_shard.h"

#include "engine/base/check.h"
#include "engine/shard/recorded_policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/base/civil_time.h"
#include "tests/engine/shard/world.h"

namespace weir::shard::test {

std::string json(const Payment& payment) {
  return "{\"id\":\"" + payment.id + "\",\"time\":\"" + iso8601(payment.time_ms) + "\",\"card\":\"" + payment.card +
         "\",\"merchant\":\"" + payment.merchant + "\",\"amount\":\"" + payment.amount + "\",\"channel\":\"" +
         payment.channel + "\"}";
}

std::string label_json(std::string_view event_id, std::string_view label, std::int64_t known_at_ms) {
  return "{\"event_id\":\"" + std::string(event_id) + "\",\"label\":\"" + std::string(label) + "\",\"known_at\":\"" +
         iso8601(known_at_ms) + "\"}";
}

SmallShard::SmallShard(state::Store* store, CoreOptions options, std::shared_ptr<const policy::Policy> policy,
                       std::shared_ptr<const policy::Policy> shadow) {
  auto made = make_core(policy ? std::move(policy) : small_policy(), store, options, nullptr, std::move(shadow));
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  if (made) core = std::move(*made);
}

Input SmallShard::input(std::string_view topic, std::string_view value, std::int64_t ahead) const {
  Input made;
  made.topic = topic;
  made.offset = next_offset + ahead;
  made.previous = made.offset - 1;
  made.clock_ms = clock_ms;
  made.value = value;
  return made;
}

const Output& SmallShard::pay(const Payment& payment) { return transaction(json(payment)); }

const Output& SmallShard::transaction(std::string_view value) {
  const auto status = core.step->transaction(input("payments", value), output_);
  ++next_offset;
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return output_;
}

const Output& SmallShard::label(std::string_view value) {
  const auto status = core.step->label(input("labels", value), output_);
  ++next_offset;
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return output_;
}

bool SmallShard::expect(std::string_view value, std::int64_t ahead) {
  return core.step->expect(input("payments", value, ahead));
}

const Output& SmallShard::start(std::string_view engine, std::uint64_t generation, bool empty_memory) {
  core.step->start(clock_ms, {engine, generation, "test", core.policy->hash, "", "wall", empty_memory}, output_);
  return output_;
}

const Output& SmallShard::policy_record() {
  const auto parts = parts_of(*core.policy);
  WEIR_CHECK(parts.size() == 1, "a small policy fits in one record");
  core.step->policy_record(clock_ms, {core.policy->hash, core.policy->time_zones, parts[0]}, output_);
  return output_;
}

const Output& SmallShard::shadow_record() {
  audit::PolicyFacts facts;
  facts.shadow = true;
  std::vector<PolicyPart> parts;
  if (core.shadow != nullptr) {
    facts.hash = core.shadow->hash;
    facts.time_zones = core.shadow->time_zones;
    parts = parts_of(*core.shadow);
    facts.files = parts[0];
  }
  core.step->policy_record(clock_ms, facts, output_);
  return output_;
}

std::string SmallShard::enveloped(std::string_view engine, std::uint64_t generation) const {
  std::string text;
  audit::append_envelope(output_.audit, output_.leaf, {engine, generation, {}}, text);
  return text;
}

std::string SmallShard::member(std::string_view name) const {
  const auto quoted = "\"" + std::string(name) + "\":";
  const auto at = output_.audit.find(quoted);
  if (at == std::string::npos) return {};
  const auto begin = at + quoted.size();
  // Members whose objects hold no others.
  const auto closing = output_.audit[begin] == '[' ? "]" : output_.audit[begin] == '{' ? "}" : "";
  const auto end = *closing != 0 ? output_.audit.find(closing, begin) + 1 : output_.audit.find_first_of(",}", begin);
  return output_.audit.substr(begin, end - begin);
}

}  // namespace weir::shard::test
