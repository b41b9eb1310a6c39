// Named lists of values (merchants, cards, countries ...) that rules ask with `in lists.NAME`, and whose entries people
// add and take out while the engine runs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/lookup.h"

namespace weir::book {

enum class ListKind : std::uint8_t {
  kAllow,  // its entries take rules out for the events that they match; never screening
  kBlock,
  kWatch,
};
std::string_view list_kind_name(ListKind kind);  // "allow"

// What a list is: a part of the policy, unlike its entries.
struct ListDefinition {
  std::string name;  // rules call it lists.NAME
  ListKind kind = ListKind::kWatch;
  std::string description;
  std::uint32_t slot = 0;               // the field that its values are of: string, enum or int64
  std::vector<std::string> suppresses;  // kAllow: ids of the rules that an entry takes out, unless it names its own
};

// The value is a field's text: a token if the field is personal, an int64 in decimal.
struct ListEntry {
  std::string reason;
  std::string author;
  std::int64_t expires_ms = INT64_MAX;  // event time from which on it does not count
  std::vector<std::string> rules;       // kAllow: the rules that it takes out, instead of the list's

  bool operator==(const ListEntry&) const = default;
};

using ListEntries = std::map<std::string, ListEntry, std::less<>>;  // by value

// From one set of entries to another.
struct ListDelta {
  std::vector<std::pair<std::string, ListEntry>> put;  // new or changed ones
  std::vector<std::string> removed;

  bool empty() const { return put.empty() && removed.empty(); }
  std::size_t size() const { return put.size() + removed.size(); }
};
ListDelta difference(const ListEntries& from, const ListEntries& to);
void apply(const ListDelta& delta, ListEntries& entries);

// One list for the rules: entries, looked up by value as of an event's time.
class List final : public cel::Lookup {
 public:
  List();
  ~List() override;
  List(List&&) noexcept;
  List& operator=(List&&) noexcept;

  void assign(const ListEntries& entries);
  void apply(const ListDelta& delta);
  // From now on look-ups are as of this time.
  void set_time(std::int64_t event_ms) { event_ms_ = event_ms; }

  bool contains(const Value& element) const override { return find(element) != nullptr; }
  // The entry that counts at the time that was set, or nullptr.
  const ListEntry* find(const Value& value) const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
  std::int64_t event_ms_ = 0;
};

}  // namespace weir::book
