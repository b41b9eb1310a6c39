// The lines that stand behind language(): a meaning for each function, and the forms where the table of overloads does
// not tell them.
#pragma once

#include <span>
#include <string_view>

#include "rules/cel/functions.h"

namespace weir::cel {

struct LanguageLine {
  std::string_view theme;
  Function function = Function::kNone;  // or `name`
  std::string_view name;                // of what is no function
  std::string_view forms;               // one a line; empty: those of the overloads
  std::string_view meaning;
};

std::span<const LanguageLine> language_lines();

}  // namespace weir::cel
