// What a window feature is: an aggregate over the events of one entity. Made from features.yaml by engine/policy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/value.h"
#include "rules/cel/program.h"

namespace weir::features {

enum class Aggregate : std::uint8_t {
  kCount,   // int64
  kSum,     // of an int64, double or money field; the field's type. Empty window: 0
  kMean,    // double; of money in major units. Empty window: absent
  kMedian,  // as kMean, of the latest values of the window, at most `of_last`; of two middle ones their mean
  kMin,     // the field's type (int64, double, money, timestamp). Empty: absent
  kMax,
  kStandardDeviation,  // double, of the population: sqrt(mean of squares - square of mean), of money in major units
  kDistinctCount,      // int64: how many different values; exact up to `exact_up_to`, beyond it an estimate
  kFirst,              // the field's value at the earliest event of the window that has one (ties: earlier in order)
  kLast,               // ... at the latest event
  kTimeSinceLast,      // duration from the latest event in the window to this event. Empty: absent
  kFirstSeen,  // timestamp: the smallest event time ever seen of this entity; survives eviction; no window, no where
  kShare,      // double: count(where and share_of) / count(where). Empty: absent
};

// The window of an event at time t is (t - offset - window, t - offset] in milliseconds, over the events that came
// earlier in the total order; with `include_current` also this event if t lies in the window (offset 0).
struct Definition {
  std::string entity;  // Schema::entities' name
  std::string name;    // "count_1h"; rules call it "card.count_1h"
  Aggregate aggregate = Aggregate::kCount;
  std::optional<std::uint32_t> slot;  // the aggregated field; kept in history
  std::int64_t window_ms = 0;
  std::int64_t offset_ms = 0;
  bool include_current = false;
  // Boolean programs over the schema's slots (fields, event_type, outcome, label). An event for which the program does
  // not yield true (also: an error, an absent field) is not in the window. `label` is what was known by t.
  std::shared_ptr<const cel::Program> where;
  std::shared_ptr<const cel::Program> share_of;
  // Canonical texts of the two programs: features with equal texts share one summary.
  std::string where_text;
  std::string share_of_text;
  bool uses_label = false;             // either program reads the label slot
  std::uint32_t exact_up_to = 1024;    // kDistinctCount: 1 to 4096
  std::uint32_t of_last = 256;         // kMedian: 1 to 1024
  std::optional<Value> default_value;  // instead of absent, when the window is empty; its type is the feature's
};

// The past of one entity in order, as a model reads it. A row counts as it does for a window.
struct Sequence {
  std::string entity;
  std::shared_ptr<const cel::Program> where;
  std::string where_text;

  // Whether both are the same rows of the same histories, under one schema.
  bool same_rows(const Sequence& other) const { return entity == other.entity && where_text == other.where_text; }
};

}  // namespace weir::features
