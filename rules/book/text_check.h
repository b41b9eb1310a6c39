// Finds comparisons of text that can't come true.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/book/expression.h"

namespace weir::book {

// Found are: an enumeration compared with a text that is none of its names, and a token compared with a written text or
// looked into. Their nodes become Node::faulty.
void check_texts(cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues);

}  // namespace weir::book
