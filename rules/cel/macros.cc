#include "rules/cel/macros.h"

#include <array>

namespace weir::cel {
namespace {

struct Entry {
  Macro macro;
  std::string_view name;
  std::size_t arguments;
  std::string_view usage;
};

constexpr std::array<Entry, 6> kMacros{{
    {Macro::kAll, "all", 2, "all(x, condition)"},
    {Macro::kExists, "exists", 2, "exists(x, condition)"},
    {Macro::kExistsOne, "exists_one", 2, "exists_one(x, condition)"},
    {Macro::kMap, "map", 2, "map(x, value) or map(x, condition, value)"},
    {Macro::kMap, "map", 3, "map(x, value) or map(x, condition, value)"},
    {Macro::kFilter, "filter", 2, "filter(x, condition)"},
}};

}  // namespace

std::optional<Macro> find_macro(std::string_view name, std::size_t arguments) {
  for (const auto& entry : kMacros) {
    if (entry.name == name && entry.arguments == arguments) return entry.macro;
  }
  return std::nullopt;
}

std::string_view macro_name(Macro macro) {
  for (const auto& entry : kMacros) {
    if (entry.macro == macro) return entry.name;
  }
  return {};
}

std::string_view macro_usage(std::string_view name) {
  for (const auto& entry : kMacros) {
    if (entry.name == name) return entry.usage;
  }
  return {};
}

}  // namespace weir::cel
