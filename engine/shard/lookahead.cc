#include "engine/shard/lookahead.h"

#include "engine/base/check.h"

namespace weir::shard {
namespace {

// How many records lie between one touch of a history and the next: long enough for memory to answer.
constexpr std::size_t kBetweenTouches = 8;

}  // namespace

Lookahead::Expected::Expected(const event::Schema& schema, std::uint32_t extra_slots)
    : event(schema, extra_slots), residents(schema.entities.size()) {}

Lookahead::Lookahead(const event::Schema& schema, const features::FeatureSet& features, Memory& memory,
                     std::uint32_t extra_slots)
    : schema_(schema), features_(features), memory_(memory) {
  for (std::size_t i = 0; i < kRecords; ++i) ring_.emplace_back(schema, extra_slots);
}

void Lookahead::read(const Input& input, event::JsonReader& json, std::int64_t clock_ms, StageClock* stages) {
  WEIR_CHECK(!full(), "nobody has taken what was read");
  if (stages != nullptr) stages->begin();
  auto& expected = at(size_++);
  expected.topic.assign(input.topic);
  expected.partition = input.partition;
  expected.offset = input.offset;
  expected.clock_ms = clock_ms;
  expected.readable = json.read(input.value, clock_ms, expected.event, expected.reject);
  expected.read_ns = stages != nullptr ? stages->elapsed_ns() : 0;
  expected.trims = memory_.trims();
  for (std::uint32_t e = 0; e < schema_.entities.size(); ++e) {
    const bool there = expected.readable && event::entity_key(schema_.entities[e], expected.event, key_);
    expected.residents[e] = there ? memory_.expect(e, key_) : nullptr;
  }
  approach(kBetweenTouches, [](std::uint32_t, const auto& history, std::int64_t) { history.prefetch_root(); });
  approach(2 * kBetweenTouches, [this](std::uint32_t entity, const auto& history, std::int64_t time_ms) {
    features_.expect(entity, history, time_ms);
  });
}

template <class Touch>
void Lookahead::approach(std::size_t distance, Touch touch) {
  if (size_ <= distance) return;
  const auto& expected = at(size_ - 1 - distance);
  if (expected.trims != memory_.trims()) return;
  for (std::uint32_t e = 0; e < expected.residents.size(); ++e) {
    if (auto* resident = expected.residents[e]; resident != nullptr) {
      touch(e, Memory::history(*resident), expected.event.time_ms);
    }
  }
}

Lookahead::Expected* Lookahead::take(const Input& input, std::int64_t clock_ms) {
  if (size_ == 0) return nullptr;
  auto& expected = at(0);
  if (expected.partition != input.partition || expected.offset != input.offset || expected.topic != input.topic ||
      expected.clock_ms != clock_ms) {
    size_ = 0;
    return nullptr;
  }
  first_ = (first_ + 1) % ring_.size();
  --size_;
  return &expected;
}

}  // namespace weir::shard
