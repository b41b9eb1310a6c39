// Going through the rows of a leaf that a bitmap names. Internal to engine/history.
#pragma once

#include <bit>
#include <cstdint>

#include "engine/history/block.h"
#include "engine/history/leaf.h"

namespace weir::history {

// The rows [from, to) of a leaf as a bitmap.
inline std::uint64_t row_range(std::uint32_t from, std::uint32_t to) {
  if (from >= to) return 0;
  const std::uint64_t below_to = to == 64 ? ~0ULL : (1ULL << to) - 1;
  return below_to & ~((1ULL << from) - 1);
}

// The rows that a track summarises.
inline std::uint64_t track_rows(const Layout& layout, const Leaf& leaf, const Track& track) {
  std::uint64_t rows = track.match == kNone ? leaf.all_rows() : leaf.bitmap(layout, track.match);
  if (track.column != kNone) rows &= leaf.bitmap(layout, layout.columns()[track.column].presence);
  return rows;
}

// As track_rows, with the labels that were known at `at_ms`, though later ones are applied already.
std::uint64_t track_rows_at(const Layout& layout, const Leaf& leaf, const Track& track, std::int64_t at_ms);

// Those of `rows` whose amount is of this currency.
std::uint64_t rows_of_currency(const Layout& layout, const Leaf& leaf, const Column& column, std::uint64_t rows,
                               std::uint16_t currency);

// Adds the rows' count and the parts of the track's column to `numbers`. The rows have a value there.
void gather_rows(const Layout& layout, const Leaf& leaf, const Track& track, std::uint64_t rows, std::uint8_t parts,
                 Numbers& numbers);

// Calls visit(id, code) for each of the rows; the leaf has ids, and the rows have values.
template <class Visit>
void each_value(const Layout& layout, const Leaf& leaf, const DictionaryColumn& dictionary, std::uint64_t rows,
                Visit visit) {
  const std::uint32_t* const ids = leaf.array<std::uint32_t>(layout, dictionary.id_array);
  const std::uint16_t* const codes = leaf.array<std::uint16_t>(layout, dictionary.code_array);
  for (; rows != 0; rows &= rows - 1) {
    const int row = std::countr_zero(rows);
    visit(ids[row], codes[row]);
  }
}

// The greatest known_at of the topic's labels in the leaf up to `at_ms`; INT64_MIN if there is none.
std::int64_t last_known_at(const Leaf& leaf, std::int64_t at_ms);

}  // namespace weir::history
