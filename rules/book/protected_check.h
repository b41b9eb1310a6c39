// Warns of names that decisions should not depend on.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/book/expression.h"

namespace weir::book {

// Each place where one of Vocabulary::protected_slots is named.
void check_protected(const cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues);

}  // namespace weir::book
