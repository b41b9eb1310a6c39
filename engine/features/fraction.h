// Integer fractions, rounded once.
#pragma once

#include <cstdint>

#include "engine/history/wide.h"

namespace weir::features {

// The double nearest to numerator / denominator, ties to even. `denominator` is above 0.
double nearest(history::Int128 numerator, history::Uint128 denominator);

// The mean of `count` integers of this sum, each standing for itself / 10^decimals: the double nearest to it. `count`
// is above 0, `decimals` at most 18.
double mean(std::uint64_t count, history::Int128 sum, std::uint32_t decimals);

// Of the same integers, with this sum of squares: the square root, correctly rounded, of the double nearest to the
// variance of the population, (count * squares - sum^2) / (count * 10^decimals)^2.
double standard_deviation(std::uint64_t count, history::Int128 sum, const history::Wide& squares,
                          std::uint32_t decimals);

}  // namespace weir::features
