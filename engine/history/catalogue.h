// Permanent numbers for names: columns, enum values, entities, rules, policies. Append-only: a number is never given to
// another name. Numbers are given in the order of first registration, so they depend on the sequence of policies alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"

namespace weir::history {

enum class CatalogueKind : std::uint8_t { kColumn, kEnumValue, kEntity, kRule, kPolicy, kEventType, kModel, kReason };

class Catalogue {
 public:
  // The number of `name`, given now if it has none.
  std::uint32_t number(CatalogueKind kind, std::string_view name);
  // Empty if there is no such number.
  std::string_view name(CatalogueKind kind, std::uint32_t number) const;

  // Entries registered since the last call, for the state store to write; and their way back.
  struct Entry {
    CatalogueKind kind;
    std::uint32_t number;
    std::string name;
  };
  std::vector<Entry> take_new_entries();
  Status restore(const std::vector<Entry>& entries);

 private:
  struct Names {
    std::vector<std::string> by_number;
    std::unordered_map<std::string, std::uint32_t> by_name;
  };
  Names kinds_[8];
  std::vector<Entry> new_entries_;
};

}  // namespace weir::history
