#include "engine/yaml/scalar_place.h"

#include <algorithm>
#include <string_view>

#include "engine/yaml/source_text.h"

namespace weir::yaml {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Walks the value and its source in step. White space may be folded, so its steps are loose; every other character of
// the value is one character (or one escape) of the source.
class Walk {
 public:
  explicit Walk(const Node& scalar)
      : style_(scalar.style),
        source_(without_byte_order_mark(scalar.place.file->text), scalar.offset, scalar.place.line,
                scalar.place.column) {
    if (style_ == ScalarStyle::kSingleQuoted || style_ == ScalarStyle::kDoubleQuoted) source_.advance();
    if (style_ == ScalarStyle::kLiteral || style_ == ScalarStyle::kFolded) {
      while (!source_.at_line_end()) source_.advance();
      source_.advance();
    }
  }

  // Moves to the source of `value`, the next character of the scalar's value.
  void approach(char value) {
    skip_escaped_line_end();
    if (is_blank(value) && !at_escape()) return;
    while (is_blank(source_.peek()) && !at_escape()) {
      source_.advance();
      skip_escaped_line_end();
    }
  }

  // Steps over the source of `value`.
  void consume(char value) {
    if (at_escape()) {
      consume_escape();
    } else if (style_ == ScalarStyle::kSingleQuoted && value == '\'') {
      source_.advance();
      source_.advance();
    } else if (!is_blank(value) || is_blank(source_.peek())) {
      source_.advance();
    }
  }

  std::uint32_t line() const { return source_.line(); }
  std::uint32_t column() const { return source_.column(); }

 private:
  bool at_escape() const { return style_ == ScalarStyle::kDoubleQuoted && source_.peek() == '\\'; }

  void skip_escaped_line_end() {
    while (at_escape()) {
      Cursor next = source_;
      next.advance();
      if (!next.at_line_end()) return;
      next.advance();
      while (next.peek() == ' ' || next.peek() == '\t') next.advance();
      source_ = next;
    }
  }

  void consume_escape() {
    source_.advance();
    const char kind = source_.peek();
    const int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    for (int i = 0; i < 1 + digits; ++i) source_.advance();
  }

  ScalarStyle style_;
  Cursor source_;
};

}  // namespace

Place place_in_scalar(const Node& scalar, std::uint32_t line, std::uint32_t column, std::uint32_t length) {
  Cursor begin(scalar.text);
  begin.seek(line, column);
  Walk walk(scalar);
  Cursor value(scalar.text);
  while (value.offset() < begin.offset()) {
    walk.approach(value.peek());
    walk.consume(value.peek());
    value.advance();
  }
  if (!value.at_end()) walk.approach(value.peek());
  Place place{scalar.place.file, walk.line(), walk.column(), 1};
  for (std::uint32_t i = 0; i < length && !value.at_end(); ++i) {
    walk.approach(value.peek());
    walk.consume(value.peek());
    value.advance();
    if (walk.line() != place.line) break;
    place.length = std::max(walk.column() - place.column, 1U);
  }
  return place;
}

}  // namespace weir::yaml
