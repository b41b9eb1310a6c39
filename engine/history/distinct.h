// Sets of values below the nodes of a history's tree. Internal to engine/history.
//
// A value's number in the dictionary is dense if it is below Layout::dense_ids, else rare. Dense ones are a bitmap.
// Rare ones are listed per node, up to as many as a count must be exact; beyond that the list overflows, and then so
// does every set that contains it. Registers for the estimate are kept once an estimate may be asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/history/sketch.h"

namespace weir::history {

class Layout;
struct Node;

// A set that can be merged: what is known of it without its rare values.
struct Union {
  std::vector<std::uint64_t> dense;
  std::unique_ptr<Registers> registers;  // nullptr: empty, or not kept
  bool rare = false;                     // it has rare values
  bool overflow = false;                 // it has more rare values than any count is exact for

  // Whether anything changed.
  bool add(std::uint32_t id, std::uint16_t code, std::uint32_t dense_ids, bool with_registers);
  void merge(const Union& other);
};

struct DistinctNode {
  Union own;                            // of all rows below the node
  bool own_valid = true;                // false once rows were evicted: own then is a superset
  std::vector<std::uint32_t> rare_ids;  // sorted; nodes above level 1, while own does not overflow

  // Unions of a node's groups of children, made when a window begins or ends inside the node: prefix[g] is groups 0 to
  // g, suffix[g] groups g to the last (suffix[0] is not kept up).
  bool prefix_valid = false;
  bool suffix_valid = false;
  std::vector<Union> prefix;
  std::vector<Union> suffix;
};

// Children per group of a prefix or suffix: leaves are small, and their rows are quickly gone through.
inline std::uint32_t group_size(std::uint32_t level) { return level == 1 ? 2 : 1; }

// What distinct counting needs to know of one track.
struct DistinctContext {
  const Layout& layout;
  std::uint32_t track = 0;     // index among Layout::tracks
  std::uint32_t distinct = 0;  // index among Layout::distinct_tracks
  bool with_registers = false;
};

// Adds a value to the sets of `node` after it was added to child `child`. False if neither this set nor that of a node
// above can change.
bool add_value(const DistinctContext& context, Node& node, std::uint32_t child, std::uint32_t id, std::uint16_t code);

// Makes `own` anew from the rows or the children's sets.
void rebuild_own(const DistinctContext& context, Node& node);

// Makes the prefixes or suffixes if they are not valid. Prefixes need the first child's own set to be valid.
void ensure_prefix(const DistinctContext& context, Node& node);
void ensure_suffix(const DistinctContext& context, Node& node);

// The node's children changed: an empty one came last; one came or went elsewhere; the first went.
void child_appended(Node& node, std::uint32_t distinct);
void children_changed(Node& node, std::uint32_t distinct);
void first_child_removed(Node& node, std::uint32_t distinct);

// Appends the rare numbers below `node` to `ids`, unsorted and perhaps repeated.
void collect_rare(const DistinctContext& context, Node& node, std::vector<std::uint32_t>& ids);

}  // namespace weir::history
