// A checked syntax tree, or a part of one, to code.
#pragma once

#include <memory>

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/code.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// The tree must have passed the checker without errors; the code is of what stands below `root`, which uses no macro's
// variable from outside. What is the same in every evaluation is computed now. Computed patterns of matches() that
// aren't valid are reported to `issues`; the code is then not to be run.
std::unique_ptr<Code> generate(const Ast& ast, NodeId root, const SourceMap& source, Issues& issues);

}  // namespace weir::cel
