// Integer literals as doubles, and what to write where two types don't go together.
#pragma once

#include <string>

#include "rules/cel/ast.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// Turns an integer literal, or a list literal of them, into `target` (double, or a list of doubles) if no value changes
// by it. Returns whether the node now has that type.
bool promote_literal(Ast& ast, NodeId id, const Type& target);

// What to write instead of `left operator right`; empty if nothing obvious.
std::string mixing_suggestion(const Ast& ast, const SourceMap& source, Function function, NodeId left, NodeId right);

}  // namespace weir::cel
