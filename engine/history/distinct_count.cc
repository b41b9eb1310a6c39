#include "engine/history/distinct_count.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"
#include "engine/history/node.h"

namespace weir::history {

void IdSet::insert(std::uint32_t id) {
  if (2 * (used_.size() + 1) > table_.size()) {
    std::vector<std::uint32_t> ids;
    for (const std::uint32_t slot : used_) ids.push_back(table_[slot] - 1);
    table_.assign(std::max<std::size_t>(64, 2 * table_.size()), 0);
    used_.clear();
    for (const std::uint32_t each : ids) insert(each);
  }
  const auto mask = static_cast<std::uint32_t>(table_.size() - 1);
  std::uint32_t slot = id * 0x9E3779B1U & mask;
  for (; table_[slot] != 0; slot = (slot + 1) & mask) {
    if (table_[slot] == id + 1) return;
  }
  table_[slot] = id + 1;
  used_.push_back(slot);
}

void IdSet::clear() {
  for (const std::uint32_t slot : used_) table_[slot] = 0;
  used_.clear();
}

void DistinctCount::clear() {
  sets_.clear();
  leaves_.clear();
}

void DistinctCount::add_rows(const Leaf& leaf, std::uint64_t rows) {
  if (rows != 0) leaves_.push_back({&leaf, rows});
}

void DistinctCount::add_set(const Union& set, const DistinctContext& context, Node& node, std::uint32_t from,
                            std::uint32_t to) {
  sets_.push_back({&set, context.track, &node, from, to});
}

// Adds rare numbers below the children [from, to) to rare_ until there are more than `most`; false if there are.
bool DistinctCount::insert_rare(const Layout& layout, const DictionaryColumn& column, std::uint32_t track,
                                const Node& node, std::uint32_t from, std::uint32_t to, std::uint64_t most) {
  const std::uint32_t distinct = layout.tracks()[track].distinct;
  for (std::uint32_t child = from; child < to; ++child) {
    if (node.level == 1) {
      const Leaf& leaf = *node.leaf_child(child);
      each_value(layout, leaf, column, track_rows(layout, leaf, layout.tracks()[track]),
                 [&](std::uint32_t id, std::uint16_t) {
                   if (id >= layout.dense_ids()) rare_.insert(id);
                 });
    } else {
      const Node& below = *node.node_child(child);
      const DistinctNode& set = below.distinct[distinct];
      if (!set.own.rare) continue;
      if (below.level > 1 && set.own_valid && !set.own.overflow) {
        for (const std::uint32_t id : set.rare_ids) rare_.insert(id);
      } else if (!insert_rare(layout, column, track, below, 0, below.children, most)) {
        return false;
      }
    }
    if (rare_.size() > most) return false;
  }
  return true;
}

// False if there are more than `exact_up_to` different values.
bool DistinctCount::exact(const Layout& layout, const DictionaryColumn& column, std::uint32_t exact_up_to,
                          std::uint32_t also_id, bool also_new, std::uint64_t& count) {
  bool rare = false;
  for (const SetPiece& piece : sets_) {
    if (piece.set->overflow) return false;
    rare = rare || piece.set->rare;
  }
  const std::uint32_t dense_ids = layout.dense_ids();
  const std::size_t most_words = (dense_ids + 63) / 64;
  dense_.assign(most_words, 0);
  rare_.clear();
  for (const SetPiece& piece : sets_) {
    const std::uint64_t* const dense = piece.set->dense.data();
    const std::size_t size = std::min(piece.set->dense.size(), most_words);
    for (std::size_t i = 0; i < size; ++i) dense_[i] |= dense[i];
  }
  const auto see = [&](std::uint32_t id) {
    if (id < dense_ids) {
      dense_[id / 64] |= 1ULL << id % 64;
    } else {
      rare_.insert(id);
    }
  };
  for (const LeafPiece& piece : leaves_) {
    each_value(layout, *piece.leaf, column, piece.rows, [&](std::uint32_t id, std::uint16_t) { see(id); });
  }
  if (also_id != Dictionary::kAbsent) see(also_id);
  count = also_new ? 1 : 0;
  for (const std::uint64_t word : dense_) count += static_cast<std::uint64_t>(std::popcount(word));
  if (count + rare_.size() > exact_up_to) return false;
  if (rare) {
    const std::uint64_t most = exact_up_to - count;
    for (const SetPiece& piece : sets_) {
      if (!piece.set->rare) continue;
      if (!insert_rare(layout, column, piece.track, *piece.node, piece.from, piece.to, most)) return false;
    }
  }
  count += rare_.size();
  return true;
}

DistinctResult DistinctCount::count(const Layout& layout, const DictionaryColumn& column, const Dictionary& dictionary,
                                    std::uint32_t exact_up_to, const Value& also) {
  WEIR_CHECK(exact_up_to >= column.exact_least && exact_up_to <= column.exact_most,
             "a distinct count is exact up to what its layout provides for");
  DistinctResult result;
  std::uint32_t also_id = Dictionary::kAbsent;
  std::uint16_t also_code = 0;
  if (!also.is_absent()) {
    const DistinctKey key(also);
    also_id = dictionary.find(key);
    also_code = sketch_code(key.hash);
  }
  const bool also_new = !also.is_absent() && also_id == Dictionary::kAbsent;
  if (exact(layout, column, exact_up_to, also_id, also_new, result.count)) return result;
  registers_.fill(0);
  for (const SetPiece& piece : sets_) {
    if (piece.set->registers) merge(registers_, *piece.set->registers);
  }
  for (const LeafPiece& piece : leaves_) {
    each_value(layout, *piece.leaf, column, piece.rows,
               [this](std::uint32_t, std::uint16_t code) { raise(registers_, code); });
  }
  if (!also.is_absent()) raise(registers_, also_code);
  result.approximate = true;
  // There are more values than that, whatever the sketch makes of them.
  result.count = std::max<std::uint64_t>(estimate(registers_), std::uint64_t{exact_up_to} + 1);
  return result;
}

DistinctResult DistinctCount::count_plain(const Layout& layout, const Leaf& leaf, const Column& column,
                                          std::uint64_t rows, std::uint32_t exact_up_to, const Value& also) {
  // At most 65 keys in 256 places.
  std::uint8_t table[256] = {};
  keys_.clear();
  const auto insert = [&](const DistinctKey& key) {
    std::uint32_t slot = key.hash & 255;
    for (; table[slot] != 0; slot = (slot + 1) & 255) {
      if (keys_[table[slot] - 1U] == key) return;
    }
    keys_.push_back(key);
    table[slot] = static_cast<std::uint8_t>(keys_.size());
  };
  for (; rows != 0; rows &= rows - 1) {
    insert(DistinctKey(leaf.value(layout, column, static_cast<std::uint32_t>(std::countr_zero(rows)))));
  }
  if (!also.is_absent()) insert(DistinctKey(also));
  DistinctResult result;
  result.count = keys_.size();
  if (result.count <= exact_up_to) return result;
  registers_.fill(0);
  for (const DistinctKey& key : keys_) raise(registers_, sketch_code(key.hash));
  result.approximate = true;
  result.count = std::max<std::uint64_t>(estimate(registers_), std::uint64_t{exact_up_to} + 1);
  return result;
}

}  // namespace weir::history
