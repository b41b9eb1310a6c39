// Why a score is what it is: its logit as a sum of what each group of inputs contributed, by the integer model itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/bundle/model.h"
#include "models/kernels/kernel.h"
#include "models/reasons/head_reasons.h"
#include "models/reasons/tree_reasons.h"

namespace weir::models {

struct Contribution {
  std::uint32_t group = 0;  // of the manifest's reasons
  std::int64_t logit = 0;   // in 2^-kLogitBits; above 0 it raised the score
  bool operator==(const Contribution&) const = default;
};

// score.logit = base + all contributions + residual, to the bit.
struct Explanation {
  Score score;
  std::int64_t base = 0;  // the same for all payments: trees without any input, and the head's neutral payment
  std::vector<Contribution> contributions;  // one for each group: what raised the score most comes first
  std::int64_t residual = 0;                // what rounding to 2^-kLogitBits leaves: some units
};

// For a model of one output, which must outlive it. One per thread; nothing is allocated once it is warm. The same bits
// with every kernel and on every machine.
class Explainer {
 public:
  explicit Explainer(const Model& model, Kernel kernel = fastest_kernel());

  // `inputs` must fit the model's shape(). Valid until the next call.
  const Explanation& explain(const Inputs& inputs);
  // The score if those groups were as in a neutral payment.
  Score neutralised(const Inputs& inputs, std::span<const std::uint32_t> groups);

 private:
  std::vector<HeadReasons::Group> head_groups();

  const Model& model_;
  Kernel kernel_;
  Model::Evaluator evaluator_;
  std::optional<TreeReasons> trees_;
  std::optional<TreeReasons::Scratch> trees_scratch_;
  std::optional<HeadReasons> head_;
  std::optional<HeadReasons::Scratch> head_scratch_;
  std::vector<std::uint32_t> head_group_;  // which group each of the head's is
  std::int64_t base_ = 0;
  std::vector<std::uint16_t> head_codes_;
  std::vector<double> tree_shares_;
  std::vector<std::int64_t> head_shares_, shares_;
  Inputs changed_;
  Explanation explanation_;
};

}  // namespace weir::models
