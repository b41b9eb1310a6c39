// Gives RapidCheck a fixed seed, so that a run repeats, unless RC_PARAMS in the environment asks for another one.
#include <cstdlib>

namespace {
[[maybe_unused]] const int kSeeded = setenv("RC_PARAMS", "seed=20260227 max_success=400", 0);
}  // namespace
