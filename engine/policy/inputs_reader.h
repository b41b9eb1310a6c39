// inputs.yaml: what a model may look at.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/model/input_definitions.h"
#include "engine/policy/schema_draft.h"
#include "engine/policy/vocabulary.h"
#include "engine/yaml/node.h"
#include "rules/book/rule_reader.h"

namespace weir::policy {

// The inputs without their versions. `limits`: an input may cost what a rule may, all of them what all rules may.
model::InputDefinitions read_inputs(const yaml::Node& root, const SchemaDraft& draft,
                                    const std::vector<FeatureDraft>& features, const book::CostLimits& limits,
                                    Issues& issues);

// Gives the inputs of a policy without faults their versions.
void set_versions(const event::Schema& schema, const std::vector<FeatureDraft>& features,
                  model::InputDefinitions& inputs);

}  // namespace weir::policy
