#include <algorithm>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"
#include "engine/history/reader.h"

namespace weir::history {

DistinctResult Reader::distinct(std::uint32_t measure, const Range& range, std::uint32_t exact_up_to,
                                const Value& also) {
  cut(measure, range);
  const Track& track = layout_->tracks()[layout_->measures()[measure].base_track];
  WEIR_CHECK(track.distinct != kNone, "distinct values are counted where the layout says so");
  const Column& column = layout_->columns()[track.column];
  if (!trunk_->dictionaries) {
    // Then there is but one leaf, and at most one piece per section.
    std::uint64_t rows = 0;
    for (std::uint32_t i = 0; i < section_count_; ++i) {
      for (std::uint32_t j = 0; j < sections_[i].pieces; ++j) {
        const Piece& piece = sections_[i].piece[j];
        rows |= rows_of(sections_[i], *piece.leaf, piece.from, piece.to);
      }
    }
    if (trunk_->root == nullptr) return {also.is_absent() ? 0U : 1U, false};
    return count_.count_plain(*layout_, *static_cast<const Leaf*>(trunk_->root), column, rows, exact_up_to, also);
  }
  count_.clear();
  for (std::uint32_t i = 0; i < section_count_; ++i) {
    for (std::uint32_t j = 0; j < sections_[i].pieces; ++j) add_sets(sections_[i], sections_[i].piece[j]);
  }
  return count_.count(*layout_, layout_->dictionaries()[column.dictionary],
                      trunk_->dictionaries->by_index[column.dictionary]->dictionary, exact_up_to, also,
                      static_cast<std::uint64_t>(range.until_ms - range.after_ms) + (std::uint64_t{measure} << 48));
}

void Reader::add_sets(const Section& section, const Piece& piece) {
  if (piece.leaf != nullptr) {
    count_.add_rows(*piece.leaf, rows_of(section, *piece.leaf, piece.from, piece.to));
    return;
  }
  Node& node = *piece.node;
  const std::uint32_t children = node.children;
  const std::uint32_t distinct = layout_->tracks()[section.track].distinct;
  const DistinctContext context = Tree(*trunk_).distinct_context(distinct);
  DistinctNode& set = node.distinct[distinct];
  std::uint32_t from = piece.from;
  std::uint32_t to = piece.to;
  const auto look_back = [&] {
    return section.look_back && *std::max_element(node.known_at() + from, node.known_at() + to) > at_ms_;
  };
  // Prefixes and suffixes pay where windows begin and end in the same few nodes again and again.
  const bool shortcuts = trunk_->height > 1 && to - from > 1 && !look_back();
  const std::uint32_t size = group_size(node.level);
  if (from == 0 && to == children && set.own_valid && !look_back()) {
    count_.add_set(set.own, context, node, 0, children);
    return;
  }
  if (shortcuts && to == children) {
    const std::uint32_t group = std::max(1U, (from + size - 1) / size);
    if (group * size < children) {
      ensure_suffix(context, node);
      count_.add_set(set.suffix[group], context, node, group * size, children);
      to = group * size;
    }
  } else if (shortcuts && from == 0 && (node.level == 1 || node.node_child(0)->distinct[distinct].own_valid)) {
    const std::uint32_t groups = to / size;
    if (groups > 0) {
      ensure_prefix(context, node);
      count_.add_set(set.prefix[groups - 1], context, node, 0, groups * size);
      from = groups * size;
    }
  }
  for (std::uint32_t child = from; child < to; ++child) add_sets(section, whole(node, child));
}

}  // namespace weir::history
