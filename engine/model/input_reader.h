// What a model may look at of one event, computed: numbers, codes of the last events, n-grams of texts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/features/feature_set.h"
#include "engine/history/entity_history.h"
#include "engine/history/reader.h"
#include "engine/model/input_definitions.h"
#include "rules/cel/scratch.h"
#include "rules/cel/time_zones.h"

namespace weir::model {

// Reused from event to event.
struct RawInputs {
  // Rounded to float32, so that training, which stores that, sees the same. NaN: missing, because the value is absent
  // or an error, or is not finite in float32.
  std::vector<double> features;
  // The last events, oldest first, the event at hand last: one to K of them, a code for each of the sequence's fields.
  // Empty without a sequence.
  std::vector<std::uint16_t> events;
  // Buckets of each text's n-grams; none if the text is absent or an error, or has none.
  std::vector<std::vector<std::uint32_t>> texts;
};

// Owns scratch space: one thread at a time.
class InputReader {
 public:
  // `features` are those of the policy that the inputs belong to, the first of them in its order, with its sequence.
  InputReader(std::shared_ptr<const InputDefinitions> definitions, const features::FeatureSet& features);

  const InputDefinitions& definitions() const { return *definitions_; }

  // `slots`, of an event at this time: as the policy names them, with the features; outcome and label are absent. The
  // event is not in the histories yet. `histories` and `cutoff_ms` as for FeatureSet::evaluate: of the past only rows
  // later than the cutoff and not later than the event are seen, in event-time order. Without the sequence's entity the
  // event at hand is alone. Allocates nothing once `out` and the reader have grown.
  void read(std::span<const Value> slots, std::int64_t time_ms, std::span<history::EntityHistory* const> histories,
            std::int64_t cutoff_ms, RawInputs& out);

 private:
  void read_numbers(std::span<const Value> slots, std::vector<double>& out);
  void read_events(std::span<const Value> slots, std::int64_t time_ms, history::EntityHistory* past,
                   std::int64_t cutoff_ms, std::vector<std::uint16_t>& out);
  void read_texts(std::span<const Value> slots, std::vector<std::vector<std::uint32_t>>& out);
  // Appends the codes of one event, whose values are in `values_`.
  void append_codes(std::span<const Value> at_hand, std::int64_t age_ms, std::int64_t gap_ms,
                    std::vector<std::uint16_t>& out);
  std::uint16_t hour_of(const Value& time);

  std::shared_ptr<const InputDefinitions> definitions_;
  cel::Scratch scratch_;

  // The sequence.
  history::Reader reader_;
  std::uint32_t measure_ = 0;
  std::vector<std::uint32_t> slots_;           // that its fields ask for, each once
  std::vector<std::uint32_t> value_of_field_;  // of each field: which of them
  std::uint32_t zone_value_ = 0;               // which of them is the zone, if events have one
  std::vector<history::Reader::Found> found_;
  std::vector<Value> values_;
  std::string zone_text_;  // of `zone_`, if events have their own
  std::optional<cel::TimeZone> zone_;
};

}  // namespace weir::model
