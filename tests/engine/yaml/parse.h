// One YAML text, parsed for a test.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/diagnostics.h"
#include "engine/yaml/document.h"

namespace weir::yaml {

struct Parsed {
  std::optional<Node> root;
  Issues issues;
  std::string report() const { return issues.render(); }
};

inline Parsed parse(std::string text) {
  Parsed out;
  const auto file = std::make_shared<const SourceFile>(SourceFile{"a.yaml", std::move(text)});
  out.root = parse_document(file, out.issues);
  return out;
}

}  // namespace weir::yaml
