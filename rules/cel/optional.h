// CEL's optional values: what is there, or nothing.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/library.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

inline bool is_optional_function(Function function) {
  return function >= Function::kOptionalIndex && function <= Function::kLast;
}

std::span<const FunctionName> optional_names();
std::vector<Overload> optional_overloads();

// The type of a call with the right number of arguments, or nothing; also of kIndex on an optional.
std::optional<Type> optional_type(Function function, std::span<const Type> arguments);

// As call(), for these functions but kOptionalOr and kOrValue, which take their second argument only where they need
// it.
Value optional_call(Function function, std::span<const Value> arguments, Scratch& scratch);

// An optional that holds `value`.
Value optional_of(const Value& value, Scratch& scratch);

// The element or value, as an optional; `container` may be an optional one. `name` is for errors.
Value optional_element(const Value& container, const Value& key, Function name, Scratch& scratch);

}  // namespace weir::cel
