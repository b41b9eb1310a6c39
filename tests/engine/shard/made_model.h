// A model of random weights for a policy's inputs.
#pragma once

#include <string>

#include "engine/model/input_definitions.h"

namespace weir::shard::test {

// The file. The inputs are as many of each kind, and of the same sizes, as models::testing::WholeModel has: two
// features, a sequence of 4 events with three fields of 12 codes, texts of 32 buckets with 8 n-grams at most and of 64
// with 5.
std::string made_model(const model::InputDefinitions& inputs);

}  // namespace weir::shard::test
