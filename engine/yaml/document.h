// Reads one YAML file. A deliberate subset of YAML 1.2, so that a policy reads the same to every person and every tool:
// one document, mappings with unique scalar keys, lists, plain, quoted and block scalars, comments. Refused, each with
// an issue: anchors, aliases, tags, several documents, keys that are not scalars, block scalars with an indentation
// digit, tabs as indentation, control characters, text that is not UTF-8. A byte order mark is passed over.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"

namespace weir::yaml {

inline constexpr std::size_t kMaxFileBytes = 4 << 20;
inline constexpr std::size_t kMaxLineBytes = 16 << 10;  // without the line end
inline constexpr std::size_t kMaxDepth = 16;            // mappings and lists within each other
inline constexpr std::size_t kMaxNodes = 200'000;       // keys and values of any kind

// The root of the file, or nothing if there is no telling its structure. Whatever is wrong is added to `issues`: a root
// that is returned beside issues is good for finding further faults, and for nothing else.
std::optional<Node> parse_document(const std::shared_ptr<const SourceFile>& file, Issues& issues);

}  // namespace weir::yaml
