#include "engine/history/distinct_count.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "engine/base/check.h"
#include "engine/history/leaf_scan.h"
#include "engine/history/node.h"

namespace weir::history {
namespace {

// Without the instruction, which not every x86-64 has, the compiler's own is a call into a library.
std::uint64_t bits_set(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return word * 0x0101010101010101 >> 56;
}

}  // namespace

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
bool DistinctCount::exact(const Layout& layout, const DictionaryColumn& column, const Dictionary& dictionary,
                          std::uint32_t exact_up_to, const DistinctKey* also, std::uint64_t& count) {
  bool rare = false;
  std::size_t words = 1;
  for (const SetPiece& piece : sets_) {
    if (piece.set->overflow) return false;
    rare = rare || piece.set->rare;
    words = std::max(words, piece.set->dense.size());
  }
  const std::uint32_t dense_ids = layout.dense_ids();
  dense_.assign(words, 0);
  rare_.clear();
  for (const SetPiece& piece : sets_) {
    const std::vector<std::uint64_t>& dense = piece.set->dense;
    for (std::size_t i = 0; i < dense.size(); ++i) dense_[i] |= dense[i];
  }
  const auto see = [&](std::uint32_t id) {
    if (id >= dense_ids) {
      rare_.insert(id);
      return;
    }
    if (id / 64 >= dense_.size()) dense_.resize(id / 64 + 1);
    dense_[id / 64] |= 1ULL << id % 64;
  };
  for (const LeafPiece& piece : leaves_) {
    each_value(layout, *piece.leaf, column, piece.rows, [&](std::uint32_t id, std::uint16_t) { see(id); });
  }
  count = 0;
  if (also != nullptr) {
    const std::uint32_t id = dictionary.find(*also);
    if (id == Dictionary::kAbsent) {
      count = 1;
    } else {
      see(id);
    }
  }
  for (const std::uint64_t word : dense_) count += bits_set(word);
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
                                    std::uint32_t exact_up_to, const Value& also, std::uint64_t kin) {
  WEIR_CHECK(exact_up_to >= column.exact_least && exact_up_to <= column.exact_most,
             "a distinct count is exact up to what its layout provides for");
  DistinctResult result;
  std::optional<DistinctKey> key;
  if (!also.is_absent()) {
    key.emplace(also);
    dictionary.prefetch_slot(key->hash);  // the event is likely to be appended next
  }
  if (exact(layout, column, dictionary, exact_up_to, key ? &*key : nullptr, result.count)) return result;
  registers_.fill(0);
  for (const SetPiece& piece : sets_) {
    if (piece.set->registers) merge(registers_, *piece.set->registers);
  }
  for (const LeafPiece& piece : leaves_) {
    each_value(layout, *piece.leaf, column, piece.rows,
               [this](std::uint32_t, std::uint16_t code) { raise(registers_, code); });
  }
  if (key) {
    raise(registers_, sketch_code(key->hash));
    dictionary.prefetch_entry(key->hash);
  }
  result.approximate = true;
  // There are more values than that, whatever the sketch makes of them.
  result.count = std::max<std::uint64_t>(estimated(kin), std::uint64_t{exact_up_to} + 1);
  return result;
}

std::uint64_t DistinctCount::estimated(std::uint64_t kin) {
  Estimate& last = estimates_[(kin * 0x9E3779B97F4A7C15) >> 60];
  if (last.registers != registers_) {
    last.registers = registers_;
    last.count = estimate(registers_);
  }
  return last.count;
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
