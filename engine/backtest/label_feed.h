// Labels on their way into a pass over the past.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backtest/truth.h"
#include "engine/base/result.h"
#include "engine/event/event.h"
#include "engine/history/entity_history.h"
#include "engine/shard/step.h"

namespace weir::backtest {

// What became of labels; one that several events have by their id counts once.
struct LabelUse {
  std::uint64_t used = 0;
  std::uint64_t waited = 0;     // known only after the newest event
  std::uint64_t early = 0;      // left out: see LabelFeed::give
  std::uint64_t unmatched = 0;  // no event has their id
};

// Gives each event its labels as soon as the step has taken it: features of later events see each of them from when it
// was known on, and never before. One thread.
class LabelFeed {
 public:
  // Both outlive the feed; nothing is added to the labels meanwhile. nullptr: there are none.
  LabelFeed(const Labels* labels, shard::Step& step) : labels_(labels), step_(step) {}

  // `event` is what the step took last, and no duplicate. A label that was known before the event happened is left out:
  // it was of an earlier event with this id, if of any. What is given lives until the next call.
  Result<std::span<const history::LabelEntry>> give(const event::Event& event);

  // How many were left out, each time counted.
  std::uint64_t left_out() const { return early_.size(); }
  // `newest_ms` is the time of the newest event.
  LabelUse use(std::int64_t newest_ms) const;

 private:
  const Labels* labels_;
  shard::Step& step_;
  std::vector<history::LabelEntry> given_;
  // Of the labels that events had, in the order of the events.
  std::vector<const history::LabelEntry*> met_;
  std::vector<const history::LabelEntry*> early_;
};

}  // namespace weir::backtest
