// Byte offsets of an expression's text to lines and columns of the file in which it stands.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"

namespace weir::cel {

// Half-open, in bytes of the expression's text.
struct SourceRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

inline SourceRange joined(SourceRange first, SourceRange last) { return {first.begin, last.end}; }

// Keeps a view of `text`. Every line of `text` after the first begins at the column of `start`, as in a YAML block
// scalar; so does the first.
class SourceMap {
 public:
  SourceMap(std::string_view text, const Place& start);

  // The length counts code points and stops at the end of the first line.
  Place place(SourceRange range) const;
  std::string_view text() const { return text_; }
  std::string_view text(SourceRange range) const { return text_.substr(range.begin, range.end - range.begin); }

 private:
  std::string_view text_;
  Place start_;
  std::vector<std::uint32_t> line_begins_;
};

}  // namespace weir::cel
