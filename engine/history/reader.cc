#include "engine/history/reader.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"
#include "engine/history/scaling.h"

namespace weir::history {

void Reader::open(EntityHistory& history, std::int64_t at_ms) {
  trunk_ = &history.trunk();
  layout_ = trunk_->layout.get();
  at_ms_ = at_ms;
  position_count_ = 0;
  if (layout_->reads_labels()) Tree(*trunk_).advance(at_ms);
}

const Path& Reader::position(std::int64_t time_ms) {
  for (std::size_t i = 0; i < position_count_; ++i) {
    if (positions_[i].time_ms == time_ms) return positions_[i].path;
  }
  if (position_count_ == positions_.size()) positions_.emplace_back();
  Position& fresh = positions_[position_count_++];
  fresh.time_ms = time_ms;
  find_after(*trunk_, time_ms, fresh.path);
  return fresh.path;
}

// Cuts the range at the time up to which the records' own labels are known, if the measure reads labels.
std::uint32_t Reader::cut(std::uint32_t measure, const Range& range) {
  WEIR_CHECK(measure < layout_->measures().size(), "a measure is one of the layout's");
  section_count_ = 0;
  if (trunk_->root == nullptr || range.after_ms >= range.until_ms) return 0;
  const Measure& tracks = layout_->measures()[measure];
  if (tracks.base_track == tracks.known_track) {
    cut_section(tracks.base_track, range);
    return section_count_;
  }
  const std::int64_t known_until_ms = at_ms_ - layout_->inline_delay_ms();
  const std::int64_t edge_ms = std::clamp(known_until_ms, range.after_ms, range.until_ms);
  if (range.after_ms < edge_ms) cut_section(tracks.known_track, {range.after_ms, edge_ms});
  if (edge_ms < range.until_ms) cut_section(tracks.base_track, {edge_ms, range.until_ms});
  return section_count_;
}

void Reader::cut_section(std::uint32_t track, const Range& range) {
  Section& section = sections_[section_count_];
  section.track = track;
  section.look_back = layout_->tracks()[track].reads_label && at_ms_ < trunk_->watermark_ms;
  section.pieces = 0;
  const auto add = [&section](const Piece& piece) {
    if (piece.from < piece.to) section.piece[section.pieces++] = piece;
  };
  // Room for both, so that the first does not move when the second is found.
  if (positions_.size() < position_count_ + 2) positions_.resize(position_count_ + 2);
  const Path& from = position(range.after_ms);
  const Path& to = position(range.until_ms);
  ++section_count_;
  if (from.leaf == to.leaf) {
    add({nullptr, from.leaf, from.row, to.row});
    return;
  }
  std::uint32_t top = trunk_->height;
  while (from.index[top] == to.index[top]) --top;
  // Going up on the left, then down on the right. A leaf or node that is covered from end to end counts as a child of
  // the level above.
  std::uint32_t covered = from.row == 0 ? 0 : 1;
  if (covered == 1) add({nullptr, from.leaf, from.row, from.leaf->rows});
  for (std::uint32_t level = 1; level < top; ++level) {
    const std::uint32_t begin = from.index[level] + covered;
    covered = begin == 0 ? 0 : 1;
    if (covered == 1) add({from.nodes[level], nullptr, begin, from.nodes[level]->children});
  }
  const std::uint32_t top_begin = from.index[top] + covered;
  Piece right[kMaxHeight + 1];
  std::uint32_t rights = 0;
  covered = to.row == to.leaf->rows ? 1 : 0;
  if (covered == 0) right[rights++] = {nullptr, to.leaf, 0, to.row};
  for (std::uint32_t level = 1; level < top; ++level) {
    const std::uint32_t end = to.index[level] + covered;
    covered = end == to.nodes[level]->children ? 1 : 0;
    if (covered == 0) right[rights++] = {to.nodes[level], nullptr, 0, end};
  }
  add({from.nodes[top], nullptr, top_begin, to.index[top] + covered});
  while (rights > 0) add(right[--rights]);
}

std::uint64_t Reader::rows_of(const Section& section, const Leaf& leaf, std::uint32_t from, std::uint32_t to) const {
  const Track& track = layout_->tracks()[section.track];
  const std::uint64_t rows =
      section.look_back ? track_rows_at(*layout_, leaf, track, at_ms_) : track_rows(*layout_, leaf, track);
  return rows & row_range(from, to);
}

Reader::Piece Reader::whole(const Node& node, std::uint32_t child) {
  if (node.level == 1) {
    Leaf* leaf = node.leaf_child(child);
    return {nullptr, leaf, 0, leaf->rows};
  }
  Node* below = node.node_child(child);
  return {below, nullptr, 0, below->children};
}

Numbers Reader::numbers(std::uint32_t measure, const Range& range, std::uint8_t parts, std::uint16_t currency) {
  Numbers numbers;
  cut(measure, range);
  for (std::uint32_t i = 0; i < section_count_; ++i) {
    const Section& section = sections_[i];
    for (std::uint32_t j = 0; j < section.pieces; ++j) {
      add_numbers(section, section.piece[j], parts, currency, numbers);
    }
  }
  return numbers;
}

void Reader::add_numbers(const Section& section, const Piece& piece, std::uint8_t parts, std::uint16_t currency,
                         Numbers& numbers) const {
  const Track& track = layout_->tracks()[section.track];
  const bool by_currency = track.by_currency && parts != 0;
  if (piece.leaf != nullptr) {
    std::uint64_t rows = rows_of(section, *piece.leaf, piece.from, piece.to);
    if (by_currency) {
      rows = rows_of_currency(*layout_, *piece.leaf, layout_->columns()[track.column], rows, currency);
    }
    gather_rows(*layout_, *piece.leaf, track, rows, parts, numbers);
    return;
  }
  Node& node = *piece.node;
  if (section.look_back) {
    for (std::uint32_t child = piece.from; child < piece.to; ++child) {
      if (node.known_at()[child] <= at_ms_) continue;
      // Take the child apart, and what is left of the piece as it is.
      add_numbers(section, {&node, nullptr, piece.from, child}, parts, currency, numbers);
      add_numbers(section, whole(node, child), parts, currency, numbers);
      add_numbers(section, {&node, nullptr, child + 1, piece.to}, parts, currency, numbers);
      return;
    }
  }
  if (piece.from >= piece.to) return;
  if (!by_currency) {
    node.block(track).gather(piece.from, piece.to, parts, numbers);
  } else if (Node::CurrencyBlock* block = node.find_currency(section.track, currency)) {
    node.block(track, *block).gather(piece.from, piece.to, parts, numbers);
  }
}

Reader::Found Reader::first(std::uint32_t measure, const Range& range) {
  Found found;
  cut(measure, range);
  for (std::uint32_t i = 0; i < section_count_; ++i) {
    for (std::uint32_t j = 0; j < sections_[i].pieces; ++j) {
      if (find_first(sections_[i], sections_[i].piece[j], found)) return found;
    }
  }
  return found;
}

Reader::Found Reader::last(std::uint32_t measure, const Range& range) {
  Found found;
  latest(measure, range, {&found, 1});
  return found;
}

std::uint32_t Reader::latest(std::uint32_t measure, const Range& range, std::span<Found> out, std::uint16_t currency) {
  cut(measure, range);
  std::uint32_t found = 0;
  for (std::uint32_t i = section_count_; i-- > 0;) {
    for (std::uint32_t j = sections_[i].pieces; j-- > 0 && found < out.size();) {
      found = add_latest(sections_[i], sections_[i].piece[j], currency, out, found);
    }
  }
  return found;
}

bool Reader::find_first(const Section& section, const Piece& piece, Found& found) const {
  if (piece.leaf != nullptr) {
    const std::uint64_t rows = rows_of(section, *piece.leaf, piece.from, piece.to);
    if (rows != 0) found = {piece.leaf, static_cast<std::uint32_t>(std::countr_zero(rows))};
    return rows != 0;
  }
  const Block block = piece.node->block(layout_->tracks()[section.track]);
  for (std::uint32_t child = piece.from; child < piece.to; ++child) {
    const bool unsure = section.look_back && piece.node->known_at()[child] > at_ms_;
    if ((unsure || block.count(child) != 0) && find_first(section, whole(*piece.node, child), found)) return true;
  }
  return false;
}

std::uint32_t Reader::add_latest(const Section& section, const Piece& piece, std::uint16_t currency,
                                 std::span<Found> out, std::uint32_t found) const {
  const Track& track = layout_->tracks()[section.track];
  WEIR_CHECK(currency == 0 || track.by_currency, "rows of one currency are asked of a measure that knows them");
  if (piece.leaf != nullptr) {
    std::uint64_t rows = rows_of(section, *piece.leaf, piece.from, piece.to);
    if (currency != 0) {
      rows = rows_of_currency(*layout_, *piece.leaf, layout_->columns()[track.column], rows, currency);
    }
    while (rows != 0 && found < out.size()) {
      const auto row = static_cast<std::uint32_t>(63 - std::countl_zero(rows));
      out[found++] = {piece.leaf, row};
      rows &= ~(1ULL << row);
    }
    return found;
  }
  Node& node = *piece.node;
  Node::CurrencyBlock* const of_currency = currency == 0 ? nullptr : node.find_currency(section.track, currency);
  const bool none = currency != 0 && of_currency == nullptr;
  const Block block = of_currency == nullptr ? node.block(track) : node.block(track, *of_currency);
  for (std::uint32_t child = piece.to; child-- > piece.from && found < out.size();) {
    const bool unsure = section.look_back && node.known_at()[child] > at_ms_;
    if (!unsure && (none || block.count(child) == 0)) continue;
    found = add_latest(section, whole(node, child), currency, out, found);
  }
  return found;
}

Value Reader::value(const Found& row, std::uint32_t slot) const {
  const std::uint32_t column = layout_->column_of(slot);
  WEIR_CHECK(column != kNone, "a value that is asked for is kept in the history");
  return row.leaf->value(*layout_, layout_->columns()[column], row.row);
}

void Reader::append_ordered(std::span<const Found> rows, std::uint32_t slot, std::vector<std::int64_t>& out) const {
  const std::uint32_t index = layout_->column_of(slot);
  WEIR_CHECK(index != kNone, "a value that is asked for is kept in the history");
  const Column& column = layout_->columns()[index];
  const bool is_double = column.type == ColumnType::kDouble;
  WEIR_CHECK(is_double || column.type == ColumnType::kInt64 || column.type == ColumnType::kMoney ||
                 column.type == ColumnType::kMixedMoney,
             "only numbers are asked for in their order");
  for (const Found& row : rows) {
    const std::int64_t value = row.leaf->array<std::int64_t>(*layout_, column.array)[row.row];
    out.push_back(is_double ? ordered_bits(value) : value);
  }
}

}  // namespace weir::history
