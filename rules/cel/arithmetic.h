// + - * / % and unary minus on values.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/base/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// One of kAdd to kModulo. The operands are neither absent nor errors. Whatever leaves the range of its type is
// kOverflow; integer division truncates towards zero; doubles follow IEEE 754. Amounts must be in one currency, else
// kCurrencyMismatch. The detail of an error is the operator.
Value arithmetic(Function function, const Value& a, const Value& b, Scratch& scratch);
Value negate(const Value& operand);

// A double with one NaN for all: which one an operation yields differs between CPUs.
inline Value canonical_real(double value) {
  return Value::real(value == value ? value : std::numeric_limits<double>::quiet_NaN());
}

// The same for two ints, and for two doubles.
Value int_arithmetic(Function function, std::int64_t a, std::int64_t b);
Value real_arithmetic(Function function, double a, double b);

}  // namespace weir::cel
