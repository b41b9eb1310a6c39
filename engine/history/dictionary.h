// Small numbers for the values of a column, so that sets of values are bitmaps. A number lives as long as a row has the
// value; then it is given to another value. Equality is of the values themselves, not of hashes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/history/huge_pages.h"

namespace weir::history {

// A value as a set sees it: numbers by value (-0.0 is 0.0), money with its currency, text and enumerations by their
// bytes. `hash` is the same on every machine and in every release: estimates depend on it.
struct DistinctKey {
  std::uint64_t hash = 0;
  std::uint64_t cell = 0;
  std::uint16_t currency = 0;
  bool is_text = false;
  std::string_view text;

  // `value` is not absent.
  explicit DistinctKey(const Value& value);
  bool operator==(const DistinctKey& other) const {
    return hash == other.hash && cell == other.cell && currency == other.currency && text == other.text;
  }
};

class Dictionary {
 public:
  static constexpr std::uint32_t kAbsent = ~0U;

  Dictionary() = default;
  ~Dictionary();
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  // The value's number, with one more user.
  std::uint32_t acquire(const DistinctKey& key);
  void release(std::uint32_t id);
  // kAbsent if no row has the value.
  std::uint32_t find(const DistinctKey& key) const;

  std::uint32_t size() const { return live_; }
  std::size_t memory_bytes() const;
  // Fetch ahead what acquire() will touch, in two steps that each take a trip to memory.
  void prefetch_slot(std::uint64_t hash) const {
    if (!table_.empty()) __builtin_prefetch(&table_[hash & (table_.size() - 1)]);
  }
  void prefetch_entry(std::uint64_t hash) const {
    if (table_.empty()) return;
    const Slot& slot = table_[hash & (table_.size() - 1)];
    if (slot.number != 0 && slot.tag == tag_of(hash)) __builtin_prefetch(&entries_[slot.number - 1]);
  }
  // The same for release().
  void prefetch_entry_of(std::uint32_t id) const { __builtin_prefetch(&entries_[id]); }
  void prefetch_slot_of(std::uint32_t id) const {
    if (entries_[id].users == 1) prefetch_slot(entries_[id].hash);
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint64_t cell = 0;  // of text: the address of its copy
    std::uint32_t length = 0;
    std::uint32_t users = 0;
    std::uint16_t currency = 0;
    bool is_text = false;
  };
  // The tag tells most other values apart without a look at their entries, and says where a slot's value would rather
  // be: tables have at most 2^32 slots.
  struct Slot {
    std::uint32_t number = 0;  // id + 1; 0: empty
    std::uint32_t tag = 0;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  static std::string_view text_of(const Entry& entry);
  bool same(const Entry& entry, const DistinctKey& key) const;
  std::size_t slot_of(const DistinctKey& key) const;  // where it is, or the empty slot where it would be
  void grow();

  std::vector<Slot, HugePages<Slot>> table_;  // linear probing from hash & (size - 1)
  std::vector<Entry, HugePages<Entry>> entries_;
  std::vector<std::uint32_t> free_;
  std::uint32_t live_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace weir::history
