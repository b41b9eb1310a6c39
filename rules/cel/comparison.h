// CEL's equality and order of values.
#pragma once

#include <compare>
#include <optional>

#include "engine/base/value.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// Equality of any two values that are neither absent nor errors. Numbers of different kinds are compared by value,
// other values of different kinds differ; NaN equals nothing; lists and maps are equal if their parts are. Amounts in
// different currencies differ (the operators `==` and `!=` refuse them). Costs one unit per element looked at.
bool equal(const Value& a, const Value& b, Scratch& scratch);

// The order of two values, or nothing if their kinds have none. An int or uint is compared with a double as the double
// next to it, and two texts by their code points. Amounts must be in one currency.
std::optional<std::partial_ordering> order(const Value& a, const Value& b);

// The value of `key`, or nullptr.
const Value* find_in_map(const Value& map, const Value& key, Scratch& scratch);
bool list_contains(const Value& list, const Value& element, Scratch& scratch);

}  // namespace weir::cel
