#include "rules/cel/source_map.h"

#include <algorithm>

#include "rules/cel/utf8.h"

namespace weir::cel {

SourceMap::SourceMap(std::string_view text, const Place& start) : text_(text), start_(start), line_begins_{0} {
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_begins_.push_back(i + 1);
  }
}

Place SourceMap::place(SourceRange range) const {
  const auto size = static_cast<std::uint32_t>(text_.size());
  const std::uint32_t begin = std::min(range.begin, size);
  const auto line = std::upper_bound(line_begins_.begin(), line_begins_.end(), begin) - line_begins_.begin() - 1;
  const std::uint32_t line_begin = line_begins_[static_cast<std::size_t>(line)];
  const std::size_t line_end = std::min<std::size_t>(text_.find('\n', begin), size);
  const std::size_t end = std::clamp<std::size_t>(range.end, begin, line_end);
  Place place = start_;
  place.line = start_.line + static_cast<std::uint32_t>(line);
  place.column = start_.column + static_cast<std::uint32_t>(code_points(text_.substr(line_begin, begin - line_begin)));
  place.length = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(code_points(text_.substr(begin, end - begin))));
  return place;
}

}  // namespace weir::cel
