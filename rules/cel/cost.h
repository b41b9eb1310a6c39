// What an evaluation can cost at worst, known before any.
#pragma once

#include <cstdint>

#include "rules/cel/ast.h"

namespace weir::cel {

struct CostBound {
  std::uint64_t units = 0;  // of rules/cel/limits.h: a single evaluation spends at most so many
  NodeId costliest = 0;     // the part that costs most of it, below all && and ||
};

// Of the tree below `root`, which passed the checker. Texts in slots have at most `text_bytes`; a list in a slot is as
// long as memory allows. An evaluation by itself is one unit, and another for each 16 instructions.
CostBound worst_case_cost(const Ast& ast, NodeId root, std::uint64_t text_bytes);

}  // namespace weir::cel
