// A second evaluator, as plain as can be: it walks the checked tree, owns its values, counts in 128 bits and folds
// nothing. It is what the compiled evaluator is compared with; no engine runs it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/exchange.h"
#include "rules/cel/reference_value.h"

namespace weir::cel {

class Reference {
 public:
  // Faults are those of compile(), but for patterns of matches().
  static Result<Reference, Issues> make(std::string_view text, const Environment& environment, const Type& wanted,
                                        Checking checking = Checking::kStrict);

  // It has a budget of its own, far above that of the compiled evaluator: beyond it the result is kCostLimit.
  ReferenceValue evaluate(std::span<const Value> slots, const Exchange& exchange = {}) const;

 private:
  explicit Reference(Ast ast) : ast_(std::move(ast)) {}
  Ast ast_;
};

}  // namespace weir::cel
