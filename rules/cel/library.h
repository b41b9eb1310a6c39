// The functions beyond CEL's standard ones: those of its usual extensions for numbers, text, lists, sets, encodings and
// networks.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

inline bool is_library(Function function) {
  return function >= Function::kGreatest && function <= Function::kPrefixLength;
}

struct FunctionName {
  Function function;
  std::string_view text;
};

std::span<const FunctionName> library_names();
std::vector<Overload> library_overloads();

// As call(), for these functions; a number of arguments that no form takes is kNoSuchOverload, too.
Value library_call(Function function, std::span<const Value> arguments, Scratch& scratch);

// Its parts, by theme.
Value math_call(Function function, std::span<const Value> arguments, Scratch& scratch);
Value text_call(Function function, std::span<const Value> arguments, Scratch& scratch);
Value list_call(Function function, std::span<const Value> arguments, Scratch& scratch);
Value network_call(Function function, std::span<const Value> arguments, Scratch& scratch);
Value encoding_call(Function function, std::span<const Value> arguments, Scratch& scratch);

// The list of the pending elements from `begin`, which are then pending no more.
Value collected(Scratch& scratch, std::size_t begin, Function function);

}  // namespace weir::cel
