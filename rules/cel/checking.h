// How much of an expression must be right before it runs.
#pragma once

#include <cstdint>

namespace weir::cel {

enum class Checking : std::uint8_t {
  kStrict,   // names, types and constant arguments: what every rule must pass
  kDynamic,  // syntax alone: a name or a form of a function that isn't there is an error of the evaluation that needs
             // it
};

}  // namespace weir::cel
