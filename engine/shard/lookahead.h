// The next transactions of a polled batch, read before it is their turn: their histories are on the way - from the
// store by other threads, from memory into the CPU's cache - while those before them are decided. It changes no result:
// an event depends on its bytes and the clock alone, and is read anew if the clock has moved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/reader.h"
#include "engine/shard/memory.h"
#include "engine/shard/step.h"

namespace weir::shard {

class Lookahead {
 public:
  static constexpr std::size_t kRecords = 32;

  struct Expected {
    Expected(const event::Schema& schema, std::uint32_t extra_slots);
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::int64_t clock_ms = 0;  // that it was read at
    std::uint64_t read_ns = 0;
    bool readable = false;
    event::Reject reject;
    event::Event event;
    // By entity; nullptr: not in memory, or the event has no such entity.
    std::vector<Resident*> residents;
    std::uint64_t trims = 0;  // Memory::trims() when the residents were looked up
  };

  // None of them is owned. `extra_slots`: of the events, behind the schema's.
  Lookahead(const event::Schema& schema, const features::FeatureSet& features, Memory& memory,
            std::uint32_t extra_slots);

  bool full() const { return size_ == ring_.size(); }
  // Reads a record behind those read before. `stages` may be nullptr.
  void read(const Input& input, event::JsonReader& json, std::int64_t clock_ms, StageClock* stages);
  // The oldest, if it is this record and was read at this clock; valid until the next read(). Else nullptr, and all are
  // forgotten.
  Expected* take(const Input& input, std::int64_t clock_ms);

 private:
  Expected& at(std::size_t place) { return ring_[(first_ + place) % ring_.size()]; }
  // Touches the histories of the record that was read `distance` records ago.
  template <class Touch>
  void approach(std::size_t distance, Touch touch);

  const event::Schema& schema_;
  const features::FeatureSet& features_;
  Memory& memory_;
  std::vector<Expected> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::string key_;
};

}  // namespace weir::shard
