// The elements of a constant list, for `in`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/value.h"

namespace weir::cel {

// Constant time per look-up. Immutable; keeps views of the elements' texts.
class ConstantSet {
 public:
  // Nothing unless all elements are ints, or all are strings, and there is at least one.
  static std::optional<ConstantSet> make(std::span<const Value> elements);

  // The kind of all elements; contains() is defined for values of that kind alone.
  ValueKind kind() const { return kind_; }
  bool contains(const Value& value) const;

 private:
  std::size_t place_of(const Value& value) const;

  ValueKind kind_ = ValueKind::kAbsent;
  std::vector<Value> table_;  // open addressing, at most half full, a power of two; free places are absent
};

}  // namespace weir::cel
