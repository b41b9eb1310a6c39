#include "rules/cel/macros.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::cel {
namespace {

constexpr std::string_view kMapUsage = "map(x, value) or map(x, condition, value)";
constexpr std::string_view kListUsage = "transformList(i, x, value) or transformList(i, x, condition, value)";
constexpr std::string_view kMapOfUsage = "transformMap(k, x, value) or transformMap(k, x, condition, value)";
constexpr std::string_view kEntryUsage = "transformMapEntry(k, x, {key: value})";

constexpr std::array<MacroForm, 19> kForms{{
    {Macro::kAll, "all", 2, 1, "all(x, condition)"},
    {Macro::kExists, "exists", 2, 1, "exists(x, condition)"},
    {Macro::kExistsOne, "exists_one", 2, 1, "exists_one(x, condition)"},
    {Macro::kExistsOne, "existsOne", 2, 1, "existsOne(x, condition)"},
    {Macro::kMap, "map", 2, 1, kMapUsage},
    {Macro::kMap, "map", 3, 1, kMapUsage},
    {Macro::kFilter, "filter", 2, 1, "filter(x, condition)"},
    {Macro::kAll, "all", 3, 2, "all(i, x, condition)"},
    {Macro::kExists, "exists", 3, 2, "exists(i, x, condition)"},
    {Macro::kExistsOne, "exists_one", 3, 2, "exists_one(i, x, condition)"},
    {Macro::kExistsOne, "existsOne", 3, 2, "existsOne(i, x, condition)"},
    {Macro::kTransformList, "transformList", 3, 2, kListUsage},
    {Macro::kTransformList, "transformList", 4, 2, kListUsage},
    {Macro::kTransformMap, "transformMap", 3, 2, kMapOfUsage},
    {Macro::kTransformMap, "transformMap", 4, 2, kMapOfUsage},
    {Macro::kTransformMapEntry, "transformMapEntry", 3, 2, kEntryUsage},
    {Macro::kTransformMapEntry, "transformMapEntry", 4, 2, kEntryUsage},
    {Macro::kOptMap, "optMap", 2, 1, "optMap(x, value)"},
    {Macro::kOptFlatMap, "optFlatMap", 2, 1, "optFlatMap(x, optional)"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOtherUsages{{
    {"has", "has(field)"},
    {"bind", "cel.bind(x, value, expression)"},
    {"block", "cel.block([value, ...], expression)"},
    {"index", "cel.index(0)"},
    {"optMap", "optional.optMap(x, value)"},
    {"optFlatMap", "optional.optFlatMap(x, optional)"},
}};

}  // namespace

const MacroForm* find_macro(std::string_view name, std::size_t arguments) {
  const auto* at = std::find_if(kForms.begin(), kForms.end(), [&](const MacroForm& form) {
    return form.name == name && form.arguments == arguments;
  });
  return at == kForms.end() ? nullptr : at;
}

std::string_view macro_name(Macro macro) {
  return std::find_if(kForms.begin(), kForms.end(), [&](const auto& form) { return form.macro == macro; })->name;
}

std::string macro_usage(std::string_view name) {
  for (const auto& [other, usage] : kOtherUsages) {
    if (other == name) return std::string(usage);
  }
  const auto* at = std::find_if(kForms.begin(), kForms.end(), [&](const auto& form) { return form.name == name; });
  if (at == kForms.end()) return "";
  auto usage = "list." + std::string(at->usage);
  if (const auto other = usage.find(" or "); other != std::string::npos) usage.insert(other + 4, "list.");
  return usage;
}

std::vector<std::string> macro_names() {
  std::vector<std::string> names;
  const auto add = [&names](std::string name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  };
  for (const auto& form : kForms) add(std::string(form.name));
  for (const auto& [name, usage] : kOtherUsages) {
    const bool of_cel = usage.starts_with("cel.");
    add((of_cel ? "cel." : "") + std::string(name));
  }
  return names;
}

std::string block_name(std::int64_t place) { return "cel.index(" + std::to_string(place) + ")"; }

}  // namespace weir::cel
