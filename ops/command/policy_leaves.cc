#include "ops/command/policy_leaves.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/diagnostics.h"
#include "engine/yaml/document.h"

namespace weir::command {
namespace {

// Of a policy that was loaded, so it has no fault.
std::optional<yaml::Node> tree_of(std::string_view text) {
  Issues issues;
  return yaml::parse_document(std::make_shared<const SourceFile>(SourceFile{"", std::string(text)}), issues);
}

std::string text_of(const yaml::Node& node) {
  std::string out;
  const auto add = [&](const std::string& text) { out.append(out.empty() ? "" : ", ").append(text); };
  for (const auto& item : node.items) add(text_of(item));
  for (const auto& entry : node.entries) add(entry.key.text + ": " + text_of(entry.value));
  if (node.kind == yaml::NodeKind::kSequence) return "[" + out + "]";
  if (node.kind == yaml::NodeKind::kMap) return "{" + out + "}";
  return node.text;
}

void collect(const yaml::Node& node, const std::string& path, Leaves& out) {
  if (node.kind != yaml::NodeKind::kMap) {
    out[path] = text_of(node);
    return;
  }
  for (const auto& entry : node.entries) {
    collect(entry.value, path.empty() ? entry.key.text : path + "." + entry.key.text, out);
  }
}

// A file holds one rule, or several.
template <class Take>
void for_each_rule(std::string_view text, const Take& take) {
  const auto tree = tree_of(text);
  if (!tree) return;
  const auto* rules = tree->find("rules");
  if (rules == nullptr) return take(*tree);
  for (const auto& rule : rules->items) take(rule);
}

}  // namespace

Leaves leaves_of(const policy::Policy& policy, std::string_view path) {
  Leaves out;
  for (const auto& file : policy.files) {
    if (file.path != path) continue;
    if (const auto tree = tree_of(file.text)) collect(*tree, "", out);
  }
  return out;
}

Leaves feature_leaves(const policy::Policy& policy) {
  Leaves out;
  for (const auto& file : policy.files) {
    if (file.path == "features.yaml" || file.path.starts_with("features/")) out.merge(leaves_of(policy, file.path));
  }
  return out;
}

std::string comments_of(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    for (auto mark = line.find('#'); mark != std::string_view::npos; mark = line.find('#', mark + 1)) {
      if (mark != 0 && line[mark - 1] != ' ') continue;
      out.append(line.substr(mark)).append("\n");
      break;
    }
    begin = end + 1;
  }
  return out;
}

std::set<std::string> rules_with_alerts(const policy::Policy& policy) {
  std::set<std::string> ids;
  for (const auto& file : policy.files) {
    if (!file.path.starts_with("rules/")) continue;
    for_each_rule(file.text, [&](const yaml::Node& rule) {
      const auto* id = rule.find("id");
      if (id != nullptr && rule.find("alert") != nullptr) ids.insert(id->text);
    });
  }
  return ids;
}

Leaves notes_of_rules(std::string_view text) {
  Leaves notes;
  for_each_rule(text, [&](const yaml::Node& rule) {
    const auto* id = rule.find("id");
    if (id == nullptr) return;
    auto& of_rule = notes[id->text];
    for (const auto* key : {"references", "tests"}) {
      if (const auto* value = rule.find(key)) of_rule.append(key).append(" ").append(text_of(*value)).append("\n");
    }
  });
  return notes;
}

}  // namespace weir::command
