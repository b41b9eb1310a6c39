// Which of a policy's inputs a model reads: found by name, and taken only if they are what it was trained on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/input_definitions.h"
#include "models/bundle/model.h"

namespace weir::model {

// A model with its inputs, in the model's order; each is a number into InputDefinitions. Immutable.
struct BoundModel {
  std::shared_ptr<const models::Model> model;
  std::vector<std::uint32_t> features;
  std::vector<std::uint32_t> event_fields;
  std::vector<std::uint32_t> texts;
};

// The error names the first input that is missing, has another version or another number of codes. A model of classes
// of a text is no model for payments.
Result<std::shared_ptr<const BoundModel>> bind(std::shared_ptr<const models::Model> model,
                                               const InputDefinitions& inputs);

}  // namespace weir::model
