// The number that XGBoost's thresholds are. Values are rounded to it, compared and stored; nothing is computed with it,
// so no machine, compiler or optimisation has a say.
#pragma once

#include <limits>

namespace weir::models {

using Float32 = float;
static_assert(std::numeric_limits<Float32>::is_iec559 && sizeof(Float32) == 4);

}  // namespace weir::models
