// The six comparisons.
#pragma once

#include "rules/cel/functions.h"

namespace weir::book {

inline bool is_comparison(cel::Function function) {
  return function >= cel::Function::kEqual && function <= cel::Function::kGreaterEqual;
}

template <class T>
bool holds(cel::Function comparison, const T& a, const T& b) {
  switch (comparison) {
    case cel::Function::kEqual:
      return a == b;
    case cel::Function::kNotEqual:
      return a != b;
    case cel::Function::kLess:
      return a < b;
    case cel::Function::kLessEqual:
      return a <= b;
    case cel::Function::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

}  // namespace weir::book
