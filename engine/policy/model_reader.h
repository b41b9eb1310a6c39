// A policy's model: the safetensors file in its folder model/.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/model/binding.h"
#include "engine/model/input_definitions.h"
#include "engine/policy/policy.h"

namespace weir::policy {

// nullptr if there is none; messages name files as `prefix` + path. More than one file is an issue.
const PolicyFile* find_model_file(const std::vector<PolicyFile>& files, std::string_view prefix, Issues& issues);

// The model, or nullptr and an issue. `inputs` have their versions; nullptr if there is no inputs.yaml.
std::shared_ptr<const model::BoundModel> read_model(const PolicyFile& file, const model::InputDefinitions* inputs,
                                                    std::string_view prefix, Issues& issues);

}  // namespace weir::policy
