// The characters of a source file by line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"

namespace weir::yaml {

// Adds an issue for everything that makes `file` unfit to be read as YAML at all: its size, the length of a line, bytes
// that are not UTF-8, control characters, tabs in indentation. Returns whether there was none.
bool check_source(const std::shared_ptr<const SourceFile>& file, Issues& issues);

// `text` without a leading byte order mark.
std::string_view without_byte_order_mark(std::string_view text);

// How many bytes the UTF-8 sequence that begins with `first` has; 1 for a byte that begins none.
std::size_t sequence_length(char first);
std::size_t code_points(std::string_view text);

// A place that moves through a text of valid UTF-8. Lines and columns count from 1.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  // Begins at `offset`, which is known to be at `line` and `column`.
  Cursor(std::string_view text, std::size_t offset, std::uint32_t line, std::uint32_t column)
      : text_(text), offset_(offset), line_(line), column_(column) {}

  // Goes to line and column, or to the end of that line if it is shorter.
  void seek(std::uint32_t line, std::uint32_t column);
  // Goes to the character that begins at a byte, or to the end. Cheap if it is on this line or a little ahead.
  void seek_offset(std::size_t offset);

  bool at_end() const { return offset_ >= text_.size(); }
  // '\0' at the end.
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  bool at_line_end() const;
  // One code point on; over a line end (one step for "\r\n") to the next line.
  void advance();
  // The rest of the line, without its end.
  std::string_view rest_of_line() const;

  std::size_t offset() const { return offset_; }
  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

 private:
  // To the beginning of the next line; false if there is none.
  bool next_line();

  std::string_view text_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace weir::yaml
