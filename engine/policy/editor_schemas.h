// JSON Schemas of a policy's files, for editors that complete and check what is typed. They say which keys there are
// and what they mean; `weir check` knows more.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::policy {

struct EditorSchema {
  std::string_view name;  // "rules.schema.json"
  std::string_view text;
};

// In the order of name; static.
std::span<const EditorSchema> editor_schemas();

// Where they lie in a policy directory: hidden, so no part of the policy.
inline constexpr std::string_view kSchemaFolder = ".schemas";

// The first line of a file of the policy, by which an editor finds the file's schema; empty for files without one.
std::string schema_line(std::string_view path);

}  // namespace weir::policy
