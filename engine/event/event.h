// One parsed transaction: typed values in the schema's slots, and the room for their bytes. Reused from event to event,
// so that nothing is allocated once it is warm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/event/schema.h"

namespace weir::event {

// Can be moved, but not copied: its strings are views into its own room.
class Event {
 public:
  // `extra_slots` follow the schema's slots and belong to the caller (feature values).
  Event(const Schema& schema, std::uint32_t extra_slots);
  Event(Event&&) noexcept = default;
  Event& operator=(Event&&) noexcept = default;

  // Makes every slot absent and forgets the bytes.
  void clear();

  // All slots: fields, built-ins, extras.
  std::span<Value> slots() { return slots_; }
  std::span<const Value> slots() const { return slots_; }
  const Value& operator[](std::uint32_t slot) const { return slots_[slot]; }
  Value& operator[](std::uint32_t slot) { return slots_[slot]; }

  // Copies bytes into the event; the view lives until clear().
  std::string_view keep(std::string_view bytes);
  // Room for `size` bytes, to be filled by the caller; lives until clear().
  char* room(std::size_t size);

  std::uint32_t type = 0;  // index into Schema::event_types
  std::int64_t time_ms = 0;
  std::string_view id;  // the event id as text; int64 ids in decimal

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  void add_block(std::size_t size);

  std::vector<Value> slots_;
  std::vector<Block> blocks_;  // one, once warm; further ones while an event outgrows it, so that no view ever moves
  std::size_t used_ = 0;       // of the last block
};

// The key of `entity` for this event: the one key field's text, or for several each as "<bytes>:<text>" in a row (so
// that no two different lists share a key); an int64's text is its decimal digits. Returns false, and leaves `key`
// empty, if a key field is absent: the event has no such entity.
bool entity_key(const Entity& entity, const Event& event, std::string& key);

// The label that stands in the record itself (Schema::inline_label), if there is one.
struct OwnLabel {
  bool fraud = false;
  std::int64_t known_at_ms = 0;
};
std::optional<OwnLabel> own_label(const Schema& schema, const Event& event);

}  // namespace weir::event
