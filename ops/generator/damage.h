// Records that no reader may accept, for showing what becomes of them.
#pragma once

#include <string>

#include "ops/generator/random.h"

namespace weir::generator {

inline constexpr std::uint32_t kDamages = 9;

// Damages a good card payment record in one of kDamages ways: cut off, not JSON, empty, invalid UTF-8, an impossible
// date, an amount that is no number, an amount of the wrong type, a missing amount, an unknown event type.
void damage(std::string& record, std::uint32_t way, Random& random);

}  // namespace weir::generator
