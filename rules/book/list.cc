#include "rules/book/list.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <functional>
#include <utility>

namespace weir::book {
namespace {

// Looking up takes no string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>()(text); }
};

}  // namespace

std::string_view list_kind_name(ListKind kind) {
  switch (kind) {
    case ListKind::kAllow:
      return "allow";
    case ListKind::kBlock:
      return "block";
    case ListKind::kWatch:
      return "watch";
  }
  return {};
}

ListDelta difference(const ListEntries& from, const ListEntries& to) {
  ListDelta delta;
  for (const auto& [value, entry] : to) {
    const auto known = from.find(value);
    if (known == from.end() || known->second != entry) delta.put.emplace_back(value, entry);
  }
  for (const auto& [value, entry] : from) {
    if (!to.contains(value)) delta.removed.push_back(value);
  }
  return delta;
}

void apply(const ListDelta& delta, ListEntries& entries) {
  for (const auto& value : delta.removed) entries.erase(value);
  for (const auto& [value, entry] : delta.put) entries.insert_or_assign(value, entry);
}

struct List::Table {
  boost::unordered_flat_map<std::string, ListEntry, TextHash, std::equal_to<>> entries;
};

List::List() : table_(std::make_unique<Table>()) {}
List::~List() = default;
List::List(List&&) noexcept = default;
List& List::operator=(List&&) noexcept = default;

void List::assign(const ListEntries& entries) {
  table_->entries.clear();
  table_->entries.reserve(entries.size());
  for (const auto& [value, entry] : entries) table_->entries.emplace(value, entry);
}

void List::apply(const ListDelta& delta) {
  for (const auto& value : delta.removed) table_->entries.erase(value);
  for (const auto& [value, entry] : delta.put) table_->entries.insert_or_assign(value, entry);
}

const ListEntry* List::find(const Value& value) const {
  char digits[24];
  std::string_view text;
  if (value.is(ValueKind::kString)) {
    text = value.as_string();
  } else if (value.is(ValueKind::kInt64)) {
    text = {digits,
            static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, value.as_int64()).ptr - digits)};
  } else {
    return nullptr;
  }
  const auto found = table_->entries.find(text);
  if (found == table_->entries.end() || event_ms_ >= found->second.expires_ms) return nullptr;
  return &found->second;
}

}  // namespace weir::book
