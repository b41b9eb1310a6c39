// Finds comparisons of text that can't come true, in an expression that has no other fault.
#pragma once

#include <string_view>

#include "engine/base/diagnostics.h"
#include "rules/book/expression.h"

namespace weir::book {

// Issues are placed within `text` as if it were a file of its own, `place` being its first character. Found are: an
// enumeration compared with a text that is none of its names, and a token compared with a written text or looked into.
void check_texts(std::string_view text, const Place& place, const Vocabulary& vocabulary, Issues& issues);

}  // namespace weir::book
