// The small bank's policy with a model.
#pragma once

#include <memory>

#include "engine/policy/policy.h"

namespace weir::shard::test {

// small_policy() with inputs of every kind, a model of random weights that reads them, and a rule that asks for its
// score.
std::shared_ptr<const policy::Policy> scoring_policy();

}  // namespace weir::shard::test
