// Finds comparisons of text that can't come true, in an expression that has no other fault.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/book/expression.h"

namespace weir::book {

// Found are: an enumeration compared with a text that is none of its names, and a token compared with a written text or
// looked into.
void check_texts(const cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues);

}  // namespace weir::book
