#include "engine/yaml/source_text.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/yaml/document.h"

namespace weir::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool continues(std::string_view text, std::size_t i) { return i < text.size() && (byte_at(text, i) & 0xC0U) == 0x80U; }

// The length of the well-formed sequence at `i` (Unicode 15, table 3-7), or 0.
std::size_t well_formed(std::string_view text, std::size_t i) {
  const unsigned first = byte_at(text, i);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(text, i + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(text, i + 1) || !continues(text, i + 2)) return 0;
    const unsigned second = byte_at(text, i + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(text, i + 1) || !continues(text, i + 2) || !continues(text, i + 3)) return 0;
    const unsigned second = byte_at(text, i + 1);
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

// The fault of one line's bytes, at the column of the first bad one; empty if there is none.
std::pair<std::string, std::uint32_t> line_fault(std::string_view line) {
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < line.size(); ++column) {
    const auto length = well_formed(line, i);
    if (length == 0) return {"these bytes are not UTF-8 text", column};
    const unsigned c = byte_at(line, i);
    if ((c < 0x20 && c != '\t') || c == 0x7F) return {"a control character can't stand in a policy file", column};
    i += length;
  }
  const auto indentation = line.substr(0, line.find_first_not_of(" \t"));
  const bool has_content = indentation.size() < line.size() && line[indentation.size()] != '#';
  const auto tab = indentation.find('\t');
  if (has_content && tab != std::string_view::npos) {
    return {"a tab can't indent YAML: use spaces", static_cast<std::uint32_t>(tab + 1)};
  }
  return {};
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += sequence_length(text[i])) ++count;
  return count;
}

bool check_source(const std::shared_ptr<const SourceFile>& file, Issues& issues) {
  if (file->text.size() > kMaxFileBytes) {
    issues.error({file, 0, 0, 1}, "the file has " + std::to_string(file->text.size()) + " bytes, the limit is " +
                                      std::to_string(kMaxFileBytes));
    return false;
  }
  bool good = true;
  auto text = without_byte_order_mark(file->text);
  for (std::uint32_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    auto content = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (end != std::string_view::npos && content.ends_with('\r')) content.remove_suffix(1);
    if (content.size() > kMaxLineBytes) {
      issues.error({file, 0, 0, 1}, "line " + std::to_string(line) + " has " + std::to_string(content.size()) +
                                        " bytes, the limit is " + std::to_string(kMaxLineBytes));
      return false;
    }
    auto [fault, column] = line_fault(content);
    if (fault.empty()) continue;
    issues.error({file, line, column, 1}, std::move(fault));
    good = false;
  }
  return good;
}

bool Cursor::at_line_end() const {
  return at_end() || peek() == '\n' || (peek() == '\r' && text_.substr(offset_ + 1, 1) == "\n");
}

bool Cursor::next_line() {
  const auto end = text_.find('\n', offset_);
  if (end == std::string_view::npos) return false;
  offset_ = end + 1;
  ++line_;
  column_ = 1;
  return true;
}

void Cursor::seek(std::uint32_t line, std::uint32_t column) {
  if (line < line_ || (line == line_ && column < column_)) *this = Cursor(text_);
  while (line_ < line) {
    if (next_line()) continue;
    offset_ = text_.size();
    return;
  }
  while (column_ < column && !at_line_end()) advance();
}

void Cursor::seek_offset(std::size_t offset) {
  offset = std::min(offset, text_.size());
  if (offset < offset_) *this = Cursor(text_);
  for (auto end = text_.find('\n', offset_); end < offset; end = text_.find('\n', offset_)) next_line();
  while (offset_ < offset) advance();
}

void Cursor::advance() {
  if (at_end()) return;
  if (at_line_end()) {
    offset_ += peek() == '\r' ? 2 : 1;
    ++line_;
    column_ = 1;
    return;
  }
  offset_ += sequence_length(peek());
  ++column_;
}

std::string_view Cursor::rest_of_line() const {
  auto rest = text_.substr(offset_ < text_.size() ? offset_ : text_.size());
  const auto end = rest.find('\n');
  rest = rest.substr(0, end);
  if (end != std::string_view::npos && rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

}  // namespace weir::yaml
