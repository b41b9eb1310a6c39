// Variables that may be absent, and the places where they are known not to be.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/environment.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// Reports each variable that may be absent (Variable::optional) where its value is used first and has() has not made
// sure that it is there, nor a comparison that implies it (Environment::imply). An expression without such an issue
// never evaluates to kAbsentValue for an optional variable. The tree has been through the checker; what hangs on a
// part that it called faulty is not reported.
void check_presence(const Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues);

}  // namespace weir::cel
