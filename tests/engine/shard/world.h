// A small bank: its policy, and seeded input with everything that goes wrong in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/policy/policy.h"
#include "tests/engine/shard/fake_topic.h"

namespace weir::shard::test {

std::shared_ptr<const policy::Policy> small_policy();
// The same with one rule and one window more: for starts with a changed policy.
std::shared_ptr<const policy::Policy> changed_policy();
// The same windows, and a rule more, over the list `known`.
std::shared_ptr<const policy::Policy> stricter_policy();

// Another schema: without one of the fields, and what is made of it.
std::shared_ptr<const policy::Policy> slimmer_policy();

// Appends `count` records to the inputs: payments keyed by card over the partitions of `payments` (merchants cross
// partitions), their labels to `labels`. Among them: late ones, the same record again, the same id with other bytes,
// labels before their event, revised labels, broken records.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}
  void produce(FakeLog& payments, FakeLog& labels, int count);
  // The time of the stream: what the wall clock would say.
  std::int64_t now_ms() const { return now_ms_; }

 private:
  std::string payment(std::uint64_t id, std::int64_t time_ms);
  Random random_;
  std::int64_t now_ms_ = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
  std::uint64_t next_id_ = 1;
  struct Sent {
    std::string key;
    std::string value;
  };
  std::vector<Sent> sent_;
};

}  // namespace weir::shard::test
