#include "engine/model/scorer.h"

#include <utility>

namespace weir::model {

Scorer::Scorer(std::shared_ptr<const BoundModel> model, std::shared_ptr<const InputDefinitions> inputs,
               const features::FeatureSet& features)
    : model_(std::move(model)),
      reader_(std::move(inputs), features),
      evaluator_(*model_->model),
      explainer_(*model_->model) {
  inputs_.features.resize(model_->features.size());
  inputs_.texts.resize(model_->texts.size());
}

void Scorer::score(std::span<const Value> slots, std::int64_t time_ms,
                   std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms) {
  reader_.read(slots, time_ms, histories, cutoff_ms, raw_);
  const auto& thresholds = model_->model->thresholds();
  for (std::size_t i = 0; i < inputs_.features.size(); ++i) {
    inputs_.features[i] = thresholds.code(i, raw_.features[model_->features[i]]);
  }
  inputs_.events.clear();
  if (!model_->event_fields.empty()) {
    const auto fields = reader_.definitions().sequence->fields.size();
    for (std::size_t event = 0; event < raw_.events.size(); event += fields) {
      for (const auto field : model_->event_fields) inputs_.events.push_back(raw_.events[event + field]);
    }
  }
  for (std::size_t i = 0; i < inputs_.texts.size(); ++i) inputs_.texts[i] = raw_.texts[model_->texts[i]];
  result_ = evaluator_.score(inputs_);
}

}  // namespace weir::model
