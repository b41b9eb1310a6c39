// From a position within a scalar's value back to the file, whatever the scalar's quoting and folding.
#pragma once

#include <cstdint>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"

namespace weir::yaml {

// `line`, `column` and `length` count within `scalar.text` (from 1; code points). The result covers the same characters
// in the file; what goes over several of its lines is cut at the end of the first.
Place place_in_scalar(const Node& scalar, std::uint32_t line, std::uint32_t column, std::uint32_t length);

}  // namespace weir::yaml
