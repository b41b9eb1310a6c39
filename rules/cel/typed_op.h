// Instructions for the types that their operands have before any evaluation.
#pragma once

#include "rules/cel/code.h"
#include "rules/cel/environment.h"
#include "rules/cel/functions.h"

namespace weir::cel {

// Of a function with two arguments: kCall2 if there is nothing better.
Op binary_op(Function function, TypeKind left, TypeKind right);

}  // namespace weir::cel
