// JSON's scalars by RFC 8259: on demand, simdjson looks at a scalar only when it is asked for its value, and so would
// let a malformed one pass in a member that nobody reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::event {

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text);

// Resolves the escapes of `raw`, the text between a string's quotes, and appends the result to `out` unless that is
// nullptr. Returns where a bad escape stands (an unknown letter, a lone surrogate), npos if all are good. What is
// appended is never longer than `raw`. Control characters and quotes are not looked for.
std::size_t unescape_json(std::string_view raw, std::string* out);

// Of a text in which a string is not closed or holds an unescaped control character: where, and which of both.
struct StringFault {
  std::size_t offset = 0;
  std::string_view what;
};
std::optional<StringFault> find_string_fault(std::string_view json);

// Where text goes on behind the array or object that begins at `begin`, counting brackets only: the size of `json` if
// nothing follows, npos if it is not closed.
std::size_t find_text_behind(std::string_view json, std::size_t begin);

}  // namespace weir::event
