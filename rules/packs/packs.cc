#include "rules/packs/packs.h"

namespace weir::packs {

const Pack* find(std::string_view name) {
  for (const auto& pack : shipped()) {
    if (pack.name == name) return &pack;
  }
  return nullptr;
}

}  // namespace weir::packs
