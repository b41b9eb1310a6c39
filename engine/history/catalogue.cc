#include "engine/history/catalogue.h"

#include <utility>

namespace weir::history {

std::uint32_t Catalogue::number(CatalogueKind kind, std::string_view name) {
  Names& names = kinds_[static_cast<std::size_t>(kind)];
  const auto [at, fresh] =
      names.by_name.try_emplace(std::string(name), static_cast<std::uint32_t>(names.by_number.size()));
  if (fresh) {
    names.by_number.emplace_back(name);
    new_entries_.push_back({kind, at->second, std::string(name)});
  }
  return at->second;
}

std::string_view Catalogue::name(CatalogueKind kind, std::uint32_t number) const {
  const Names& names = kinds_[static_cast<std::size_t>(kind)];
  return number < names.by_number.size() ? std::string_view(names.by_number[number]) : std::string_view();
}

std::vector<Catalogue::Entry> Catalogue::take_new_entries() { return std::exchange(new_entries_, {}); }

Status Catalogue::restore(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    const auto kind = static_cast<std::size_t>(entry.kind);
    if (kind >= std::size(kinds_)) return Error{"the catalogue holds an entry of an unknown kind"};
    Names& names = kinds_[kind];
    if (entry.number != names.by_number.size() || !names.by_name.try_emplace(entry.name, entry.number).second) {
      return Error{"the catalogue's entry `" + entry.name + "` is out of order or stands twice"};
    }
    names.by_number.push_back(entry.name);
  }
  return {};
}

}  // namespace weir::history
