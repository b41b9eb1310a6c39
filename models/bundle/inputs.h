// What a model looks at, quantized: the audit record holds exactly this, so that a score can be computed again from the
// record alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace weir::models {

struct Inputs {
  // A code for each feature: Thresholds::code.
  std::vector<std::uint16_t> features;
  // The last events of the entity with the one at hand, oldest first; as many codes for each as an event has fields.
  std::vector<std::uint16_t> events;
  // Buckets of the n-grams of each text; none if the text is missing or empty.
  std::vector<std::vector<std::uint32_t>> texts;

  bool operator==(const Inputs&) const = default;
};

// How many of each a model takes.
struct InputShape {
  std::vector<std::uint32_t> feature_codes;  // how many codes a feature has
  std::vector<std::uint32_t> event_codes;    // how many codes a field of an event has
  std::uint32_t max_events = 0;
  struct Text {
    std::uint32_t buckets = 0;
    std::uint32_t max_grams = 0;
  };
  std::vector<Text> texts;

  // Whether every count and code is in range.
  Status check(const Inputs& inputs) const;
};

// LEB128: number of features, their codes; number of codes of events, these; number of texts, for each its number of
// n-grams and these.
void append_inputs(std::string& out, const Inputs& inputs);
// Any bytes: a fault in them is the result. What it gives fits `shape`.
Result<Inputs> read_inputs(std::string_view bytes, const InputShape& shape);

}  // namespace weir::models
