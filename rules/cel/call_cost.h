// What a call can cost at worst, and how large its result may be.
#pragma once

#include <cstdint>
#include <span>

#include "rules/cel/ast.h"
#include "rules/cel/extent.h"

namespace weir::cel {

struct CostAndExtent {
  std::uint64_t cost = 0;
  Extent extent;
};

// Of the call alone: its arguments cost what they cost. `arguments` has the extents of the node's children.
CostAndExtent call_cost(const Ast& ast, const Node& node, std::span<const Extent> arguments);

// Of comparing two values for equality.
std::uint64_t equality_cost(const Extent& a, const Extent& b);
// Of looking for a key or an element.
std::uint64_t look_up_cost(const Extent& container, const Extent& wanted);

}  // namespace weir::cel
