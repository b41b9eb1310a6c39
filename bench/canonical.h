// A value as text that two evaluators of CEL can agree on, and as the expression that makes it.
#pragma once

#include <string>

#include "rules/cel/reference_value.h"

namespace weir::cel {

// With its type: texts in quotes with \x.. for every byte that isn't plain ASCII, doubles with the fewest digits that
// are enough, entries of maps sorted by their texts; "error" for any fault.
std::string canonical(const ReferenceValue& value);

// In CEL. Neither a fault, nor absent, nor money.
std::string literal(const ReferenceValue& value);

}  // namespace weir::cel
