// Up to 64 rows in time order, as columns in one allocation that grows with them. Bitmaps say which rows have a value,
// and which a predicate matches. Internal to engine/history.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/history/layout.h"

namespace weir::history {

// Labels of a leaf's rows that came from the labels topic.
struct LeafLabels {
  struct Entry {
    std::uint64_t sequence = 0;  // of the row
    std::int64_t known_at_ms = 0;
    bool fraud = false;
  };
  std::vector<Entry> entries;  // in the order in which they came
};

// Which label a row has: also the index among MatchBits::if_absent, if_honest, if_fraud.
enum class LabelState : std::uint8_t { kAbsent, kHonest, kFraud };

struct Leaf {
  std::uint8_t rows = 0;
  std::uint8_t capacity_log2 = 0;
  bool with_ids = false;
  std::uint32_t heap_used = 0;
  std::uint32_t heap_capacity = 0;
  LeafLabels* labels = nullptr;  // owned; nullptr while there is none

  static Leaf* make(const Layout& layout, std::uint32_t capacity_log2, bool with_ids, std::uint32_t heap_capacity);
  static void destroy(Leaf* leaf);

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  const std::byte* data() const { return reinterpret_cast<const std::byte*>(this + 1); }
  const LeafShape& shape(const Layout& layout) const { return layout.shape(capacity_log2, with_ids); }
  std::uint64_t all_rows() const { return rows == 64 ? ~0ULL : (1ULL << rows) - 1; }

  template <class T>
  T* array(const Layout& layout, std::uint32_t index) {
    return reinterpret_cast<T*>(data() + shape(layout).arrays[index]);
  }
  template <class T>
  const T* array(const Layout& layout, std::uint32_t index) const {
    return reinterpret_cast<const T*>(data() + shape(layout).arrays[index]);
  }
  const std::int64_t* times() const { return reinterpret_cast<const std::int64_t*>(data()); }
  const std::uint64_t* sequences() const {
    return reinterpret_cast<const std::uint64_t*>(data()) + (std::size_t{1} << capacity_log2);
  }

  std::uint64_t bitmap(const Layout& layout, std::uint32_t index) const {
    const LeafShape& s = shape(layout);
    const std::byte* at = data() + s.bitmaps + index * s.bitmap_bytes;
    switch (s.bitmap_bytes) {
      case 1:
        return static_cast<std::uint64_t>(*at);
      case 2:
        return load<std::uint16_t>(at);
      case 4:
        return load<std::uint32_t>(at);
      default:
        return load<std::uint64_t>(at);
    }
  }
  void set_bitmap(const Layout& layout, std::uint32_t index, std::uint64_t bits) {
    const LeafShape& s = shape(layout);
    // The least significant bytes come first on every machine that Weir runs on.
    std::memcpy(data() + s.bitmaps + index * s.bitmap_bytes, &bits, s.bitmap_bytes);
  }
  void set_bit(const Layout& layout, std::uint32_t index, std::uint32_t row, bool on) {
    const std::uint64_t bit = 1ULL << row;
    const std::uint64_t bits = bitmap(layout, index);
    set_bitmap(layout, index, on ? bits | bit : bits & ~bit);
  }

  // Index of the first row later than `time_ms`; `rows` if there is none.
  std::uint32_t upper_bound(std::int64_t time_ms) const;
  std::string_view string(const Layout& layout, const Column& column, std::uint32_t row) const;
  // The value of a column; absent if the row has none. Strings point into the leaf or the layout.
  Value value(const Layout& layout, const Column& column, std::uint32_t row) const;

 private:
  template <class T>
  static std::uint64_t load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
};

static_assert(sizeof(Leaf) % 8 == 0);

// A row as it comes in.
struct NewRow {
  std::span<const Value> slots;
  std::int64_t time_ms = 0;
  std::uint64_t sequence = 0;
  LabelState inline_label = LabelState::kAbsent;
};

// Puts a row into a leaf that is not full, at index `row`. The leaf may move: its new address is returned. Arrays of
// ids, if the leaf has them, are left for the caller to fill.
Leaf* insert_row(const Layout& layout, Leaf* leaf, std::uint32_t row, const NewRow& content);

// Fills row `row`, which is there and holds nothing, and asks the predicates about it.
void write_row(const Layout& layout, Leaf& leaf, std::uint32_t row, const NewRow& content);

// A new leaf with the rows [from, to) of `leaf` and room for one more at least; their labels move to it.
Leaf* slice_leaf(const Layout& layout, Leaf& leaf, std::uint32_t from, std::uint32_t to, bool with_ids);

// The label that the labels topic gives to a row as of `at_ms`, and when it became known.
LabelState label_at(const Leaf& leaf, std::uint64_t sequence, std::int64_t at_ms, std::int64_t& known_at_ms);

// What predicates see of row `row` at `at_ms`: with the record's own label if `own_known`.
LabelState state_at(const Layout& layout, const Leaf& leaf, std::uint32_t row, std::int64_t at_ms, bool own_known);

// Sets the base and known bits of the label-reading predicates for a row, as of `at_ms`.
void apply_label(const Layout& layout, Leaf& leaf, std::uint32_t row, std::int64_t at_ms);

}  // namespace weir::history
