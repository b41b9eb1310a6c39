// Runs compiled code.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "rules/cel/code.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// See Program::evaluate. Every slot that the code reads must lie within `slots`.
Value run(const Code& code, std::span<const Value> slots, Scratch& scratch);

}  // namespace weir::cel
