// The operators of the grammar.
#pragma once

#include <string>

#include "rules/cel/token.h"

namespace weir::cel {

// 1 for `||` to 5 for `*`; 0 for what is no binary operator. All are left-associative.
int precedence(TokenKind kind);

// As functions.h knows it, whatever the source says for it.
std::string operator_name(TokenKind kind);

}  // namespace weir::cel
