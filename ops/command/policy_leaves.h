// What the files of a policy say, value by value: for what a loaded policy does not keep, and to know whether two files
// differ in more than was told of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/policy/policy.h"

namespace weir::command {

// A value's text by its path, "limits.nesting"; a list is one text.
using Leaves = std::map<std::string, std::string>;

// All values of the file at that path; none if the policy has no such file.
Leaves leaves_of(const policy::Policy& policy, std::string_view path);

// All values of features.yaml and features/*.yaml together, as it means nothing in which of them a feature stands.
Leaves feature_leaves(const policy::Policy& policy);

// The ids of rules that have an `alert` of their own.
std::set<std::string> rules_with_alerts(const policy::Policy& policy);

// What stands behind `#`. Such a mark within a quoted text is taken for one, too.
std::string comments_of(std::string_view text);

// What the rules of a file say for people and for `weir test` alone, tests and references, by the rules' ids.
Leaves notes_of_rules(std::string_view text);

}  // namespace weir::command
