// An inner node of a history's tree: per child its key, its number of rows and its summaries, each as an array over the
// children. Internal to engine/history.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/history/block.h"
#include "engine/history/distinct.h"
#include "engine/history/leaf.h"

namespace weir::history {

struct Node {
  // A block for one currency of a track that is kept by currency.
  struct CurrencyBlock {
    std::uint32_t track = 0;
    std::uint16_t currency = 0;
    std::vector<std::uint64_t> words;
  };

  std::uint8_t level = 1;  // 1: the children are leaves
  std::uint8_t children = 0;
  std::uint8_t capacity = 0;
  std::vector<CurrencyBlock> currencies;
  std::unique_ptr<DistinctNode[]> distinct;  // one per Layout::distinct_tracks

  static Node* make(const Layout& layout, std::uint8_t level, std::uint32_t capacity);
  // Destroys the node alone, not its children.
  static void destroy(Node* node);

  std::uint64_t* words() { return reinterpret_cast<std::uint64_t*>(this + 1); }
  const std::uint64_t* words() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }

  // Key of a child: time and sequence at or before those of its first row, and after those of the rows before it.
  std::int64_t* times() { return reinterpret_cast<std::int64_t*>(words()); }
  const std::int64_t* times() const { return reinterpret_cast<const std::int64_t*>(words()); }
  std::uint64_t* sequences() { return words() + capacity; }
  const std::uint64_t* sequences() const { return words() + capacity; }
  std::uint64_t* row_counts() { return words() + 3 * std::size_t{capacity}; }
  const std::uint64_t* row_counts() const { return words() + 3 * std::size_t{capacity}; }
  // The greatest known_at of the topic's labels that are applied below a child; INT64_MIN if there is none.
  std::int64_t* known_at() { return reinterpret_cast<std::int64_t*>(words() + 4 * std::size_t{capacity}); }
  const std::int64_t* known_at() const {
    return reinterpret_cast<const std::int64_t*>(words() + 4 * std::size_t{capacity});
  }

  Node* node_child(std::uint32_t child) const { return reinterpret_cast<Node*>(words()[2 * capacity + child]); }
  Leaf* leaf_child(std::uint32_t child) const { return reinterpret_cast<Leaf*>(words()[2 * capacity + child]); }
  void set_child(std::uint32_t child, void* pointer) {
    words()[2 * capacity + child] = reinterpret_cast<std::uintptr_t>(pointer);
  }

  Block block(const Track& track) { return {words() + std::size_t{track.word} * capacity, capacity, track.fixed}; }
  // The block of a currency; nullptr if no row below the node has it.
  CurrencyBlock* find_currency(std::uint32_t track, std::uint16_t currency);
  CurrencyBlock& add_currency(const Layout& layout, std::uint32_t track, std::uint16_t currency);
  Block block(const Track& track, CurrencyBlock& currency) {
    return {currency.words.data(), capacity, track.per_currency};
  }

  // The child in which a row of this time belongs: the last whose key is at or before it, or the first.
  std::uint32_t child_for(std::int64_t time_ms) const;
  std::uint32_t child_for(std::int64_t time_ms, std::uint64_t sequence) const;

  // Makes an empty entry at index `child`; the node has room.
  void open_child(const Layout& layout, std::uint32_t child);
  void remove_first_child(const Layout& layout);
  // Appends the entries [from, children) to `target` and forgets them.
  void move_children(const Layout& layout, std::uint32_t from, Node& target);
};

// The same node with room for `capacity` children; `node` is gone.
Node* enlarge_node(const Layout& layout, Node* node, std::uint32_t capacity);

}  // namespace weir::history
