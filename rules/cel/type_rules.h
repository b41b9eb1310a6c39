// Which types go together, and what type a call has.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "rules/cel/environment.h"
#include "rules/cel/functions.h"

namespace weir::cel {

// Whether a value of one may stand where the other is meant. dyn goes with everything, also as a parameter.
bool compatible(const Type& a, const Type& b);
// Whether one is null and the other a type of CEL that takes null in lists, maps and branches.
bool one_is_null(const Type& a, const Type& b);
// The narrowest type that holds both: dyn if they don't go together.
Type joined(const Type& a, const Type& b);
// The type with dyn where something is not determined.
Type settled(const Type& type);

// The type of the call, or nothing if no form of the function takes these arguments.
std::optional<Type> call_type(Function function, CallStyle style, std::span<const Type> arguments);

// The same for a declared function.
std::optional<Type> call_type(const FunctionDeclaration& function, std::span<const Type> arguments);

// What to do with a named list, if there is one among them: only `in` asks it. Else empty.
std::string lookup_hint(std::span<const Type> types);

// "size(string), size(bytes), size(list) or size(map)".
std::string known_forms(Function function, CallStyle style);
// The call as one of these forms, e.g. "int.startsWith(string)".
std::string spelled_form(Function function, CallStyle style, std::span<const std::string> types);

}  // namespace weir::cel
