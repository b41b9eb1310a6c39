// Finds what is computed more than once, within one expression or in many.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/cel/ast.h"

namespace weir::cel {

// Gives each subtree a number: equal ones, of whatever checked trees over one environment, have the same. Unequal
// numbers say nothing: `a + b` and `b + a` have two.
class SubtreeNumbers {
 public:
  // The number of every node of the tree below `root`, by NodeId; other nodes have kNone.
  std::vector<std::uint32_t> of(const Ast& ast, NodeId root);

  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

 private:
  std::uint32_t number(const Ast& ast, NodeId id, std::vector<std::uint32_t>& numbers);

  std::unordered_map<std::string, std::uint32_t> known_;  // by a node's own facts and its children's numbers
  std::string key_;
};

}  // namespace weir::cel
