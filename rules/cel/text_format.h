// The clauses of a format: "%d of %.2f".
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "rules/cel/environment.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// %[.digits]verb. Where `fault` isn't empty it says what is wrong, and the rest means nothing.
struct FormatClause {
  char verb = 's';
  int precision = 6;
  std::size_t size = 0;  // with the percent sign
  std::string_view fault;
};

inline constexpr int kMaxFormatPrecision = 1'000;

// The clause at the front of `text`, which begins with a percent sign and isn't "%%".
FormatClause parse_clause(std::string_view text);

// Whether a value of that kind may stand for the verb: %s takes all that has a text, also lists and maps of such; %d,
// %f and %e take numbers, %x and %X ints, uints, strings and bytes, %o ints and uints, %b these and bools.
bool clause_takes(char verb, TypeKind kind);

// "format".format([...]). Text beyond ASCII is bytes to it, so it is left as it is.
Value format_text(std::span<const Value> arguments, Scratch& scratch);

}  // namespace weir::cel
