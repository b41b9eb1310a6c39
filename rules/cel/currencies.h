// Amounts that can never be compared or added: of two currencies that are both known, where no exchange rates are.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/environment.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

// Reports each operator that would be currency_mismatch in every evaluation: a variable's currency is known from
// Environment::know_currency, an amount's from its text. What says nothing there is left alone, and so is everything
// where no variable's currency is known. What is reported becomes Node::faulty. The tree has been through the checker.
void check_currencies(Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues);

}  // namespace weir::cel
