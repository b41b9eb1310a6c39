#include "engine/shard/list_store.h"

#include <utility>

#include "engine/base/varint.h"

namespace weir::shard {
namespace {

std::string entry_bytes(const book::ListEntry& entry) {
  std::string out;
  append_sized(out, entry.reason);
  append_sized(out, entry.author);
  append_zigzag(out, entry.expires_ms);
  append_varint(out, entry.rules.size());
  for (const auto& rule : entry.rules) append_sized(out, rule);
  return out;
}

Result<book::ListEntry> read_entry_bytes(std::string_view bytes) {
  VarintReader in(bytes);
  book::ListEntry entry;
  entry.reason = in.sized();
  entry.author = in.sized();
  entry.expires_ms = in.zigzag();
  for (auto count = in.varint(); count > 0 && in.ok(); --count) entry.rules.emplace_back(in.sized());
  if (!in.ok() || !in.at_end()) return Error{"state store: damaged entry of a list"};
  return entry;
}

}  // namespace

Result<std::unique_ptr<ListStore>> ListStore::create(const state::Store* store) {
  auto made = std::make_unique<ListStore>();
  if (store == nullptr) return made;
  auto stored = store->read_lists();
  if (!stored) return stored.error();
  for (const auto& [list, value, bytes] : *stored) {
    auto entry = read_entry_bytes(bytes);
    if (!entry) return entry.error();
    made->kept_[list].entries.emplace(value, *std::move(entry));
  }
  for (auto& [name, kept] : made->kept_) kept.list.assign(kept.entries);
  return made;
}

const book::ListEntries& ListStore::entries(std::string_view list) const {
  static const book::ListEntries kNone;
  const auto found = kept_.find(list);
  return found == kept_.end() ? kNone : found->second.entries;
}

void ListStore::apply(const std::string& list, const book::ListDelta& delta) {
  auto& kept = kept_[list];
  book::apply(delta, kept.entries);
  kept.list.apply(delta);
  unwritten_.push_back({list, delta});
}

void ListStore::cut(state::Batch& batch) {
  for (const auto& [list, delta] : unwritten_) {
    for (const auto& value : delta.removed) batch.remove_list_entry(list, value);
    for (const auto& [value, entry] : delta.put) batch.put_list_entry(list, value, entry_bytes(entry));
  }
  unwritten_.clear();
}

}  // namespace weir::shard
