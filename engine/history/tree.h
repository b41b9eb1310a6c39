// What changes a history's tree. Internal to engine/history.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/history/dictionary.h"
#include "engine/history/entity_history.h"
#include "engine/history/leaf.h"
#include "engine/history/node.h"

namespace weir::history {

inline constexpr std::uint32_t kMaxHeight = 24;

// Labels whose known_at is later than the watermark: a heap, the earliest on top. Their entries are in the leaves
// already; these are reminders to look at the row.
struct PendingLabels {
  struct Reminder {
    std::int64_t known_at_ms = 0;
    std::int64_t time_ms = 0;
    std::uint64_t sequence = 0;
  };
  std::vector<Reminder> heap;
};

struct ColumnDictionaries {
  struct Entry {
    Dictionary dictionary;
    bool registers = false;  // nodes keep registers for this column
  };
  std::vector<std::unique_ptr<Entry>> by_index;  // Layout::dictionaries
};

// Where a row is or would be: nodes[l] is the node of level l, index[l] which of its children the way goes through.
struct Path {
  Node* nodes[kMaxHeight + 1];
  std::uint8_t index[kMaxHeight + 1];
  Leaf* leaf = nullptr;
  std::uint32_t row = 0;
};

// The way to the first row later than `time_ms`; `row` is leaf->rows if that is the next leaf's first or there is none.
// The tree is not empty.
void find_after(const Trunk& trunk, std::int64_t time_ms, Path& path);

class Tree {
 public:
  explicit Tree(Trunk& trunk) : trunk_(trunk), layout_(*trunk.layout) {}

  void insert(const NewRow& row);
  bool add_label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry);
  // Applies the labels that are known by `at_ms`.
  void advance(std::int64_t at_ms);
  void evict(std::int64_t cutoff_ms);
  void clear();

  DistinctContext distinct_context(std::uint32_t distinct) const;

 private:
  bool find_row(std::int64_t time_ms, std::uint64_t sequence, Path& path) const;
  void apply_label_at(Path& path);

  // Growing: tree_growth.cc.
  bool at_right_edge(const Path& path) const;
  std::uint32_t rows_before_next_leaf() const;
  void make_room(Path& path, const NewRow& row);
  void split_leaf(Path& path);
  void insert_child(Path& path, std::uint32_t level, std::uint32_t at, void* child, std::int64_t time_ms,
                    std::uint64_t sequence, bool at_end);
  Node* split_node(Path& path, std::uint32_t level, bool at_end);
  void add_root();
  void use_dictionaries();
  void use_registers();

  // Summaries.
  void add_to_summaries(const Path& path);
  void number_values(const Path& path);
  void refresh(Node& node, std::uint32_t child, bool label_tracks_only);
  void refresh_path(const Path& path, bool label_tracks_only);
  void release_values(const Leaf& leaf);

  void set_root(void* root, std::uint32_t height);
  void store_leaf(Path& path, Leaf* leaf);
  std::size_t leaf_bytes(const Leaf& leaf) const;
  std::size_t node_bytes(const Node& node) const;
  Leaf* root_leaf() const { return static_cast<Leaf*>(trunk_.root); }
  Node* root_node() const { return static_cast<Node*>(trunk_.root); }

  Trunk& trunk_;
  const Layout& layout_;
};

}  // namespace weir::history
