#include "engine/policy/model_reader.h"

#include <string>
#include <utility>

#include "engine/policy/limits.h"
#include "engine/policy/policy_paths.h"

namespace weir::policy {
namespace {

Place place_of(const PolicyFile& file, std::string_view prefix) {
  return {std::make_shared<const SourceFile>(SourceFile{std::string(prefix) + file.path, ""}), 0, 0, 1};
}

}  // namespace

const PolicyFile* find_model_file(const std::vector<PolicyFile>& files, std::string_view prefix, Issues& issues) {
  const PolicyFile* found = nullptr;
  for (const auto& file : files) {
    if (!is_model_file(file.path)) continue;
    if (found != nullptr) issues.error(place_of(file, prefix), "a policy has one model", found->path + " is there too");
    if (file.text.size() > kMaxModelBytes) {
      issues.error(place_of(file, prefix), "the model has " + std::to_string(file.text.size()) +
                                               " bytes, the limit is " + std::to_string(kMaxModelBytes));
    }
    if (found == nullptr) found = &file;
  }
  return found;
}

std::shared_ptr<const model::BoundModel> read_model(const PolicyFile& file, const model::InputDefinitions* inputs,
                                                    std::string_view prefix, Issues& issues) {
  auto loaded = models::Model::load(file.text);
  if (!loaded) {
    issues.error(place_of(file, prefix), "this is no model: " + loaded.error().message);
    return nullptr;
  }
  if (inputs == nullptr) {
    issues.error(place_of(file, prefix), "the policy has no inputs.yaml, which says what the model looks at",
                 "`weir model show FILE` lists what it was trained on");
    return nullptr;
  }
  auto bound = model::bind(*std::move(loaded), *inputs);
  if (!bound) {
    issues.error(place_of(file, prefix), "the model does not go with this policy: " + bound.error().message);
    return nullptr;
  }
  return *std::move(bound);
}

}  // namespace weir::policy
