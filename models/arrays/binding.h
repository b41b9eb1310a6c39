// Arrays as a model reads them: each of its inputs found by name and version, wherever it stands in the arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "models/arrays/arrays.h"
#include "models/bundle/inputs.h"
#include "models/bundle/model.h"

namespace weir::models {

// Model and arrays must outlive it. Several threads may use it.
class Binding {
 public:
  // An input that the arrays lack, or hold in another version, is a fault that names it.
  static Result<Binding> create(const Model& model, const Arrays& arrays);

  // The inputs of one row, quantized; a fault if the arrays hold a code that no such input has.
  Status quantize(std::uint64_t row, Inputs& out) const;

 private:
  Binding(const Model& model, const Arrays& arrays) : model_(&model), arrays_(&arrays) {}
  Status bind_features();
  Status bind_events();
  Status bind_texts();

  const Model* model_;
  const Arrays* arrays_;
  // For each of the model's, its place in the arrays.
  std::vector<std::size_t> features_, event_fields_, texts_;
};

}  // namespace weir::models
