// Queries over one history at a time: what features are made of.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/value.h"
#include "engine/history/block.h"
#include "engine/history/distinct_count.h"
#include "engine/history/entity_history.h"
#include "engine/history/tree.h"

namespace weir::history {

// The rows with after_ms < time <= until_ms.
struct Range {
  std::int64_t after_ms = 0;
  std::int64_t until_ms = 0;
  bool operator==(const Range&) const = default;
};

// Owns scratch space: make it once and use it for every event. One thread at a time.
class Reader {
 public:
  // Begins queries over `history` as of `at_ms`: labels known by then count, later ones don't. The history must not
  // change until the last of them.
  void open(EntityHistory& history, std::int64_t at_ms);

  // Sums up the rows of a measure (index into Layout::measures). Only `parts` beside the count are filled in; they must
  // be among the measure's. For money of mixed currencies with any part: only rows with this currency.
  Numbers numbers(std::uint32_t measure, const Range& range, std::uint8_t parts, std::uint16_t currency);

  struct Found {
    const Leaf* leaf = nullptr;  // nullptr: there is no such row
    std::uint32_t row = 0;
    std::int64_t time_ms() const { return leaf->times()[row]; }
  };
  // The earliest or latest row of a measure.
  Found first(std::uint32_t measure, const Range& range);
  Found last(std::uint32_t measure, const Range& range);
  // The latest rows of a measure, the newest first (of one time: the later in the total order first), as many as `out`
  // has room for; returns how many. Subtrees without such a row are passed over. Valid until the history changes.
  // `currency`, unless 0: only rows with this currency, of a measure of mixed money that is kept by currency.
  std::uint32_t latest(std::uint32_t measure, const Range& range, std::span<Found> out, std::uint16_t currency = 0);
  Value value(const Found& row, std::uint32_t slot) const;
  // Appends the values of an int64, double or money slot, which the rows have, in the form that orders as integers do:
  // see Numbers.
  void append_ordered(std::span<const Found> rows, std::uint32_t slot, std::vector<std::int64_t>& out) const;

  // How many different values the measure's rows have, together with `also` unless that is absent.
  DistinctResult distinct(std::uint32_t measure, const Range& range, std::uint32_t exact_up_to, const Value& also);

 private:
  // Rows [from, to) of a leaf, or whole children [from, to) of a node.
  struct Piece {
    Node* node = nullptr;
    Leaf* leaf = nullptr;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  // A run of rows that one track summarises, cut into pieces in row order.
  struct Section {
    std::uint32_t track = 0;
    bool look_back = false;  // labels are applied that were not known at the query's time
    std::uint32_t pieces = 0;
    Piece piece[2 * kMaxHeight + 3];
  };

  std::uint32_t cut(std::uint32_t measure, const Range& range);
  void cut_section(std::uint32_t track, const Range& range);
  const Path& position(std::int64_t time_ms);
  std::uint64_t rows_of(const Section& section, const Leaf& leaf, std::uint32_t from, std::uint32_t to) const;
  void add_numbers(const Section& section, const Piece& piece, std::uint8_t parts, std::uint16_t currency,
                   Numbers& numbers) const;
  bool find_first(const Section& section, const Piece& piece, Found& found) const;
  // Appends to the first `found` rows of `out`; returns how many there are then.
  std::uint32_t add_latest(const Section& section, const Piece& piece, std::uint16_t currency, std::span<Found> out,
                           std::uint32_t found) const;
  void add_sets(const Section& section, const Piece& piece);
  static Piece whole(const Node& node, std::uint32_t child);

  Trunk* trunk_ = nullptr;
  const Layout* layout_ = nullptr;
  std::int64_t at_ms_ = 0;
  struct Position {
    std::int64_t time_ms = 0;
    Path path;
  };
  std::vector<Position> positions_;  // the first position_count_ are of this history
  std::size_t position_count_ = 0;
  Section sections_[2];
  std::uint32_t section_count_ = 0;
  DistinctCount count_;
};

}  // namespace weir::history
