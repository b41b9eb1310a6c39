// Text to a checked syntax tree.
#pragma once

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// Lexes, parses and checks; all faults that these find, or a tree without any.
Result<Ast, Issues> analyse(const SourceMap& source, const Environment& environment, const Type& wanted,
                            Checking checking);

}  // namespace weir::cel
