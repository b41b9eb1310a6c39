#include "engine/yaml/map_reader.h"

#include <algorithm>
#include <utility>

#include "engine/yaml/scalars.h"

namespace weir::yaml {

MapReader::MapReader(const Node* node, Place at, std::string what, Issues& issues)
    : at_(std::move(at)), what_(std::move(what)), issues_(issues) {
  if (node == nullptr || node->kind == NodeKind::kFaulty) return;
  if (node->kind == NodeKind::kMap) {
    node_ = node;
    return;
  }
  issues_.error(node->place, what_ + " must be a mapping, not " + std::string(kind_name(node->kind)));
}

const Node* MapReader::optional(std::string_view key) {
  known_.emplace_back(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

const Node* MapReader::required(std::string_view key, std::string suggestion) {
  const auto* value = optional(key);
  if (value == nullptr && node_ != nullptr) missing_.push_back({std::string(key), std::move(suggestion)});
  return value;
}

const Node* MapReader::key(std::string_view key) const {
  if (node_ == nullptr) return nullptr;
  for (const auto& entry : node_->entries) {
    if (entry.key.text == key) return &entry.key;
  }
  return nullptr;
}

bool MapReader::is_known(std::string_view key) const {
  return std::find(known_.begin(), known_.end(), key) != known_.end();
}

void MapReader::report_unknown(const Node& key) {
  auto suggestion = did_you_mean(key.text, known_);
  if (suggestion.empty()) {
    suggestion = "it may have: ";
    for (std::size_t i = 0; i < known_.size(); ++i) suggestion.append(i == 0 ? "" : ", ").append(known_[i]);
  }
  issues_.error(key.place, what_ + " has no key `" + key.text + "`", std::move(suggestion));
}

void MapReader::finish() {
  if (node_ == nullptr) return;
  std::vector<std::string> slips;
  for (const auto& entry : node_->entries) {
    if (is_known(entry.key.text)) continue;
    slips.push_back(did_you_mean(entry.key.text, known_));
    report_unknown(entry.key);
  }
  for (auto& missing : missing_) {
    const auto meant = "did you mean `" + missing.key + "`?";
    if (std::find(slips.begin(), slips.end(), meant) != slips.end()) continue;
    issues_.error(at_, what_ + " has no `" + missing.key + "`", std::move(missing.suggestion));
  }
}

const std::vector<Entry>& entries_of(const Node* node, std::string_view what, Issues& issues) {
  static const std::vector<Entry> kNone;
  if (node == nullptr || node->kind == NodeKind::kFaulty) return kNone;
  if (node->kind == NodeKind::kMap) return node->entries;
  issues.error(node->place, std::string(what) + " must be a mapping, not " + std::string(kind_name(node->kind)));
  return kNone;
}

const std::vector<Node>& items_of(const Node* node, std::string_view what, Issues& issues) {
  static const std::vector<Node> kNone;
  if (node == nullptr || node->kind == NodeKind::kFaulty) return kNone;
  if (node->kind == NodeKind::kSequence) return node->items;
  issues.error(node->place, std::string(what) + " must be a list, not " + std::string(kind_name(node->kind)));
  return kNone;
}

}  // namespace weir::yaml
