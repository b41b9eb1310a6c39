#include "engine/history/leaf.h"

#include <algorithm>
#include <bit>
#include <new>

#include "engine/base/check.h"
#include "engine/history/varint.h"

namespace weir::history {
namespace {

std::uint32_t log2_at_least(std::uint32_t rows) { return static_cast<std::uint32_t>(std::bit_width(rows - 1)); }

std::uint32_t string_bytes(std::uint32_t length) { return static_cast<std::uint32_t>(varint_size(length)) + length; }

// Copies rows [from, to) into `target`, which is empty and large enough.
void copy_rows(const Layout& layout, const Leaf& leaf, std::uint32_t from, std::uint32_t to, Leaf& target) {
  const std::uint32_t count = to - from;
  const Leaf& narrower = leaf.with_ids ? target : leaf;
  for (const std::uint32_t i : narrower.shape(layout).held) {
    const std::uint32_t width = layout.array_widths()[i];
    std::memcpy(target.array<std::byte>(layout, i), leaf.array<std::byte>(layout, i) + from * width,
                std::size_t{count} * width);
  }
  target.rows = static_cast<std::uint8_t>(count);
  for (std::uint32_t i = 0; i < layout.bitmap_count(); ++i) {
    target.set_bitmap(layout, i, leaf.bitmap(layout, i) >> from & target.all_rows());
  }
  std::byte* heap = target.data() + target.shape(layout).heap;
  for (const Column& column : layout.columns()) {
    if (column.type != ColumnType::kString) continue;
    std::uint32_t* offsets = target.array<std::uint32_t>(layout, column.array);
    std::uint64_t present = target.bitmap(layout, column.presence);
    for (; present != 0; present &= present - 1) {
      const auto row = static_cast<std::uint32_t>(std::countr_zero(present));
      const std::byte* source = leaf.data() + leaf.shape(layout).heap + offsets[row];
      std::uint64_t length = 0;
      const std::uint32_t bytes =
          static_cast<std::uint32_t>(read_varint(reinterpret_cast<const char*>(source), length) + length);
      std::memcpy(heap + target.heap_used, source, bytes);
      offsets[row] = target.heap_used;
      target.heap_used += bytes;
    }
  }
}

// Moves the leaf to an allocation with room for one more row and `extra_heap` more bytes of strings.
Leaf* enlarge(const Layout& layout, Leaf* leaf, std::uint32_t extra_heap) {
  const std::uint32_t rows = leaf->rows + 1U;
  const std::uint32_t log2 = std::max<std::uint32_t>(leaf->capacity_log2, log2_at_least(rows));
  const std::uint32_t needed = leaf->heap_used + extra_heap;
  // Later rows will have strings of about the same length as these.
  const std::uint32_t reserve = (needed + rows - 1) / rows * ((1U << log2) - rows);
  Leaf* larger = Leaf::make(layout, log2, leaf->with_ids, needed + reserve);
  copy_rows(layout, *leaf, 0, leaf->rows, *larger);
  std::swap(larger->labels, leaf->labels);
  Leaf::destroy(leaf);
  return larger;
}

// Makes room at index `row`.
void open_row(const Layout& layout, Leaf& leaf, std::uint32_t row) {
  const std::uint32_t behind = leaf.rows - row;
  if (behind != 0) {
    for (const std::uint32_t i : leaf.shape(layout).held) {
      const std::uint32_t width = layout.array_widths()[i];
      std::byte* at = leaf.array<std::byte>(layout, i) + row * width;
      std::memmove(at + width, at, std::size_t{behind} * width);
    }
    const std::uint64_t below = (1ULL << row) - 1;
    for (std::uint32_t i = 0; i < layout.bitmap_count(); ++i) {
      const std::uint64_t bits = leaf.bitmap(layout, i);
      leaf.set_bitmap(layout, i, (bits & below) | (bits & ~below) << 1);
    }
  }
  ++leaf.rows;
}

}  // namespace

Leaf* Leaf::make(const Layout& layout, std::uint32_t capacity_log2, bool with_ids, std::uint32_t heap_capacity) {
  const LeafShape& shape = layout.shape(capacity_log2, with_ids);
  void* memory = ::operator new(sizeof(Leaf) + shape.heap + heap_capacity);
  Leaf* leaf = new (memory) Leaf;
  leaf->capacity_log2 = static_cast<std::uint8_t>(capacity_log2);
  leaf->with_ids = with_ids;
  leaf->heap_capacity = heap_capacity;
  std::memset(leaf->data() + shape.bitmaps, 0, shape.heap - shape.bitmaps);
  return leaf;
}

void Leaf::destroy(Leaf* leaf) {
  delete leaf->labels;
  leaf->~Leaf();
  ::operator delete(leaf);
}

std::uint32_t Leaf::upper_bound(std::int64_t time_ms) const {
  const std::int64_t* const all = times();
  if (rows == 0 || all[rows - 1] <= time_ms) return rows;
  return static_cast<std::uint32_t>(std::upper_bound(all, all + rows, time_ms) - all);
}

Leaf* insert_row(const Layout& layout, Leaf* leaf, std::uint32_t row, const NewRow& content) {
  WEIR_CHECK(leaf->rows < layout.leaf_rows() && row <= leaf->rows, "a row goes into a leaf that is not full");
  std::uint32_t heap = 0;
  for (const Column& column : layout.columns()) {
    if (column.type != ColumnType::kString) continue;
    const Value& value = content.slots[column.slot];
    if (!value.is_absent()) heap += string_bytes(static_cast<std::uint32_t>(value.as_string().size()));
  }
  if (leaf->rows == 1U << leaf->capacity_log2 || leaf->heap_used + heap > leaf->heap_capacity) {
    leaf = enlarge(layout, leaf, heap);
  }
  open_row(layout, *leaf, row);
  write_row(layout, *leaf, row, content);
  return leaf;
}

Leaf* slice_leaf(const Layout& layout, Leaf& leaf, std::uint32_t from, std::uint32_t to, bool with_ids) {
  std::uint32_t heap = 0;
  for (const Column& column : layout.columns()) {
    if (column.type != ColumnType::kString) continue;
    for (std::uint32_t row = from; row < to; ++row) {
      if ((leaf.bitmap(layout, column.presence) >> row & 1) == 0) continue;
      heap += string_bytes(static_cast<std::uint32_t>(leaf.string(layout, column, row).size()));
    }
  }
  const std::uint32_t rows = to - from;
  const std::uint32_t log2 = std::min(log2_at_least(rows + 1), log2_at_least(layout.leaf_rows()));
  const std::uint32_t reserve = rows == 0 ? 0 : (heap + rows - 1) / rows * ((1U << log2) - rows);
  Leaf* target = Leaf::make(layout, log2, with_ids, heap + reserve);
  copy_rows(layout, leaf, from, to, *target);
  if (leaf.labels != nullptr) {
    const std::uint64_t* const sequences = target->sequences();
    for (const LeafLabels::Entry& entry : leaf.labels->entries) {
      if (std::find(sequences, sequences + rows, entry.sequence) == sequences + rows) continue;
      if (target->labels == nullptr) target->labels = new LeafLabels;
      target->labels->entries.push_back(entry);
    }
  }
  return target;
}

LabelState label_at(const Leaf& leaf, std::uint64_t sequence, std::int64_t at_ms, std::int64_t& known_at_ms) {
  LabelState state = LabelState::kAbsent;
  if (leaf.labels == nullptr) return state;
  for (const LeafLabels::Entry& entry : leaf.labels->entries) {
    if (entry.sequence != sequence || entry.known_at_ms > at_ms) continue;
    if (state != LabelState::kAbsent && entry.known_at_ms < known_at_ms) continue;
    state = entry.fraud ? LabelState::kFraud : LabelState::kHonest;
    known_at_ms = entry.known_at_ms;
  }
  return state;
}

LabelState state_at(const Layout& layout, const Leaf& leaf, std::uint32_t row, std::int64_t at_ms, bool own_known) {
  std::int64_t known_at_ms = 0;
  const LabelState topic = label_at(leaf, leaf.sequences()[row], at_ms, known_at_ms);
  if (!own_known || (leaf.bitmap(layout, layout.inline_present_bitmap()) >> row & 1) == 0) return topic;
  // Of two labels known since the same time the topic's counts: it came after the record.
  if (topic != LabelState::kAbsent && known_at_ms >= leaf.times()[row] + layout.inline_delay_ms()) return topic;
  const bool fraud = (leaf.bitmap(layout, layout.inline_fraud_bitmap()) >> row & 1) != 0;
  return fraud ? LabelState::kFraud : LabelState::kHonest;
}

void apply_label(const Layout& layout, Leaf& leaf, std::uint32_t row, std::int64_t at_ms) {
  for (const bool own_known : {false, true}) {
    if (own_known && !layout.has_inline_label()) continue;
    const LabelState state = state_at(layout, leaf, row, at_ms, own_known);
    for (const MatchBits& bits : layout.match_bits()) {
      if (!bits.reads_label) continue;
      const std::uint32_t source = state == LabelState::kAbsent   ? bits.if_absent
                                   : state == LabelState::kHonest ? bits.if_honest
                                                                  : bits.if_fraud;
      const bool on = (leaf.bitmap(layout, source) >> row & 1) != 0;
      leaf.set_bit(layout, own_known ? bits.known : bits.base, row, on);
    }
  }
}

}  // namespace weir::history
