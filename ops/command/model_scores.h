// The scores of many payments, in blocks by several threads, written in the order of the payments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "models/arrays/arrays.h"
#include "models/arrays/binding.h"
#include "models/bundle/model.h"
#include "models/reasons/explainer.h"

namespace weir::command {

class ModelScores {
 public:
  // All must outlive it. `threads`: at least 1. `reasons`: of a model with one output alone.
  ModelScores(const models::Model& model, const models::Arrays& arrays, const models::Binding& binding,
              models::Kernel kernel, std::size_t threads, bool reasons)
      : model_(model), arrays_(arrays), binding_(binding), kernel_(kernel), threads_(threads), reasons_(reasons) {}

  // CSV: with one output `id,logit,probability`, and with reasons `base`, `reason.GROUP` for each group and `residual`,
  // whose sum is the logit; else a column for the logit of each class, and the class of the greatest. `progress` is
  // told the number of rows that are done. A row that can't be scored ends it.
  Status write(std::ostream& out, const std::function<void(std::uint64_t)>& progress) const;

 private:
  struct Block {
    std::string lines;
    Status status;
  };
  std::string header() const;
  void score(std::uint64_t begin, std::uint64_t end, Block& block) const;
  void append_scores(models::Model::Evaluator& evaluator, const models::Inputs& inputs, std::string& lines) const;
  // `by_group` is room to work in.
  void append_explained(models::Explainer& explainer, const models::Inputs& inputs, std::vector<std::int64_t>& by_group,
                        std::string& lines) const;

  const models::Model& model_;
  const models::Arrays& arrays_;
  const models::Binding& binding_;
  models::Kernel kernel_;
  std::size_t threads_;
  bool reasons_;
};

}  // namespace weir::command
