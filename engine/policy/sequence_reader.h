// `sequence` of inputs.yaml.
#pragma once

#include "engine/base/diagnostics.h"
#include "engine/model/input_definitions.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/node.h"

namespace weir::policy {

// The sequence without its fields' versions. `at` is the place of its key.
model::SequenceInput read_sequence(const yaml::Node& node, const Place& at, const SchemaDraft& draft, Issues& issues);

}  // namespace weir::policy
