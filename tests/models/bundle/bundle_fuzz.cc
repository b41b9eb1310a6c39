// Any bytes as a model: refused, or loaded and able to score and to explain. The same bytes as quantized inputs:
// refused, or such that writing them gives what was read in the shortest form.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "models/bundle/model.h"
#include "models/reasons/explainer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::models;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto model = Model::load(bytes);
  if (model.ok()) {
    const auto& shape = (*model)->shape();
    Inputs inputs;
    inputs.features.assign(shape.feature_codes.size(), 0);
    inputs.texts.resize(shape.texts.size());
    if (!shape.check(inputs).ok()) std::abort();
    Model::Evaluator evaluator(**model);
    if (evaluator.logits(inputs).size() != (*model)->outputs()) std::abort();
    if ((*model)->outputs() == 1) {
      Explainer explainer(**model);
      const auto& explanation = explainer.explain(inputs);
      auto sum = explanation.base + explanation.residual;
      for (const auto& one : explanation.contributions) sum += one.logit;
      if (sum != explanation.score.logit || !(explanation.score == evaluator.score(inputs))) std::abort();
    }
  }
  const InputShape shape{{3, 300}, {2, 70000}, 5, {{64, 9}, {1U << 20U, 3}}};
  if (const auto inputs = read_inputs(bytes, shape); inputs.ok()) {
    if (!shape.check(*inputs).ok()) std::abort();
    std::string again;
    append_inputs(again, *inputs);
    const auto second = read_inputs(again, shape);
    if (!second.ok() || !(*second == *inputs) || again.size() > bytes.size()) std::abort();
  }
  return 0;
}
