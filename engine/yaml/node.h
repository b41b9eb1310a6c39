// What a YAML file says, as a tree in which every key and value knows its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"

namespace weir::yaml {

enum class NodeKind : std::uint8_t {
  kNull,  // nothing written, `~` or `null`
  kScalar,
  kSequence,
  kMap,
  kFaulty,  // already reported; whoever meets one says nothing more about it
};

enum class ScalarStyle : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

struct Entry;

struct Node {
  NodeKind kind = NodeKind::kNull;
  ScalarStyle style = ScalarStyle::kPlain;
  // Where the node begins: the first character of a plain scalar, the quote, the '|' of a block. A value that is not
  // written has the place of its key.
  Place place;
  std::size_t offset = 0;      // of that character in the text after a byte order mark
  std::string text;            // kScalar: the value, unquoted and unfolded
  std::vector<Node> items;     // kSequence
  std::vector<Entry> entries;  // kMap: in the order written, keys are scalars and unique

  // The value of a key, or nullptr.
  const Node* find(std::string_view key) const;
};

struct Entry {
  Node key;
  Node value;
};

// "a text", "a list", "a mapping", "nothing": for messages.
std::string_view kind_name(NodeKind kind);

}  // namespace weir::yaml
