// What stands for the definition of a model's input, so that no model reads another thing under an old name.
#pragma once

#include <string>
#include <vector>

#include "engine/event/schema.h"
#include "engine/model/input_definitions.h"
#include "engine/policy/vocabulary.h"

namespace weir::policy {

// The first 16 hexadecimal digits of the SHA-256 of a canonical text. It holds all that the input's value depends on
// but the events themselves: expressions as written, types and currencies of the fields that they name, window features
// with their conditions and the keys of their entities, zones that are asked for, the order of an enum's values where
// their places are coded. Not in it: where records hold the fields, how long the history is, exchange rates and the
// data of time zones (which the policy's hash holds), the input's own name.
class InputVersions {
 public:
  // Both outlive it.
  InputVersions(const event::Schema& schema, const std::vector<FeatureDraft>& features)
      : schema_(schema), features_(features) {}

  std::string of(const model::NumberInput& input) const;
  std::string of(const model::TextInput& input) const;
  // The sequence's entity, condition and number of events are part of it.
  std::string of(const model::EventFieldInput& input, const model::SequenceInput& sequence) const;

 private:
  const event::Schema& schema_;
  const std::vector<FeatureDraft>& features_;
};

}  // namespace weir::policy
