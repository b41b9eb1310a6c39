#include "engine/policy/policy_paths.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

const std::array<std::string, 4> kTopFiles{"policy.yaml", "schema.yaml", "features.yaml", "exchange.csv"};
constexpr std::string_view kRules = "rules/";
constexpr std::string_view kLists = "lists/";

bool has_plain_name(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  });
}

}  // namespace

PathKind classify_path(std::string_view path, std::string& advice) {
  if (path.starts_with('.') || path.find("/.") != std::string_view::npos) return PathKind::kIgnored;
  const bool is_yaml = path.ends_with(".yaml");
  const bool is_yml = path.ends_with(".yml");
  const bool in_lists = path.starts_with(kLists);
  if (in_lists && path.ends_with(".csv")) return PathKind::kIgnored;
  if (in_lists && path.find('/', kLists.size()) != std::string_view::npos) {
    if (!is_yaml && !is_yml) return PathKind::kIgnored;
    advice = "lists stand in the folder lists/ itself";
    return PathKind::kSuspicious;
  }
  if (path.starts_with(kRules) || in_lists) {
    if (is_yaml && !has_plain_name(path)) {
      advice = "name it with letters, digits, `-`, `_` and `.` alone: other characters differ between machines";
      return PathKind::kSuspicious;
    }
    if (is_yaml) return PathKind::kPart;
    if (!is_yml) return PathKind::kIgnored;
    advice = std::string(in_lists ? "definitions of lists" : "rule files") + " end in .yaml: rename it";
    return PathKind::kSuspicious;
  }
  for (const auto& top : kTopFiles) {
    if (path == top) return PathKind::kPart;
  }
  if ((!is_yaml && !is_yml) || path.find('/') != std::string_view::npos) return PathKind::kIgnored;
  advice = yaml::did_you_mean(path, kTopFiles);
  if (advice.empty()) advice = "rules go into the folder rules/; notes that are no part of it end in .md or .txt";
  return PathKind::kSuspicious;
}

}  // namespace weir::policy
