// Names, types and constant arguments of an expression.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// Resolves every name and call of the tree, sets every node's type, turns integer literals beside doubles into doubles,
// and reports every fault, each once. The tree may be evaluated only if `issues` then has no errors. With kDynamic no
// literal changes its type, and faults of names and types are left to the evaluation.
void check(Ast& ast, const Environment& environment, const Type& wanted, const SourceMap& source, Issues& issues,
           Checking checking = Checking::kStrict);

}  // namespace weir::cel
