// Literal arguments that can be judged before anything runs.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// A call that makes an amount (Function::kMoney): its arguments must be literals. Sets the node's literal.
void check_money(Ast& ast, NodeId id, const SourceMap& source, Issues& issues);

// Any other call: literal timestamps, durations, time zones and patterns must be readable, and patterns constant.
void check_constant_arguments(const Ast& ast, NodeId id, const SourceMap& source, Issues& issues);

}  // namespace weir::cel
