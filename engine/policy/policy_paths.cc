#include "engine/policy/policy_paths.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

const std::array<std::string, 5> kTopFiles{"policy.yaml", "schema.yaml", "features.yaml", "inputs.yaml",
                                           "exchange.csv"};

// A folder with files of a policy.
struct Folder {
  std::string_view name;   // with '/'
  std::string_view holds;  // "lists"
  bool has_folders;
};
constexpr std::array<Folder, 3> kFolders{{{"rules/", "rule files", true},
                                          {"lists/", "definitions of lists", false},
                                          {"features/", "files of features", false}}};

constexpr std::string_view kModelFolder = "model/";

const Folder* folder_of(std::string_view path) {
  const auto found =
      std::find_if(kFolders.begin(), kFolders.end(), [&](const Folder& f) { return path.starts_with(f.name); });
  return found == kFolders.end() ? nullptr : &*found;
}

constexpr const char* kPlainName =
    "name it with letters, digits, `-`, `_` and `.` alone: other characters differ between machines";

bool has_plain_name(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  });
}

PathKind classify_model(std::string_view path, std::string& advice) {
  const auto name = path.substr(kModelFolder.size());
  if (!name.ends_with(".safetensors")) return PathKind::kIgnored;
  if (name.find('/') != std::string_view::npos) {
    advice = "a model stands in the folder model/ itself";
    return PathKind::kSuspicious;
  }
  if (has_plain_name(path)) return PathKind::kPart;
  advice = kPlainName;
  return PathKind::kSuspicious;
}

}  // namespace

PathKind classify_path(std::string_view path, std::string& advice) {
  if (path.starts_with('.') || path.find("/.") != std::string_view::npos) return PathKind::kIgnored;
  if (path.starts_with(kModelFolder)) return classify_model(path, advice);
  const bool is_yaml = path.ends_with(".yaml");
  const bool is_yml = path.ends_with(".yml");
  if (const auto* folder = folder_of(path)) {
    if (!is_yaml && !is_yml) return PathKind::kIgnored;
    if (!folder->has_folders && path.find('/', folder->name.size()) != std::string_view::npos) {
      advice = std::string(folder->holds) + " stand in the folder " + std::string(folder->name) + " itself";
      return PathKind::kSuspicious;
    }
    if (is_yml) {
      advice = std::string(folder->holds) + " end in .yaml: rename it";
      return PathKind::kSuspicious;
    }
    if (has_plain_name(path)) return PathKind::kPart;
    advice = kPlainName;
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

bool is_feature_file(std::string_view path) { return path == "features.yaml" || path.starts_with("features/"); }

bool is_model_file(std::string_view path) { return path.starts_with(kModelFolder); }

bool is_policy_folder(std::string_view path) {
  const auto folder = std::string(path) + '/';
  return folder == kModelFolder || folder_of(folder) != nullptr;
}

}  // namespace weir::policy
