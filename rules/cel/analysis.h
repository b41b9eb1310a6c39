// Text to a checked syntax tree.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

struct Analysed {
  Ast ast;              // Node::faulty says what is wrong in it
  bool parsed = false;  // else parts of the text may be missing in it
};

// Lexes, parses and checks, and reports all faults that these find. Only a tree without any may be evaluated.
Analysed analyse(const SourceMap& source, const Environment& environment, const Type& wanted, Checking checking,
                 Issues& issues);

}  // namespace weir::cel
