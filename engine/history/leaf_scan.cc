#include "engine/history/leaf_scan.h"

#include <algorithm>

#include "engine/history/scaling.h"

namespace weir::history {
namespace {

template <class Visit>
void each_row(std::uint64_t rows, Visit visit) {
  if (rows == 0) return;
  const auto first = static_cast<std::uint32_t>(std::countr_zero(rows));
  const auto end = static_cast<std::uint32_t>(64 - std::countl_zero(rows));
  if (static_cast<std::uint32_t>(std::popcount(rows)) == end - first) {
    for (std::uint32_t row = first; row < end; ++row) visit(row);
    return;
  }
  for (; rows != 0; rows &= rows - 1) visit(static_cast<std::uint32_t>(std::countr_zero(rows)));
}

template <class Ordered>
void gather_order(std::uint64_t rows, std::uint8_t parts, Numbers& numbers, Ordered ordered) {
  if (parts & kPartMin) each_row(rows, [&](std::uint32_t row) { numbers.min = std::min(numbers.min, ordered(row)); });
  if (parts & kPartMax) each_row(rows, [&](std::uint32_t row) { numbers.max = std::max(numbers.max, ordered(row)); });
}

}  // namespace

std::uint64_t track_rows_at(const Layout& layout, const Leaf& leaf, const Track& track, std::int64_t at_ms) {
  std::uint64_t rows = track_rows(layout, leaf, track);
  if (leaf.labels == nullptr || !track.reads_label) return rows;
  const MatchBits* bits = nullptr;
  for (const MatchBits& candidate : layout.match_bits()) {
    if (candidate.base == track.match || candidate.known == track.match) bits = &candidate;
  }
  const bool own_known = bits->known == track.match && bits->known != bits->base;
  const std::uint64_t present =
      track.column == kNone ? leaf.all_rows() : leaf.bitmap(layout, layout.columns()[track.column].presence);
  const std::uint32_t by_state[] = {bits->if_absent, bits->if_honest, bits->if_fraud};
  const std::uint64_t* const sequences = leaf.sequences();
  for (const LeafLabels::Entry& entry : leaf.labels->entries) {
    if (entry.known_at_ms <= at_ms) continue;
    const auto row =
        static_cast<std::uint32_t>(std::find(sequences, sequences + leaf.rows, entry.sequence) - sequences);
    const LabelState state = state_at(layout, leaf, row, at_ms, own_known);
    const std::uint64_t bit = 1ULL << row;
    rows &= ~bit;
    rows |= leaf.bitmap(layout, by_state[static_cast<std::size_t>(state)]) & present & bit;
  }
  return rows;
}

std::uint64_t rows_of_currency(const Layout& layout, const Leaf& leaf, const Column& column, std::uint64_t rows,
                               std::uint16_t currency) {
  const std::uint16_t* const currencies = leaf.array<std::uint16_t>(layout, column.currency_array);
  std::uint64_t same = 0;
  each_row(rows, [&](std::uint32_t row) { same |= static_cast<std::uint64_t>(currencies[row] == currency) << row; });
  return same;
}

void gather_rows(const Layout& layout, const Leaf& leaf, const Track& track, std::uint64_t rows, std::uint8_t parts,
                 Numbers& numbers) {
  numbers.count += static_cast<std::uint64_t>(std::popcount(rows));
  parts = static_cast<std::uint8_t>(parts & track.parts);
  if (track.column == kNone || (parts & (kPartSum | kPartSquares | kPartMin | kPartMax)) == 0) return;
  const Column& column = layout.columns()[track.column];
  if (parts & (kPartSum | kPartSquares)) {
    const bool scaled = column.scaled_array != kNone;
    if (scaled) {
      const std::uint64_t bad = rows & leaf.bitmap(layout, column.extra_bitmap);
      numbers.bad += static_cast<std::uint64_t>(std::popcount(bad));
    }
    // A value that does not scale stands as 0.
    const std::int64_t* const values = leaf.array<std::int64_t>(layout, scaled ? column.scaled_array : column.array);
    if (parts & kPartSum) {
      Int128 sum = 0;
      each_row(rows, [&](std::uint32_t row) { sum += values[row]; });
      numbers.sum += sum;
    }
    if (parts & kPartSquares) each_row(rows, [&](std::uint32_t row) { numbers.squares.add_square(values[row]); });
  }
  if ((parts & (kPartMin | kPartMax)) == 0) return;
  if (column.type == ColumnType::kEventTime) {
    const std::uint16_t* const rests = leaf.array<std::uint16_t>(layout, column.array);
    gather_order(rows, parts, numbers, [&](std::uint32_t row) { return leaf.times()[row] * 1000 + rests[row]; });
    return;
  }
  const std::int64_t* const values = leaf.array<std::int64_t>(layout, column.array);
  if (column.type == ColumnType::kDouble) {
    gather_order(rows, parts, numbers, [values](std::uint32_t row) { return ordered_bits(values[row]); });
  } else {
    gather_order(rows, parts, numbers, [values](std::uint32_t row) { return values[row]; });
  }
}

std::int64_t last_known_at(const Leaf& leaf, std::int64_t at_ms) {
  std::int64_t last = INT64_MIN;
  if (leaf.labels == nullptr) return last;
  for (const LeafLabels::Entry& entry : leaf.labels->entries) {
    if (entry.known_at_ms <= at_ms) last = std::max(last, entry.known_at_ms);
  }
  return last;
}

}  // namespace weir::history
