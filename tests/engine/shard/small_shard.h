// One core of the small bank (world.h) and the few moves that tests of the step make with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/shard/core.h"
#include "engine/state/store.h"

namespace weir::shard::test {

inline constexpr std::int64_t kNoon = 1'767'268'800'000;  // 2026-01-01T12:00:00Z
inline constexpr std::int64_t kSecond = 1000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

struct Payment {
  std::string id = "p1";
  std::int64_t time_ms = kNoon;
  std::string card = "c1";
  std::string merchant = "m1";
  std::string amount = "10.00";
  std::string channel = "chip";
};
std::string json(const Payment& payment);
std::string label_json(std::string_view event_id, std::string_view label, std::int64_t known_at_ms);

class SmallShard {
 public:
  // `store` may be nullptr; `policy` is small_policy() unless given.
  explicit SmallShard(state::Store* store = nullptr, CoreOptions options = {},
                      std::shared_ptr<const policy::Policy> policy = nullptr,
                      std::shared_ptr<const policy::Policy> shadow = nullptr);

  // Each is one consumed record; its output lives until the next one. Its clock is `clock_ms`.
  const Output& pay(const Payment& payment);
  const Output& transaction(std::string_view value);
  const Output& label(std::string_view value);
  // This transaction comes after `ahead` other records, at the clock that it is now.
  bool expect(std::string_view value, std::int64_t ahead);
  // The engine's own records.
  const Output& start(std::string_view engine = "engine-1", std::uint64_t generation = 1, bool empty_memory = true);
  const Output& policy_record();
  const Output& shadow_record();  // of the shadow that is there, or of none
  const Output& last() const { return output_; }

  // The last record as it stands on the audit stream.
  std::string enveloped(std::string_view engine = "engine-1", std::uint64_t generation = 1) const;
  // JSON of a member of the last record: feature("card.count_1h"), member("waits"); empty if there is none.
  std::string member(std::string_view name) const;

  Core core;
  std::int64_t clock_ms = kNoon;
  std::int64_t next_offset = 0;

 private:
  Input input(std::string_view topic, std::string_view value, std::int64_t ahead = 0) const;
  Output output_;
};

}  // namespace weir::shard::test
