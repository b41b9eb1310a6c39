// What differs between two policies, in words.
#pragma once

#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace weir::command {

struct Difference {
  std::string theme;  // "rule", "threshold", "control share", "alerts", "limit", "feature", "model input", "file", ...
  std::string what;   // "`night-withdrawal` is new: A large withdrawal at night"
  // A change of one thing; both empty for what is new or gone.
  std::string was;
  std::string is;
};

// By theme: settings, thresholds, control share, alerts, limits, fields, entities, features, lists, model inputs,
// rules, model, exchange rates; and last the files that differ in what none of the others tells (comments, tests).
// Empty if both have one hash.
std::vector<Difference> policy_difference(const policy::Policy& before, const policy::Policy& after);

}  // namespace weir::command
