// The comprehension macros of the language's core.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "rules/cel/ast.h"

namespace weir::cel {

// `arguments` counts the variable. A name with another number of arguments is an ordinary call.
std::optional<Macro> find_macro(std::string_view name, std::size_t arguments);
std::string_view macro_name(Macro macro);
// "all(x, condition)", for messages; empty if `name` is no macro.
std::string_view macro_usage(std::string_view name);

}  // namespace weir::cel
