// Tokens to a syntax tree.
#pragma once

#include <vector>

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/source_map.h"
#include "rules/cel/token.h"

namespace weir::cel {

// CEL's grammar, macros included. After a fault it goes on at the next operand, so that several are found at once;
// where something is missing the tree holds kFaulty nodes. Beyond the limits of limits.h it stops with an issue.
Ast parse(const std::vector<Token>& tokens, const SourceMap& source, Issues& issues);

}  // namespace weir::cel
