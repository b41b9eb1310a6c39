#include "engine/history/tree.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"

namespace weir::history {
namespace {

bool later(const PendingLabels::Reminder& a, const PendingLabels::Reminder& b) {
  if (a.known_at_ms != b.known_at_ms) return a.known_at_ms > b.known_at_ms;
  return a.sequence > b.sequence;
}

void destroy_below(Node* node) {
  for (std::uint32_t child = 0; child < node->children; ++child) {
    if (node->level == 1) {
      Leaf::destroy(node->leaf_child(child));
    } else {
      destroy_below(node->node_child(child));
    }
  }
  Node::destroy(node);
}

// Fetches ahead what the dictionaries will be asked for, in two steps: call it with step 0 and, a while later, 1.
void fetch_dictionaries(const Layout& layout, const ColumnDictionaries& dictionaries, const NewRow& row, int step) {
  thread_local std::vector<std::uint64_t> hashes;
  hashes.resize(dictionaries.by_index.size());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const Value& value = row.slots[layout.columns()[layout.dictionaries()[i].column].slot];
    if (value.is_absent()) continue;
    const Dictionary& dictionary = dictionaries.by_index[i]->dictionary;
    if (step == 0) {
      hashes[i] = DistinctKey(value).hash;
      dictionary.prefetch_slot(hashes[i]);
    } else {
      dictionary.prefetch_entry(hashes[i]);
    }
  }
}

}  // namespace

void find_after(const Trunk& trunk, std::int64_t time_ms, Path& path) {
  void* at = trunk.root;
  for (std::uint32_t level = trunk.height; level > 0; --level) {
    Node* node = static_cast<Node*>(at);
    const std::uint32_t child = node->child_for(time_ms);
    path.nodes[level] = node;
    path.index[level] = static_cast<std::uint8_t>(child);
    at = level == 1 ? static_cast<void*>(node->leaf_child(child)) : node->node_child(child);
  }
  path.leaf = static_cast<Leaf*>(at);
  path.row = path.leaf->upper_bound(time_ms);
}

void Tree::insert(const NewRow& row) {
  WEIR_CHECK(trunk_.rows == 0 || row.sequence > trunk_.last_sequence, "rows come in the order of their sequence");
  WEIR_CHECK(row.slots.size() >= layout_.schema().slot_count(), "a row has all of the schema's slots");
  if (trunk_.root == nullptr) {
    set_root(Leaf::make(layout_, 0, trunk_.dictionaries != nullptr, 0), 0);
    trunk_.tree_bytes += leaf_bytes(*root_leaf());
  }
  if (trunk_.dictionaries) fetch_dictionaries(layout_, *trunk_.dictionaries, row, 0);
  Path path;
  find_after(trunk_, row.time_ms, path);
  if (trunk_.dictionaries) fetch_dictionaries(layout_, *trunk_.dictionaries, row, 1);
  const bool comes_last = at_right_edge(path);
  ++trunk_.inserted;
  if (!comes_last) ++trunk_.inserted_late;
  if (path.leaf->rows == layout_.leaf_rows() || (comes_last && path.leaf->rows >= rows_before_next_leaf())) {
    make_room(path, row);
    find_after(trunk_, row.time_ms, path);
  }
  trunk_.tree_bytes -= leaf_bytes(*path.leaf);
  store_leaf(path, insert_row(layout_, path.leaf, path.row, row));
  trunk_.tree_bytes += leaf_bytes(*path.leaf);
  for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
    Node& node = *path.nodes[level];
    const std::uint32_t child = path.index[level];
    ++node.row_counts()[child];
    // Only a row before all others precedes the key of the child that it goes into.
    if (row.time_ms < node.times()[child]) {
      node.times()[child] = row.time_ms;
      node.sequences()[child] = row.sequence;
    }
  }
  ++trunk_.rows;
  trunk_.last_sequence = row.sequence;
  trunk_.first_seen_ms = std::min(trunk_.first_seen_ms, row.time_ms);
  if (trunk_.dictionaries) number_values(path);
  if (trunk_.height > 0) add_to_summaries(path);
}

void Tree::add_to_summaries(const Path& path) {
  const Leaf& leaf = *path.leaf;
  const std::uint64_t bit = 1ULL << path.row;
  for (std::uint32_t i = 0; i < layout_.tracks().size(); ++i) {
    const Track& track = layout_.tracks()[i];
    if ((track_rows(layout_, leaf, track) & bit) == 0) continue;
    Numbers numbers;
    gather_rows(layout_, leaf, track, bit, track.parts, numbers);
    for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
      path.nodes[level]->block(track).add(path.index[level], numbers);
    }
    if (track.by_currency) {
      const Column& column = layout_.columns()[track.column];
      const std::uint16_t currency = leaf.array<std::uint16_t>(layout_, column.currency_array)[path.row];
      for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
        Node& node = *path.nodes[level];
        node.block(track, node.add_currency(layout_, i, currency)).add(path.index[level], numbers);
      }
    }
    if (track.distinct == kNone) continue;
    const DistinctContext context = distinct_context(track.distinct);
    const DictionaryColumn& dictionary = layout_.dictionaries()[layout_.columns()[track.column].dictionary];
    const std::uint32_t id = leaf.array<std::uint32_t>(layout_, dictionary.id_array)[path.row];
    const std::uint16_t code = leaf.array<std::uint16_t>(layout_, dictionary.code_array)[path.row];
    for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
      if (!add_value(context, *path.nodes[level], path.index[level], id, code)) break;
    }
  }
}

void Tree::number_values(const Path& path) {
  bool overdue = false;
  for (std::uint32_t i = 0; i < layout_.dictionaries().size(); ++i) {
    const DictionaryColumn& column = layout_.dictionaries()[i];
    ColumnDictionaries::Entry& entry = *trunk_.dictionaries->by_index[i];
    const Value value = path.leaf->value(layout_, layout_.columns()[column.column], path.row);
    if (value.is_absent()) continue;
    const DistinctKey key(value);
    path.leaf->array<std::uint32_t>(layout_, column.id_array)[path.row] = entry.dictionary.acquire(key);
    path.leaf->array<std::uint16_t>(layout_, column.code_array)[path.row] = sketch_code(key.hash);
    overdue = overdue || (!entry.registers && entry.dictionary.size() >= column.exact_least);
  }
  if (overdue) use_registers();
}

bool Tree::find_row(std::int64_t time_ms, std::uint64_t sequence, Path& path) const {
  if (trunk_.root == nullptr) return false;
  void* at = trunk_.root;
  for (std::uint32_t level = trunk_.height; level > 0; --level) {
    Node* node = static_cast<Node*>(at);
    const std::uint32_t child = node->child_for(time_ms, sequence);
    path.nodes[level] = node;
    path.index[level] = static_cast<std::uint8_t>(child);
    at = level == 1 ? static_cast<void*>(node->leaf_child(child)) : node->node_child(child);
  }
  path.leaf = static_cast<Leaf*>(at);
  for (path.row = 0; path.row < path.leaf->rows; ++path.row) {
    if (path.leaf->sequences()[path.row] == sequence) return path.leaf->times()[path.row] == time_ms;
  }
  return false;
}

bool Tree::add_label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry) {
  Path path;
  if (!find_row(time_ms, sequence, path)) return false;
  trunk_.tree_bytes -= leaf_bytes(*path.leaf);
  if (path.leaf->labels == nullptr) path.leaf->labels = new LeafLabels;
  path.leaf->labels->entries.push_back({sequence, entry.known_at_ms, entry.fraud});
  trunk_.tree_bytes += leaf_bytes(*path.leaf);
  if (!layout_.reads_labels()) return true;
  if (entry.known_at_ms <= trunk_.watermark_ms) {
    apply_label_at(path);
  } else {
    if (!trunk_.pending) trunk_.pending = std::make_unique<PendingLabels>();
    std::vector<PendingLabels::Reminder>& heap = trunk_.pending->heap;
    heap.push_back({entry.known_at_ms, time_ms, sequence});
    std::push_heap(heap.begin(), heap.end(), later);
  }
  return true;
}

void Tree::advance(std::int64_t at_ms) {
  if (at_ms <= trunk_.watermark_ms) return;
  trunk_.watermark_ms = at_ms;
  if (!trunk_.pending) return;
  std::vector<PendingLabels::Reminder>& heap = trunk_.pending->heap;
  while (!heap.empty() && heap.front().known_at_ms <= at_ms) {
    std::pop_heap(heap.begin(), heap.end(), later);
    const PendingLabels::Reminder reminder = heap.back();
    heap.pop_back();
    Path path;
    if (find_row(reminder.time_ms, reminder.sequence, path)) apply_label_at(path);
  }
  if (heap.empty()) trunk_.pending.reset();
}

void Tree::apply_label_at(Path& path) {
  apply_label(layout_, *path.leaf, path.row, trunk_.watermark_ms);
  if (trunk_.height == 0) return;
  refresh_path(path, true);
  for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) {
    if (!layout_.tracks()[layout_.distinct_tracks()[i]].reads_label) continue;
    for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
      rebuild_own(distinct_context(i), *path.nodes[level]);
      children_changed(*path.nodes[level], i);
    }
  }
}

void Tree::refresh(Node& node, std::uint32_t child, bool label_tracks_only) {
  Leaf* leaf = node.level == 1 ? node.leaf_child(child) : nullptr;
  Node* below = node.level == 1 ? nullptr : node.node_child(child);
  if (leaf != nullptr) {
    node.row_counts()[child] = leaf->rows;
    node.known_at()[child] = last_known_at(*leaf, trunk_.watermark_ms);
  } else {
    std::uint64_t rows = 0;
    for (std::uint32_t i = 0; i < below->children; ++i) rows += below->row_counts()[i];
    node.row_counts()[child] = rows;
    node.known_at()[child] = *std::max_element(below->known_at(), below->known_at() + below->children);
  }
  for (std::uint32_t i = 0; i < layout_.tracks().size(); ++i) {
    const Track& track = layout_.tracks()[i];
    if (label_tracks_only && !track.reads_label) continue;
    Numbers numbers;
    std::uint64_t rows = 0;
    if (leaf != nullptr) {
      rows = track_rows(layout_, *leaf, track);
      gather_rows(layout_, *leaf, track, rows, track.by_currency ? 0 : track.parts, numbers);
    } else {
      below->block(track).gather(0, below->children, track.parts, numbers);
    }
    node.block(track).set(child, numbers);
    if (!track.by_currency) continue;
    for (Node::CurrencyBlock& block : node.currencies) {
      if (block.track == i) node.block(track, block).set(child, Numbers{});
    }
    const Column& column = layout_.columns()[track.column];
    while (rows != 0) {
      const std::uint16_t currency = leaf->array<std::uint16_t>(layout_, column.currency_array)[std::countr_zero(rows)];
      const std::uint64_t same = rows_of_currency(layout_, *leaf, column, rows, currency);
      rows &= ~same;
      Numbers of_currency;
      gather_rows(layout_, *leaf, track, same, track.parts, of_currency);
      node.block(track, node.add_currency(layout_, i, currency)).set(child, of_currency);
    }
    if (below == nullptr) continue;
    for (Node::CurrencyBlock& block : below->currencies) {
      if (block.track != i) continue;
      Numbers of_currency;
      below->block(track, block).gather(0, below->children, track.parts, of_currency);
      node.block(track, node.add_currency(layout_, i, block.currency)).set(child, of_currency);
    }
  }
}

void Tree::refresh_path(const Path& path, bool label_tracks_only) {
  for (std::uint32_t level = 1; level <= trunk_.height; ++level) {
    refresh(*path.nodes[level], path.index[level], label_tracks_only);
  }
}

void Tree::evict(std::int64_t cutoff_ms) {
  while (trunk_.root != nullptr) {
    Path path;
    void* at = trunk_.root;
    for (std::uint32_t level = trunk_.height; level > 0; --level) {
      Node* node = static_cast<Node*>(at);
      path.nodes[level] = node;
      path.index[level] = 0;
      at = level == 1 ? static_cast<void*>(node->leaf_child(0)) : node->node_child(0);
    }
    Leaf* leaf = static_cast<Leaf*>(at);
    if (leaf->rows > 0 && leaf->times()[leaf->rows - 1] > cutoff_ms) return;
    release_values(*leaf);
    trunk_.rows -= leaf->rows;
    trunk_.tree_bytes -= leaf_bytes(*leaf);
    Leaf::destroy(leaf);
    // Nodes that are left without children go too.
    std::uint32_t level = 1;
    for (; level <= trunk_.height; ++level) {
      Node* node = path.nodes[level];
      node->remove_first_child(layout_);
      if (node->children > 0) break;
      trunk_.tree_bytes -= node_bytes(*node);
      --trunk_.nodes;
      Node::destroy(node);
    }
    if (level > trunk_.height) {
      set_root(nullptr, 0);
      return;
    }
    for (std::uint32_t i = 0; i < layout_.distinct_tracks().size(); ++i) {
      first_child_removed(*path.nodes[level], i);
      for (std::uint32_t above = level + 1; above <= trunk_.height; ++above) {
        path.nodes[above]->distinct[i].own_valid = false;
        path.nodes[above]->distinct[i].prefix_valid = false;
      }
    }
    for (std::uint32_t above = level + 1; above <= trunk_.height; ++above) refresh(*path.nodes[above], 0, false);
    while (trunk_.height > 0 && root_node()->children == 1) {
      Node* root = root_node();
      trunk_.tree_bytes -= node_bytes(*root);
      --trunk_.nodes;
      void* child = root->level == 1 ? static_cast<void*>(root->leaf_child(0)) : root->node_child(0);
      set_root(child, trunk_.height - 1U);
      Node::destroy(root);
    }
  }
}

void Tree::release_values(const Leaf& leaf) {
  if (!trunk_.dictionaries) return;
  for (std::uint32_t i = 0; i < layout_.dictionaries().size(); ++i) {
    const DictionaryColumn& column = layout_.dictionaries()[i];
    Dictionary& dictionary = trunk_.dictionaries->by_index[i]->dictionary;
    const std::uint64_t rows = leaf.bitmap(layout_, layout_.columns()[column.column].presence);
    each_value(layout_, leaf, column, rows, [&](std::uint32_t id, std::uint16_t) { dictionary.prefetch_entry_of(id); });
    each_value(layout_, leaf, column, rows, [&](std::uint32_t id, std::uint16_t) { dictionary.prefetch_slot_of(id); });
    each_value(layout_, leaf, column, rows, [&](std::uint32_t id, std::uint16_t) { dictionary.release(id); });
  }
}

void Tree::clear() {
  if (trunk_.root == nullptr) return;
  if (trunk_.height == 0) {
    Leaf::destroy(root_leaf());
  } else {
    destroy_below(root_node());
  }
  set_root(nullptr, 0);
}

DistinctContext Tree::distinct_context(std::uint32_t distinct) const {
  const std::uint32_t track = layout_.distinct_tracks()[distinct];
  const std::uint32_t dictionary = layout_.columns()[layout_.tracks()[track].column].dictionary;
  const bool with_registers = trunk_.dictionaries && trunk_.dictionaries->by_index[dictionary]->registers;
  return {layout_, track, distinct, with_registers};
}

void Tree::set_root(void* root, std::uint32_t height) {
  WEIR_CHECK(height <= kMaxHeight, "a tree's height is bounded");
  trunk_.root = root;
  trunk_.height = static_cast<std::uint8_t>(height);
}

void Tree::store_leaf(Path& path, Leaf* leaf) {
  path.leaf = leaf;
  if (trunk_.height == 0) {
    trunk_.root = leaf;
  } else {
    path.nodes[1]->set_child(path.index[1], leaf);
  }
}

std::size_t Tree::leaf_bytes(const Leaf& leaf) const {
  std::size_t bytes = sizeof(Leaf) + leaf.shape(layout_).heap + leaf.heap_capacity;
  if (leaf.labels != nullptr) {
    bytes += sizeof(LeafLabels) + leaf.labels->entries.capacity() * sizeof(LeafLabels::Entry);
  }
  return bytes;
}

std::size_t Tree::node_bytes(const Node& node) const {
  return sizeof(Node) + std::size_t{layout_.node_words()} * node.capacity * sizeof(std::uint64_t) +
         layout_.distinct_tracks().size() * sizeof(DistinctNode);
}

}  // namespace weir::history
