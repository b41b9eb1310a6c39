// Comparisons of two sides that are a slot, a constant, or a sum, difference, product or quotient of two of these: what
// rules on window features mostly are. They are computed without a program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/base/value.h"
#include "rules/cel/ast.h"
#include "rules/cel/functions.h"

namespace weir::book {

struct Formula {
  struct Side {
    cel::Function operation = cel::Function::kNone;  // kNone: `a` alone
    bool first_is_constant = false;
    bool second_is_constant = false;
    std::uint32_t a = 0;  // slots
    std::uint32_t b = 0;
    std::int64_t constant = 0;  // an int, or the bits of a double; a side has at most one
  };
  cel::Function comparison = cel::Function::kNone;
  bool is_real = false;  // doubles; else ints
  Side left;
  Side right;
};

// Nothing if the tree is no such comparison.
std::optional<Formula> read_formula(const cel::Ast& ast, cel::NodeId root);

// The result, if all slots have values of the expected kind and no sum leaves the range of ints.
std::optional<bool> evaluated(const Formula& formula, std::span<const Value> slots);

}  // namespace weir::book
