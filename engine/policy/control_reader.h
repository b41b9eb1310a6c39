// `control` in policy.yaml.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/diagnostics.h"
#include "engine/decide/control.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/node.h"

namespace weir::policy {

// Nothing, and an issue, if it is faulty. `rules`: the ids of the policy's rules; nullptr if not all of them are known.
std::optional<decide::Control> read_control(const yaml::Node& node, const SchemaDraft& draft,
                                            const std::map<std::string, Place>* rules, Issues& issues);

}  // namespace weir::policy
