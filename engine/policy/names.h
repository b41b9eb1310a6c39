// Which names a policy may give.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"

namespace weir::policy {

// Whether `key` may name a field or an entity: an identifier of the rule language, at most kMaxNameLength long, that
// means nothing else there. If not, that is an issue; `what` is "a field" or "an entity".
bool check_variable_name(const yaml::Node& key, std::string_view what, Issues& issues);

// Whether `key` may stand behind a dot (a feature) or be an event type: as above, but the names of the engine's own
// variables are free.
bool check_member_name(const yaml::Node& key, std::string_view what, Issues& issues);

// 1 to kMaxNameLength of a-z, 0-9 and '-'.
bool is_policy_name(std::string_view name);

}  // namespace weir::policy
