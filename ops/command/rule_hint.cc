#include "ops/command/rule_hint.h"

#include <vector>

#include "engine/yaml/scalars.h"

namespace weir::command {

std::string did_you_mean_rule(std::string_view id, const book::Book& rules) {
  std::vector<std::string> ids;
  for (const auto& rule : rules.rules()) ids.push_back(rule.id);
  const auto meant = yaml::did_you_mean(id, ids);
  return meant.empty() ? meant : ", " + meant;
}

}  // namespace weir::command
