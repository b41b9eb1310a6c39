#include "engine/history/distinct.h"

#include <algorithm>
#include <bit>

#include "engine/history/leaf_scan.h"
#include "engine/history/node.h"

namespace weir::history {
namespace {

const DictionaryColumn& dictionary_of(const DistinctContext& context) {
  const Column& column = context.layout.columns()[context.layout.tracks()[context.track].column];
  return context.layout.dictionaries()[column.dictionary];
}

void add_leaf(const DistinctContext& context, const Leaf& leaf, Union& set) {
  const Track& track = context.layout.tracks()[context.track];
  const std::uint32_t dense_ids = context.layout.dense_ids();
  each_value(context.layout, leaf, dictionary_of(context), track_rows(context.layout, leaf, track),
             [&](std::uint32_t id, std::uint16_t code) { set.add(id, code, dense_ids, context.with_registers); });
}

void add_group(const DistinctContext& context, Node& node, std::uint32_t group, Union& set) {
  const std::uint32_t size = group_size(node.level);
  const std::uint32_t end = std::min<std::uint32_t>(node.children, (group + 1) * size);
  for (std::uint32_t child = group * size; child < end; ++child) {
    if (node.level == 1) {
      add_leaf(context, *node.leaf_child(child), set);
    } else {
      Node& below = *node.node_child(child);
      if (!below.distinct[context.distinct].own_valid) rebuild_own(context, below);
      set.merge(below.distinct[context.distinct].own);
    }
  }
}

std::uint32_t group_count(const Node& node) {
  const std::uint32_t size = group_size(node.level);
  return (node.children + size - 1) / size;
}

Union copy_of(const Union& set) {
  Union copy;
  copy.dense = set.dense;
  if (set.registers) copy.registers = std::make_unique<Registers>(*set.registers);
  copy.rare = set.rare;
  copy.overflow = set.overflow;
  return copy;
}

void add_rare(const DistinctContext& context, DistinctNode& set, std::uint32_t id) {
  const auto at = std::lower_bound(set.rare_ids.begin(), set.rare_ids.end(), id);
  if (at != set.rare_ids.end() && *at == id) return;
  set.rare_ids.insert(at, id);
  if (set.rare_ids.size() > dictionary_of(context).exact_most) {
    set.own.overflow = true;
    set.rare_ids = {};
  }
}

}  // namespace

bool Union::add(std::uint32_t id, std::uint16_t code, std::uint32_t dense_ids, bool with_registers) {
  bool changed = false;
  if (id < dense_ids) {
    const std::uint32_t word = id / 64;
    if (word >= dense.size()) dense.resize(std::max<std::size_t>(2 * dense.size(), word + 1));
    const std::uint64_t bit = 1ULL << id % 64;
    changed = (dense[word] & bit) == 0;
    dense[word] |= bit;
  } else {
    changed = !rare;
    rare = true;
  }
  if (with_registers) {
    if (!registers) registers = std::make_unique<Registers>();
    changed = raise(*registers, code) || changed;
  }
  return changed;
}

void Union::merge(const Union& other) {
  if (dense.size() < other.dense.size()) dense.resize(other.dense.size());
  for (std::size_t i = 0; i < other.dense.size(); ++i) dense[i] |= other.dense[i];
  if (other.registers) {
    if (!registers) registers = std::make_unique<Registers>();
    history::merge(*registers, *other.registers);
  }
  rare = rare || other.rare;
  overflow = overflow || other.overflow;
}

bool add_value(const DistinctContext& context, Node& node, std::uint32_t child, std::uint32_t id, std::uint16_t code) {
  DistinctNode& set = node.distinct[context.distinct];
  const std::uint32_t dense_ids = context.layout.dense_ids();
  const bool changed = set.own.add(id, code, dense_ids, context.with_registers);
  const bool is_rare = id >= dense_ids;
  if (is_rare && node.level > 1 && !set.own.overflow) add_rare(context, set, id);
  const std::uint32_t group = child / group_size(node.level);
  const bool overflow = node.level > 1 && node.node_child(child)->distinct[context.distinct].own.overflow;
  // Each further prefix or suffix contains the one before: the first that does not change ends it.
  if (set.prefix_valid) {
    for (std::uint32_t g = group; g < set.prefix.size(); ++g) {
      if (!set.prefix[g].add(id, code, dense_ids, context.with_registers)) break;
    }
    for (std::uint32_t g = group; overflow && g < set.prefix.size() && !set.prefix[g].overflow; ++g) {
      set.prefix[g].overflow = true;
    }
  }
  if (set.suffix_valid) {
    for (std::uint32_t g = group; g > 0; --g) {
      if (!set.suffix[g].add(id, code, dense_ids, context.with_registers)) break;
    }
    for (std::uint32_t g = group; overflow && g > 0 && !set.suffix[g].overflow; --g) set.suffix[g].overflow = true;
  }
  return changed || is_rare || !set.own_valid;
}

void rebuild_own(const DistinctContext& context, Node& node) {
  DistinctNode& set = node.distinct[context.distinct];
  set.own = {};
  set.rare_ids = {};
  for (std::uint32_t group = 0; group < group_count(node); ++group) add_group(context, node, group, set.own);
  set.own_valid = true;
  if (node.level == 1 || !set.own.rare || set.own.overflow) return;
  std::vector<std::uint32_t> ids;
  collect_rare(context, node, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.size() > dictionary_of(context).exact_most) {
    set.own.overflow = true;
  } else {
    set.rare_ids = std::move(ids);
  }
}

void ensure_prefix(const DistinctContext& context, Node& node) {
  DistinctNode& set = node.distinct[context.distinct];
  if (set.prefix_valid) return;
  set.prefix.clear();
  for (std::uint32_t group = 0; group < group_count(node); ++group) {
    set.prefix.push_back(group == 0 ? Union{} : copy_of(set.prefix.back()));
    add_group(context, node, group, set.prefix.back());
  }
  set.prefix_valid = true;
}

void ensure_suffix(const DistinctContext& context, Node& node) {
  DistinctNode& set = node.distinct[context.distinct];
  if (set.suffix_valid) return;
  const std::uint32_t groups = group_count(node);
  set.suffix.clear();
  set.suffix.resize(groups);
  for (std::uint32_t group = groups; group-- > 1;) {
    if (group + 1 < groups) set.suffix[group] = copy_of(set.suffix[group + 1]);
    add_group(context, node, group, set.suffix[group]);
  }
  set.suffix_valid = true;
}

void child_appended(Node& node, std::uint32_t distinct) {
  DistinctNode& set = node.distinct[distinct];
  const std::uint32_t groups = group_count(node);
  if (set.prefix_valid && set.prefix.size() < groups) {
    set.prefix.push_back(set.prefix.empty() ? Union{} : copy_of(set.prefix.back()));
  }
  if (set.suffix_valid && set.suffix.size() < groups) set.suffix.emplace_back();
}

void children_changed(Node& node, std::uint32_t distinct) {
  node.distinct[distinct].prefix_valid = false;
  node.distinct[distinct].suffix_valid = false;
}

void first_child_removed(Node& node, std::uint32_t distinct) {
  DistinctNode& set = node.distinct[distinct];
  set.own_valid = false;
  set.prefix_valid = false;
  if (group_size(node.level) == 1 && set.suffix_valid) {
    set.suffix.erase(set.suffix.begin());
  } else {
    set.suffix_valid = false;
  }
}

void collect_rare(const DistinctContext& context, Node& node, std::vector<std::uint32_t>& ids) {
  const Track& track = context.layout.tracks()[context.track];
  const std::uint32_t dense_ids = context.layout.dense_ids();
  for (std::uint32_t child = 0; child < node.children; ++child) {
    if (node.level == 1) {
      const Leaf& leaf = *node.leaf_child(child);
      each_value(context.layout, leaf, dictionary_of(context), track_rows(context.layout, leaf, track),
                 [&](std::uint32_t id, std::uint16_t) {
                   if (id >= dense_ids) ids.push_back(id);
                 });
      continue;
    }
    Node& below = *node.node_child(child);
    const DistinctNode& set = below.distinct[context.distinct];
    if (below.level > 1 && set.own_valid && !set.own.overflow) {
      ids.insert(ids.end(), set.rare_ids.begin(), set.rare_ids.end());
    } else {
      collect_rare(context, below, ids);
    }
  }
}

}  // namespace weir::history
