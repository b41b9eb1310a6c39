// What differs between two policies, in words.
#pragma once

#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace weir::command {

struct Difference {
  std::string theme;  // "rule", "threshold", "feature", "field", "entity", "list", "exchange rates", "file"
  std::string what;   // "`night-withdrawal` is new: A large withdrawal at night"
  // A change of one thing; both empty for what is new or gone.
  std::string was;
  std::string is;
};

// By theme: settings, fields, entities, features, lists, rules, exchange rates; and last the files whose texts differ
// in what none of the others tells (comments, paths of fields, tests). Empty if both have one hash.
std::vector<Difference> policy_difference(const policy::Policy& before, const policy::Policy& after);

}  // namespace weir::command
