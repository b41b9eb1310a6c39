// How a history's tree makes room: leaves and nodes split, at the right edge by beginning a new one, so that a stream
// in time order leaves full ones behind.
#include <algorithm>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"
#include "engine/history/tree.h"

namespace weir::history {
namespace {

constexpr std::uint32_t kFirstCapacity = 4;  // children that a node begins with room for, while it is the only one
constexpr std::uint32_t kNewLeafCapacityLog2 = 3;

}  // namespace

bool Tree::at_right_edge(const Path& path) const {
  for (std::uint32_t level = trunk_.height; level > 0; --level) {
    if (path.index[level] + 1 != path.nodes[level]->children) return false;
  }
  return path.row == path.leaf->rows;
}

// The last leaf is not filled up if rows come late: it keeps room for about as many as will, so that they need not
// split it and leave two half-full ones.
std::uint32_t Tree::rows_before_next_leaf() const {
  if (trunk_.height == 0) return layout_.leaf_rows();
  const std::uint64_t rows = layout_.leaf_rows();
  const std::uint64_t late = (rows * trunk_.inserted_late * 3 / 2 + trunk_.inserted - 1) / trunk_.inserted;
  return static_cast<std::uint32_t>(rows - std::min(late, rows / 2));
}

void Tree::make_room(Path& path, const NewRow& row) {
  if (trunk_.height == 0) {
    use_dictionaries();
    add_root();
    find_after(trunk_, row.time_ms, path);
  }
  if (!at_right_edge(path)) {
    split_leaf(path);
    return;
  }
  Leaf* fresh = Leaf::make(layout_, kNewLeafCapacityLog2, trunk_.dictionaries != nullptr, 0);
  trunk_.tree_bytes += leaf_bytes(*fresh);
  insert_child(path, 1, path.index[1] + 1U, fresh, row.time_ms, row.sequence, true);
}

void Tree::split_leaf(Path& path) {
  Leaf* whole = path.leaf;
  const std::uint32_t middle = whole->rows / 2U;
  Leaf* left = slice_leaf(layout_, *whole, 0, middle, whole->with_ids);
  Leaf* right = slice_leaf(layout_, *whole, middle, whole->rows, whole->with_ids);
  trunk_.tree_bytes += leaf_bytes(*left) + leaf_bytes(*right) - leaf_bytes(*whole);
  Leaf::destroy(whole);
  store_leaf(path, left);
  const std::int64_t time_ms = right->times()[0];
  const std::uint64_t sequence = right->sequences()[0];
  insert_child(path, 1, path.index[1] + 1U, right, time_ms, sequence, false);
  for (Leaf* half : {left, right}) {
    Path way;
    const bool found = find_row(half->times()[0], half->sequences()[0], way);
    WEIR_CHECK(found && way.leaf == half, "a leaf is found by its first row");
    refresh_path(way, false);
  }
}

// Puts `child` at index `at` into the path's node of this level, which may split; its summaries are empty until they
// are refreshed. `at_end`: it comes after everything, and is empty.
void Tree::insert_child(Path& path, std::uint32_t level, std::uint32_t at, void* child, std::int64_t time_ms,
                        std::uint64_t sequence, bool at_end) {
  Node* node = path.nodes[level];
  if (node->children == node->capacity && node->capacity < layout_.fanout()) {
    trunk_.tree_bytes -= node_bytes(*node);
    node = enlarge_node(layout_, node, std::min(2U * node->capacity, layout_.fanout()));
    trunk_.tree_bytes += node_bytes(*node);
    path.nodes[level] = node;
    if (level == trunk_.height) {
      trunk_.root = node;
    } else {
      path.nodes[level + 1]->set_child(path.index[level + 1], node);
    }
  }
  Node* right = nullptr;
  Node* target = node;
  const bool new_root = level == trunk_.height;
  if (node->children == node->capacity) {
    right = split_node(path, level, at_end);
    if (at_end || at > node->children) {
      at -= node->children;
      target = right;
    }
  }
  target->open_child(layout_, at);
  target->set_child(at, child);
  target->times()[at] = time_ms;
  target->sequences()[at] = sequence;
  for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) {
    if (at_end) {
      child_appended(*target, i);
    } else {
      children_changed(*target, i);
    }
  }
  if (right == nullptr) return;
  if (!at_end) {
    for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) {
      for (Node* half : {node, right}) {
        rebuild_own(distinct_context(i), *half);
        children_changed(*half, i);
      }
    }
  }
  insert_child(path, level + 1, path.index[level + 1] + 1U, right, right->times()[0], right->sequences()[0], at_end);
  if (at_end) return;
  // `right` may have gone into another parent than the left half's.
  for (Node* half : {node, right}) {
    Path way;
    const bool found = find_row(half->times()[0], half->sequences()[0], way);
    static_cast<void>(found);  // the key of a trimmed node may be that of an evicted row
    for (std::uint32_t above = level + 1; above <= trunk_.height; ++above) {
      refresh(*way.nodes[above], way.index[above], false);
    }
  }
  if (!new_root) return;
  // It was made when one half's rows were not in the tree.
  for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) rebuild_own(distinct_context(i), *root_node());
}

// Makes a right sibling for the full node of this level, with its upper half, or nothing at the right edge.
Node* Tree::split_node(Path& path, std::uint32_t level, bool at_end) {
  if (level == trunk_.height) {
    add_root();
    path.nodes[level + 1] = root_node();
    path.index[level + 1] = 0;
  }
  Node* node = path.nodes[level];
  Node* right = Node::make(layout_, static_cast<std::uint8_t>(level), layout_.fanout());
  trunk_.tree_bytes += node_bytes(*right);
  ++trunk_.nodes;
  if (!at_end) node->move_children(layout_, node->children / 2U, *right);
  return right;
}

// Puts a root with one child above the present one.
void Tree::add_root() {
  const std::uint32_t level = trunk_.height + 1U;
  const std::uint32_t capacity = level == 1 ? kFirstCapacity : layout_.fanout();
  Node* root = Node::make(layout_, static_cast<std::uint8_t>(level), std::min(capacity, layout_.fanout()));
  root->open_child(layout_, 0);
  root->set_child(0, trunk_.root);
  if (level == 1) {
    root->times()[0] = root_leaf()->times()[0];
    root->sequences()[0] = root_leaf()->sequences()[0];
  } else {
    root->times()[0] = root_node()->times()[0];
    root->sequences()[0] = root_node()->sequences()[0];
  }
  set_root(root, level);
  trunk_.tree_bytes += node_bytes(*root);
  ++trunk_.nodes;
  refresh(*root, 0, false);
  for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) rebuild_own(distinct_context(i), *root);
  if (level == 2) use_registers();
}

// Gives the only leaf's values their numbers.
void Tree::use_dictionaries() {
  if (layout_.dictionaries().empty() || trunk_.dictionaries) return;
  trunk_.dictionaries = std::make_unique<ColumnDictionaries>();
  for (std::size_t i = 0; i < layout_.dictionaries().size(); ++i) {
    trunk_.dictionaries->by_index.push_back(std::make_unique<ColumnDictionaries::Entry>());
  }
  Leaf* plain = root_leaf();
  Leaf* numbered = slice_leaf(layout_, *plain, 0, plain->rows, true);
  trunk_.tree_bytes += leaf_bytes(*numbered) - leaf_bytes(*plain);
  Leaf::destroy(plain);
  trunk_.root = numbered;
  Path path;
  path.leaf = numbered;
  for (path.row = 0; path.row < numbered->rows; ++path.row) number_values(path);
}

void Tree::use_registers() {
  if (!trunk_.dictionaries) return;
  bool all = true;
  for (const std::unique_ptr<ColumnDictionaries::Entry>& entry : trunk_.dictionaries->by_index) {
    all = all && entry->registers;
    entry->registers = true;
  }
  if (all) return;
  if (trunk_.height == 0) return;
  // From here on every set has registers. The tree is still low: this happens when its second level begins, or before.
  std::vector<Node*> nodes = {root_node()};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::uint32_t child = 0; nodes[i]->level > 1 && child < nodes[i]->children; ++child) {
      nodes.push_back(nodes[i]->node_child(child));
    }
  }
  for (; !nodes.empty(); nodes.pop_back()) {
    for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) {
      rebuild_own(distinct_context(i), *nodes.back());
      children_changed(*nodes.back(), i);
    }
  }
}

}  // namespace weir::history
