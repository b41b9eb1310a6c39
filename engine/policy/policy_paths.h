// Which files make a policy.
#pragma once

#include <string>
#include <string_view>

namespace weir::policy {

enum class PathKind {
  kPart,       // a file of the policy
  kIgnored,    // hidden, a backup, a note
  kSuspicious  // none of a policy's files, but it looks as if it was meant as one
};

// `path` is relative to the policy directory, with '/'. For a suspicious one `advice` says what to do.
PathKind classify_path(std::string_view path, std::string& advice);

// Whether it is features.yaml or one of features/.
bool is_feature_file(std::string_view path);

// Whether it is a model: no text, but a safetensors file in model/.
bool is_model_file(std::string_view path);

// Whether a folder of that name holds files of a policy: "rules", "lists", "features", "model", and all within "rules".
bool is_policy_folder(std::string_view path);

}  // namespace weir::policy
