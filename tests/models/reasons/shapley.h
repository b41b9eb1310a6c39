// Shapley values by their definition: a mean over all coalitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/trees/forest.h"

namespace weir::models::testing {

// Of `players` players, up to 20; `value` of a coalition, a bit for each player.
std::vector<double> shapley_values(std::size_t players, const std::function<double(std::uint32_t)>& value);

// What a forest gives on average if only the features of a coalition are known: at other features' nodes both children
// count, by their covers.
double known_value(const Forest& forest, std::span<const FeatureCode> codes, std::uint32_t known);

}  // namespace weir::models::testing
