#include "engine/backtest/label_feed.h"

#include <algorithm>
#include <iterator>

namespace weir::backtest {
namespace {

using Entries = std::vector<const history::LabelEntry*>;

Entries each_once(Entries entries) {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  return entries;
}

}  // namespace

Result<std::span<const history::LabelEntry>> LabelFeed::give(const event::Event& event) {
  given_.clear();
  if (labels_ == nullptr) return std::span<const history::LabelEntry>(given_);
  for (const auto& label : labels_->of(event.id)) {
    if (label.known_at_ms < event.time_ms) {
      early_.push_back(&label);
      continue;
    }
    if (auto status = step_.learned(event.id, label); !status) return status.error();
    met_.push_back(&label);
    given_.push_back(label);
  }
  return std::span<const history::LabelEntry>(given_);
}

LabelUse LabelFeed::use(std::int64_t newest_ms) const {
  LabelUse use;
  if (labels_ == nullptr) return use;
  const auto met = each_once(met_);
  for (const auto* label : met) ++(label->known_at_ms <= newest_ms ? use.used : use.waited);
  Entries early;
  const auto left_out = each_once(early_);
  std::set_difference(left_out.begin(), left_out.end(), met.begin(), met.end(), std::back_inserter(early));
  use.early = early.size();
  use.unmatched = labels_->size() - met.size() - early.size();
  return use;
}

}  // namespace weir::backtest
