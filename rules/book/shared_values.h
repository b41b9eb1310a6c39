// Parts of conditions that stand in several terms, of one rule or of many: they become slots of their own, computed at
// most once an event, when a term first needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/expression.h"
#include "rules/cel/program.h"
#include "rules/cel/subtree_numbers.h"

namespace weir::book {

struct SharedValue {
  cel::Program program;
  std::vector<std::uint32_t> needs;  // other shared values that it reads, all of a smaller index
  bool builds = false;               // its value may live in the memory of its evaluation
};

// Used in two passes: count() for each distinct term, then replace() for each.
class Sharing {
 public:
  // Shared value i will stand in slot `first_slot` + i.
  explicit Sharing(std::uint32_t first_slot) : first_slot_(first_slot) {}

  void count(const cel::Expression& expression, cel::NodeId root, std::span<const std::uint32_t> numbers);
  // Puts slots in the place of what is shared.
  void replace(cel::Expression& expression, cel::NodeId root, std::span<const std::uint32_t> numbers);
  // The shared values among the slots that a program reads.
  std::vector<std::uint32_t> among(std::span<const std::uint32_t> slots) const;

  std::vector<SharedValue> take() { return std::move(values_); }

 private:
  bool is_shared(const cel::Node& node, std::uint32_t number) const;

  std::uint32_t first_slot_;
  std::unordered_map<std::uint32_t, std::uint32_t> counts_;  // how many different parents a subtree has, by number
  std::unordered_map<std::uint32_t, std::uint32_t> slots_;   // of the shared ones, by number
  std::vector<SharedValue> values_;
};

}  // namespace weir::book
