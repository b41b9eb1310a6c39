#include "engine/history/verify.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/history/leaf_scan.h"
#include "engine/history/tree.h"

namespace weir::history {
namespace {

// What must be true of everything below a node, from the rows themselves.
struct Rows {
  std::vector<const Leaf*> leaves;
  std::uint64_t count = 0;
};

class Verifier {
 public:
  explicit Verifier(const Trunk& trunk) : trunk_(trunk), layout_(*trunk.layout) {}

  Status run() {
    Rows rows;
    if (trunk_.root == nullptr) {
      if (trunk_.rows != 0) fault("rows are counted where there are none");
    } else if (trunk_.height == 0) {
      collect(*static_cast<const Leaf*>(trunk_.root), rows);
    } else {
      check(*static_cast<Node*>(trunk_.root), trunk_.height, rows);
    }
    if (rows.count != trunk_.rows) fault("the number of rows is wrong");
    if (!fault_.empty()) return Error{fault_};
    return {};
  }

 private:
  void fault(std::string_view text) {
    if (fault_.empty()) fault_ = text;
  }

  void collect(const Leaf& leaf, Rows& rows) {
    if (leaf.rows == 0 || leaf.rows > layout_.leaf_rows()) fault("a leaf has a wrong number of rows");
    for (std::uint32_t row = 0; row < leaf.rows; ++row) {
      const std::int64_t time_ms = leaf.times()[row];
      const std::uint64_t sequence = leaf.sequences()[row];
      if (any_row_ && (time_ms < time_ms_ || (time_ms == time_ms_ && sequence <= sequence_))) {
        fault("rows are out of order");
      }
      any_row_ = true;
      time_ms_ = time_ms;
      sequence_ = sequence;
    }
    if (leaf.with_ids != (trunk_.dictionaries != nullptr)) fault("a leaf lacks numbers or has them alone");
    rows.leaves.push_back(&leaf);
    rows.count += leaf.rows;
  }

  void check(Node& node, std::uint32_t level, Rows& rows) {
    if (node.level != level || node.children == 0 || node.children > node.capacity) fault("a node's shape is wrong");
    for (std::uint32_t child = 0; child < node.children; ++child) {
      Rows below;
      const bool had_row = any_row_;
      const std::int64_t before_ms = time_ms_;
      const std::uint64_t before = sequence_;
      if (level == 1) {
        collect(*node.leaf_child(child), below);
      } else {
        check(*node.node_child(child), level - 1, below);
      }
      if (!fault_.empty()) return;
      check_key(node, child, *below.leaves.front(), had_row, before_ms, before);
      check_child(node, child, below);
      rows.leaves.insert(rows.leaves.end(), below.leaves.begin(), below.leaves.end());
      rows.count += below.count;
    }
    for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) check_sets(node, i, rows);
  }

  void check_key(const Node& node, std::uint32_t child, const Leaf& first, bool had_row, std::int64_t before_ms,
                 std::uint64_t before) {
    const std::int64_t time_ms = node.times()[child];
    const std::uint64_t sequence = node.sequences()[child];
    const bool at_or_before =
        time_ms < first.times()[0] || (time_ms == first.times()[0] && sequence <= first.sequences()[0]);
    const bool after = !had_row || time_ms > before_ms || (time_ms == before_ms && sequence > before);
    if (!at_or_before || (child > 0 && !after)) fault("a key does not separate its children");
  }

  void check_child(Node& node, std::uint32_t child, const Rows& rows) {
    if (node.row_counts()[child] != rows.count) fault("a node's row count is wrong");
    std::int64_t known_at = INT64_MIN;
    for (const Leaf* leaf : rows.leaves) known_at = std::max(known_at, last_known_at(*leaf, trunk_.watermark_ms));
    if (layout_.reads_labels() && node.known_at()[child] != known_at) fault("a node's known_at is wrong");
    for (std::uint32_t i = 0; i < layout_.tracks().size(); ++i) {
      const Track& track = layout_.tracks()[i];
      const std::uint8_t parts = track.by_currency ? 0 : track.parts;
      Numbers expected, found;
      for (const Leaf* leaf : rows.leaves) {
        gather_rows(layout_, *leaf, track, track_rows(layout_, *leaf, track), parts, expected);
      }
      node.block(track).gather(child, child + 1, parts, found);
      if (!(found == expected)) fault("a summary is wrong");
      for (Node::CurrencyBlock& block : node.currencies) {
        if (block.track != i) continue;
        expected = found = {};
        for (const Leaf* leaf : rows.leaves) {
          gather_rows(layout_, *leaf, track,
                      rows_of_currency(layout_, *leaf, layout_.columns()[track.column],
                                       track_rows(layout_, *leaf, track), block.currency),
                      track.parts, expected);
        }
        node.block(track, block).gather(child, child + 1, track.parts, found);
        if (!(found == expected)) fault("a summary of one currency is wrong");
      }
    }
  }

  // Compares a union with the values of the leaves [from, to).
  void check_union(const Union& set, const DistinctContext& context, const std::vector<const Leaf*>& leaves,
                   const std::string& name) {
    const Track& track = layout_.tracks()[context.track];
    const DictionaryColumn& column = layout_.dictionaries()[layout_.columns()[track.column].dictionary];
    Union expected;
    std::set<std::uint32_t> rare;
    for (const Leaf* leaf : leaves) {
      each_value(layout_, *leaf, column, track_rows(layout_, *leaf, track), [&](std::uint32_t id, std::uint16_t code) {
        expected.add(id, code, layout_.dense_ids(), context.with_registers);
        if (id >= layout_.dense_ids()) rare.insert(id);
      });
    }
    const std::size_t words = std::max(set.dense.size(), expected.dense.size());
    for (std::size_t i = 0; i < words; ++i) {
      const std::uint64_t found = i < set.dense.size() ? set.dense[i] : 0;
      if (found != (i < expected.dense.size() ? expected.dense[i] : 0)) fault(name + ": its bitmap is wrong");
    }
    if (set.rare != !rare.empty()) fault(name + ": whether it has rare values is wrong");
    if (set.overflow && rare.size() <= column.exact_most) fault(name + ": it overflows too early");
    static const Registers kEmpty{};
    if (context.with_registers &&
        (set.registers ? *set.registers : kEmpty) != (expected.registers ? *expected.registers : kEmpty)) {
      fault(name + ": its registers are wrong");
    }
  }

  void check_sets(Node& node, std::uint32_t distinct, const Rows& rows) {
    Trunk& trunk = const_cast<Trunk&>(trunk_);
    const DistinctContext context = Tree(trunk).distinct_context(distinct);
    const DistinctNode& set = node.distinct[distinct];
    const std::string name = "level " + std::to_string(node.level) + ", set " + std::to_string(distinct);
    if (set.own_valid) check_union(set.own, context, rows.leaves, name);
    if (set.own_valid && node.level > 1 && !set.own.overflow) {
      std::vector<std::uint32_t> rare;
      collect_rare(context, node, rare);
      std::sort(rare.begin(), rare.end());
      rare.erase(std::unique(rare.begin(), rare.end()), rare.end());
      if (rare != set.rare_ids) fault("a node's list of rare values is wrong");
    }
    std::vector<std::vector<const Leaf*>> groups;
    std::size_t at = 0;
    for (std::uint32_t child = 0; child < node.children; ++child) {
      if (child % group_size(node.level) == 0) groups.emplace_back();
      for (std::uint64_t left = node.row_counts()[child]; left > 0; left -= rows.leaves[at++]->rows) {
        groups.back().push_back(rows.leaves[at]);
      }
    }
    for (std::size_t group = 0; set.prefix_valid && group < groups.size(); ++group) {
      std::vector<const Leaf*> leaves;
      for (std::size_t i = 0; i <= group; ++i) leaves.insert(leaves.end(), groups[i].begin(), groups[i].end());
      check_union(set.prefix[group], context, leaves, name + ", prefix " + std::to_string(group));
    }
    for (std::size_t group = 1; set.suffix_valid && group < groups.size(); ++group) {
      std::vector<const Leaf*> leaves;
      for (std::size_t i = group; i < groups.size(); ++i)
        leaves.insert(leaves.end(), groups[i].begin(), groups[i].end());
      check_union(set.suffix[group], context, leaves, name + ", suffix " + std::to_string(group));
    }
  }

  const Trunk& trunk_;
  const Layout& layout_;
  std::string fault_;
  bool any_row_ = false;
  std::int64_t time_ms_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace

Status verify(const EntityHistory& history) { return Verifier(history.trunk()).run(); }

}  // namespace weir::history
