// Linked into a test program, it gives RapidCheck a fixed seed and 1,000 cases a property: a run repeats, unless
// RC_PARAMS in the environment asks for another one.
#include <cstdlib>

namespace {
[[maybe_unused]] const int kSeeded = setenv("RC_PARAMS", "seed=20260227 max_success=1000", 0);
}  // namespace
