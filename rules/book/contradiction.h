// Finds conditions that no event can meet, parts of them that can't be true, and parts that add nothing.
#pragma once

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"
#include "rules/cel/expression.h"

namespace weir::book {

// Looked at are the operands of each && and ||, also those that a `!` turns into the other, and what they say about one
// value: a name, or any other part of the expression. A condition that is never true is an error; that a part of it is
// never true, always true or follows from another is a warning, and so is a condition that is a constant. The
// expression stands in `scalar`; of what is Node::faulty or no bool in it nothing is said.
// `currencies_meet`: there are exchange rates, so an amount may be compared with amounts of two currencies.
void check_contradictions(const cel::Expression& expression, const yaml::Node& scalar, bool currencies_meet,
                          Issues& issues);

}  // namespace weir::book
