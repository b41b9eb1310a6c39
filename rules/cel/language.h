// What the language offers, for people: each operator, function and macro with its forms and what it means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cel {

struct LanguageEntry {
  std::string_view theme;          // "Texts"
  std::string_view name;           // "startsWith"
  std::vector<std::string> forms;  // "string.startsWith(string) -> bool"
  std::string_view meaning;        // one line
};

// Those of one theme follow each other.
std::vector<LanguageEntry> language();

}  // namespace weir::cel
