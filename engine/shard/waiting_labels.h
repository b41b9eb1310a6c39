// Labels that came before their event, by its id.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/history/entity_history.h"
#include "engine/state/store.h"

namespace weir::shard {

class WaitingLabels {
 public:
  // What the store holds; from then on changes are kept for it.
  Status restore(const state::Store& store);

  bool any() const { return !waiting_.empty(); }
  // In the order in which they came; they wait no longer.
  std::vector<history::LabelEntry> take(std::string_view event_id);
  // `clock_ms` never goes back.
  void remember(std::string_view event_id, std::int64_t clock_ms, const history::LabelEntry& label);
  // Those that came at or before the cutoff wait no longer.
  void drop(std::int64_t cutoff_ms);

  // Puts what has changed since the last cut into `batch`.
  void cut(state::Batch& batch);
  bool changed() const { return !changes_.empty(); }

 private:
  struct Waiting {
    std::int64_t clock_ms = 0;
    history::LabelEntry label;
  };
  struct Change {
    std::string event_id;
    std::int64_t clock_ms = 0;
    std::string entry;  // empty: the labels of this id wait no longer
  };
  std::unordered_map<std::string, std::vector<Waiting>> waiting_;
  std::deque<std::pair<std::int64_t, std::string>> by_clock_;  // (clock_ms, event id), also of labels taken since
  std::vector<Change> changes_;
  bool stored_ = false;
};

}  // namespace weir::shard
