// Any strict function or operator on values.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// The arguments are neither absent nor errors, and as many as a form of the function takes. Kinds that no form takes
// are kNoSuchOverload, so a slot that holds something else than declared does no harm. Not for kMatches and kMoney.
Value call(Function function, std::span<const Value> arguments, Scratch& scratch);

// The place in a list that a number means; kInvalidArgument for one with a fraction. What is beyond any list is -1.
Value place_in_list(const Value& key, Function name);

}  // namespace weir::cel
