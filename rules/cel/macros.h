// The macros that bind variables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"

namespace weir::cel {

struct MacroForm {
  Macro macro;
  std::string_view name;
  std::size_t arguments;  // the variables and the expressions
  std::size_t variables;
  std::string_view usage;
};

// Nothing for a name with another number of arguments, which is an ordinary call.
const MacroForm* find_macro(std::string_view name, std::size_t arguments);
std::string_view macro_name(Macro macro);
// "list.all(x, condition)", for messages; empty if `name` is no macro.
std::string macro_usage(std::string_view name);

// As they are called: "all", "has", "cel.bind".
std::vector<std::string> macro_names();

// The name of a cel.block()'s value of that place: no source can spell it in another way.
std::string block_name(std::int64_t place);

}  // namespace weir::cel
