// A policy's model at work: an event's inputs read, quantized and scored.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "engine/features/feature_set.h"
#include "engine/history/entity_history.h"
#include "engine/model/binding.h"
#include "engine/model/input_reader.h"
#include "models/reasons/explainer.h"

namespace weir::model {

// One thread at a time; nothing is allocated once it is warm.
class Scorer {
 public:
  Scorer(std::shared_ptr<const BoundModel> model, std::shared_ptr<const InputDefinitions> inputs,
         const features::FeatureSet& features);

  // As InputReader::read.
  void score(std::span<const Value> slots, std::int64_t time_ms, std::span<history::EntityHistory* const> histories,
             std::int64_t cutoff_ms);

  // Of what was scored last.
  const models::Inputs& inputs() const { return inputs_; }
  const models::Score& result() const { return result_; }
  // What rules call `model.score`: the probability, 0.0 to 1.0.
  double probability() const { return static_cast<double>(result_.probability) / 1e9; }
  // Valid until the next call.
  const models::Explanation& explain() { return explainer_.explain(inputs_); }

  const models::Model& model() const { return *model_->model; }

 private:
  std::shared_ptr<const BoundModel> model_;
  InputReader reader_;
  models::Model::Evaluator evaluator_;
  models::Explainer explainer_;
  RawInputs raw_;
  models::Inputs inputs_;
  models::Score result_;
};

}  // namespace weir::model
