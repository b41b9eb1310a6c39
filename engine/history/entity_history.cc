#include "engine/history/entity_history.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/history/tree.h"

namespace weir::history {
namespace {

void visit_leaf(const Layout& layout, const Leaf& leaf, std::vector<Value>& slots, std::vector<LabelEntry>& labels,
                const std::function<void(const RowView&)>& visitor) {
  const event::Schema& schema = layout.schema();
  for (std::uint32_t row = 0; row < leaf.rows; ++row) {
    for (Value& value : slots) value = Value::absent();
    if (schema.event_types.size() == 1) {
      slots[schema.event_type_slot()] = Value::enumeration(schema.event_types.front().name, 0);
    }
    for (const Column& column : layout.columns()) slots[column.slot] = leaf.value(layout, column, row);
    RowView view;
    view.slots = slots;
    view.time_ms = leaf.times()[row];
    view.sequence = leaf.sequences()[row];
    LabelEntry own;
    if (layout.has_inline_label() && (leaf.bitmap(layout, layout.inline_present_bitmap()) >> row & 1) != 0) {
      own.fraud = (leaf.bitmap(layout, layout.inline_fraud_bitmap()) >> row & 1) != 0;
      own.known_at_ms = view.time_ms + layout.inline_delay_ms();
      view.own_label = &own;
    }
    labels.clear();
    if (leaf.labels != nullptr) {
      for (const LeafLabels::Entry& entry : leaf.labels->entries) {
        if (entry.sequence == view.sequence) labels.push_back({entry.fraud, entry.known_at_ms});
      }
    }
    view.topic_labels = labels;
    visitor(view);
  }
}

// The first part of a leaf or node: its head, and most or all of its times.
void prefetch(const void* at) {
  constexpr std::size_t kCacheLine = 64;
  constexpr std::size_t kBytes = 8 * kCacheLine;
  for (std::size_t i = 0; i < kBytes; i += kCacheLine) __builtin_prefetch(static_cast<const char*>(at) + i);
}

}  // namespace

EntityHistory::EntityHistory(std::shared_ptr<const Layout> layout) { trunk_.layout = std::move(layout); }

EntityHistory::~EntityHistory() {
  if (trunk_.root != nullptr) Tree(trunk_).clear();
}

EntityHistory::EntityHistory(EntityHistory&& other) noexcept : trunk_(std::move(other.trunk_)) {
  other.trunk_ = Trunk{};
}

void EntityHistory::append(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence,
                           const LabelEntry* label) {
  const Layout& layout = *trunk_.layout;
  NewRow row;
  row.slots = slots;
  row.time_ms = time_ms;
  row.sequence = sequence;
  // A label with another delay than the schema's (it was written under another policy) is kept as if from the topic.
  const bool own =
      label != nullptr && layout.has_inline_label() && label->known_at_ms == time_ms + layout.inline_delay_ms();
  if (own) row.inline_label = label->fraud ? LabelState::kFraud : LabelState::kHonest;
  Tree tree(trunk_);
  tree.insert(row);
  if (label != nullptr && !own) tree.add_label(time_ms, sequence, *label);
}

bool EntityHistory::label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry) {
  return Tree(trunk_).add_label(time_ms, sequence, entry);
}

void EntityHistory::evict(std::int64_t cutoff_ms) { Tree(trunk_).evict(cutoff_ms); }

void EntityHistory::set_first_seen_ms(std::int64_t time_ms) {
  trunk_.first_seen_ms = std::min(trunk_.first_seen_ms, time_ms);
}

std::int64_t EntityHistory::newest_ms() const {
  if (trunk_.root == nullptr) return INT64_MIN;
  const void* at = trunk_.root;
  for (auto level = trunk_.height; level > 0; --level) {
    const auto& node = *static_cast<const Node*>(at);
    const std::uint32_t last = node.children - 1U;
    at = level == 1 ? static_cast<const void*>(node.leaf_child(last)) : node.node_child(last);
  }
  const auto& leaf = *static_cast<const Leaf*>(at);
  return leaf.rows == 0 ? INT64_MIN : leaf.times()[leaf.rows - 1];
}

void EntityHistory::prefetch_root() const {
  if (trunk_.root != nullptr) prefetch(trunk_.root);
}

void EntityHistory::prefetch_rows(std::int64_t time_ms) const {
  if (trunk_.height == 0) return;  // the root is all there is
  const void* at = trunk_.root;
  for (auto level = trunk_.height; level > 0; --level) {
    const auto& node = *static_cast<const Node*>(at);
    const auto child = node.child_for(time_ms);
    at = level == 1 ? static_cast<const void*>(node.leaf_child(child)) : node.node_child(child);
  }
  prefetch(at);
}

std::size_t EntityHistory::memory_bytes() const {
  constexpr std::size_t kAllocationOverhead = 16;
  std::size_t bytes = sizeof(EntityHistory) + trunk_.tree_bytes;
  if (trunk_.root != nullptr) bytes += kAllocationOverhead * (1 + trunk_.rows / 64 + trunk_.nodes);
  if (trunk_.pending) bytes += trunk_.pending->heap.capacity() * sizeof(PendingLabels::Reminder);
  if (!trunk_.dictionaries) return bytes;
  // The sets of nodes: as large as the dictionary makes them at most, or as rows can make them.
  std::size_t set_bytes = 0;
  for (const auto& entry : trunk_.dictionaries->by_index) {
    bytes += sizeof(*entry) + entry->dictionary.memory_bytes();
    set_bytes += std::min<std::size_t>(entry->dictionary.size(), trunk_.layout->dense_ids()) / 8;
    if (entry->registers) set_bytes += sizeof(Registers);
  }
  return bytes + set_bytes * trunk_.nodes;
}

void EntityHistory::visit(const std::function<void(const RowView&)>& visitor) const {
  if (trunk_.root == nullptr) return;
  const Layout& layout = *trunk_.layout;
  std::vector<Value> slots(layout.schema().slot_count());
  std::vector<LabelEntry> labels;
  if (trunk_.height == 0) {
    visit_leaf(layout, *static_cast<const Leaf*>(trunk_.root), slots, labels, visitor);
    return;
  }
  const std::function<void(const Node&)> descend = [&](const Node& node) {
    for (std::uint32_t child = 0; child < node.children; ++child) {
      if (node.level == 1) {
        visit_leaf(layout, *node.leaf_child(child), slots, labels, visitor);
      } else {
        descend(*node.node_child(child));
      }
    }
  };
  descend(*static_cast<const Node*>(trunk_.root));
}

}  // namespace weir::history
