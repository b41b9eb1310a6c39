#include "engine/shard/waiting_labels.h"

#include <algorithm>

#include "engine/base/varint.h"

namespace weir::shard {
namespace {

std::string label_bytes(const history::LabelEntry& label) {
  std::string bytes(1, label.fraud ? '\1' : '\0');
  append_zigzag(bytes, label.known_at_ms);
  return bytes;
}

Result<history::LabelEntry> read_label_bytes(std::string_view bytes) {
  VarintReader in(bytes);
  const auto fraud = in.bytes(1);
  const auto known_at_ms = in.zigzag();
  if (!in.ok() || !in.at_end()) return Error{"state store: damaged waiting label"};
  return history::LabelEntry{fraud[0] != '\0', known_at_ms};
}

}  // namespace

Status WaitingLabels::restore(const state::Store& store) {
  stored_ = true;
  auto stored = store.read_waiting_labels();
  if (!stored) return stored.error();
  for (const auto& label : *stored) {
    auto& waiting = waiting_[label.event_id];
    for (const auto& entry : label.entries) {
      auto read = read_label_bytes(entry.bytes);
      if (!read) return read.error();
      waiting.push_back({entry.clock_ms, *read});
      by_clock_.emplace_back(entry.clock_ms, label.event_id);
    }
  }
  std::sort(by_clock_.begin(), by_clock_.end());
  return {};
}

std::vector<history::LabelEntry> WaitingLabels::take(std::string_view event_id) {
  const auto found = waiting_.find(std::string(event_id));
  if (found == waiting_.end()) return {};
  std::vector<history::LabelEntry> labels;
  for (const auto& waiting : found->second) labels.push_back(waiting.label);
  waiting_.erase(found);
  if (stored_) changes_.push_back({std::string(event_id), 0, {}});
  return labels;
}

void WaitingLabels::remember(std::string_view event_id, std::int64_t clock_ms, const history::LabelEntry& label) {
  waiting_[std::string(event_id)].push_back({clock_ms, label});
  by_clock_.emplace_back(clock_ms, std::string(event_id));
  if (stored_) changes_.push_back({std::string(event_id), clock_ms, label_bytes(label)});
}

void WaitingLabels::drop(std::int64_t cutoff_ms) {
  for (; !by_clock_.empty() && by_clock_.front().first <= cutoff_ms; by_clock_.pop_front()) {
    const auto found = waiting_.find(by_clock_.front().second);
    if (found == waiting_.end()) continue;
    std::erase_if(found->second, [&](const auto& waiting) { return waiting.clock_ms <= cutoff_ms; });
    if (found->second.empty()) waiting_.erase(found);
  }
}

void WaitingLabels::cut(state::Batch& batch) {
  for (const auto& change : changes_) {
    if (change.entry.empty()) {
      batch.remove_waiting_labels(change.event_id);
    } else {
      batch.append_waiting_label(change.event_id, change.clock_ms, change.entry);
    }
  }
  changes_.clear();
}

}  // namespace weir::shard
