// The past of one entity: the events that it took part in, in event-time order, as columns in chunks, with a tree of
// summaries over them. Chunks are the truth; summaries are derived from them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "engine/base/value.h"

namespace weir::history {

class Layout;
struct ColumnDictionaries;
struct PendingLabels;

// A label as it came: it counts for a query at time t if known_at_ms <= t. Of several, the one with the greatest
// known_at_ms that counts is in force; of equal ones, the one that was given later.
struct LabelEntry {
  bool fraud = false;
  std::int64_t known_at_ms = 0;
};

// One row as EntityHistory::visit shows it.
struct RowView {
  std::span<const Value> slots;  // the schema's slots; label absent; values live until the history changes
  std::int64_t time_ms = 0;
  std::uint64_t sequence = 0;
  const LabelEntry* own_label = nullptr;     // the record's own, or nullptr
  std::span<const LabelEntry> topic_labels;  // in the order in which they were given
};

// State of a history; only engine/history looks inside.
struct Trunk {
  std::shared_ptr<const Layout> layout;
  void* root = nullptr;  // a leaf if height is 0, else a node of level `height`
  std::uint64_t rows = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t inserted = 0;       // rows that ever came, and how many of them
  std::uint64_t inserted_late = 0;  // did not come last: how full new leaves are filled depends on it
  std::int64_t first_seen_ms = INT64_MAX;
  std::int64_t watermark_ms = INT64_MIN;             // labels known by then are applied to bitmaps and summaries
  std::unique_ptr<PendingLabels> pending;            // labels known later
  std::unique_ptr<ColumnDictionaries> dictionaries;  // once there is an inner node
  std::size_t tree_bytes = 0;
  std::uint32_t nodes = 0;
  std::uint8_t height = 0;
};

// One thread at a time.
class EntityHistory {
 public:
  explicit EntityHistory(std::shared_ptr<const Layout> layout);
  ~EntityHistory();
  EntityHistory(EntityHistory&&) noexcept;
  EntityHistory& operator=(EntityHistory&&) = delete;

  // Adds one event: `slots` are the event's (schema slots first; outcome set; label slot ignored), copied. `sequence`
  // is its place in the total order: greater than that of every row before. A late event lands in its place by time;
  // events of the same time stand in sequence order. `label` is the record's own (Schema::inline_label), or nullptr.
  void append(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence, const LabelEntry* label);

  // Attaches a label to the row (time_ms, sequence); false if there is no such row (any more).
  bool label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry);

  // May drop rows whose time is at or before `cutoff_ms` (whole chunks). Queries that begin before it are no longer
  // exact: whoever evicts also passes the cutoff to FeatureSet::evaluate.
  void evict(std::int64_t cutoff_ms);

  // The smallest event time ever appended, also of evicted rows; INT64_MAX if there was none.
  std::int64_t first_seen_ms() const { return trunk_.first_seen_ms; }
  // For a restored history whose first rows were not kept: first_seen_ms() is at most this.
  void set_first_seen_ms(std::int64_t time_ms);

  // The greatest event time among the rows held; INT64_MIN if there are none.
  std::int64_t newest_ms() const;

  std::uint64_t row_count() const { return trunk_.rows; }
  // About what the history takes from the heap, itself included; constant time.
  std::size_t memory_bytes() const;

  // Shows all rows in (time, sequence) order.
  void visit(const std::function<void(const RowView&)>& visitor) const;

  // Asks the CPU for what will be touched soon, without waiting for it: the root, and once that has arrived the rows
  // around a time.
  void prefetch_root() const;
  void prefetch_rows(std::int64_t time_ms) const;

  Trunk& trunk() { return trunk_; }
  const Trunk& trunk() const { return trunk_; }

 private:
  Trunk trunk_;
};

}  // namespace weir::history
