// What to say where somebody names a rule that is none.
#pragma once

#include <string>
#include <string_view>

#include "rules/book/book.h"

namespace weir::command {

// ", did you mean `x`?" for the id of no rule, or empty.
std::string did_you_mean_rule(std::string_view id, const book::Book& rules);

}  // namespace weir::command
