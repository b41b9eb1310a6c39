#include "engine/policy/editor_schemas.h"

#include <algorithm>

namespace weir::policy {

std::string schema_line(std::string_view path) {
  if (!path.ends_with(".yaml")) return {};
  const auto folders = std::count(path.begin(), path.end(), '/');
  const auto folder = path.substr(0, path.find('/'));
  const auto name = folders > 0 ? folder : path.substr(0, path.find('.'));
  std::string line = "# yaml-language-server: $schema=";
  for (auto i = folders; i > 0; --i) line.append("../");
  return line.append(kSchemaFolder).append("/").append(name).append(".schema.json\n");
}

}  // namespace weir::policy
