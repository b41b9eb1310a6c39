// int(), string(), timestamp() and the others that turn one type into another.
#pragma once

#include "engine/base/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// One of kToInt to kDyn; the operand is neither absent nor an error. What can't be read is kInvalidArgument, what
// doesn't fit is kOverflow; doubles are cut towards zero. The detail of an error is the function's name.
Value convert(Function function, const Value& operand, Scratch& scratch);

// The type of a value, kError for what has none.
TypeKind kind_of(const Value& value);

}  // namespace weir::cel
