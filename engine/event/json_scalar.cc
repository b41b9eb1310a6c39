#include "engine/event/json_scalar.h"

#include <algorithm>
#include <cstdint>

namespace weir::event {
namespace {

constexpr std::size_t kGood = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool skip_digits(const char*& at, const char* end) {
  const char* const begin = at;
  while (at != end && is_digit(*at)) ++at;
  return at != begin;
}

// Four hexadecimal digits at `at`.
std::optional<std::uint32_t> hex4(std::string_view raw, std::size_t at) {
  if (raw.size() < at + 4) return std::nullopt;
  std::uint32_t unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = raw[i];
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// The code point of \uXXXX at `at` (the backslash), or of a surrogate pair; `at` moves behind it.
std::optional<std::uint32_t> unicode_escape(std::string_view raw, std::size_t& at) {
  const auto unit = hex4(raw, at + 2);
  if (!unit) return std::nullopt;
  at += 6;
  if (*unit < 0xD800 || *unit > 0xDFFF) return unit;
  if (*unit > 0xDBFF || raw.substr(at, 2) != "\\u") return std::nullopt;
  const auto low = hex4(raw, at + 2);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  at += 6;
  return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
}

}  // namespace

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!skip_digits(at, end)) {
    return false;
  }
  if (at != end && *at == '.' && !skip_digits(++at, end)) return false;
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!skip_digits(at, end)) return false;
  }
  return at == end;
}

std::size_t unescape_json(std::string_view raw, std::string* out) {
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t escape = raw.find('\\', at);
    const std::size_t plain_end = escape == std::string_view::npos ? raw.size() : escape;
    if (out != nullptr) out->append(raw.substr(at, plain_end - at));
    at = plain_end;
    if (at == raw.size()) break;
    if (at + 1 == raw.size()) return at;
    if (raw[at + 1] == 'u') {
      const std::size_t begin = at;
      const auto code = unicode_escape(raw, at);
      if (!code) return begin;
      if (out != nullptr) append_utf8(*out, *code);
      continue;
    }
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t letter = kLetters.find(raw[at + 1]);
    if (letter == std::string_view::npos) return at;
    if (out != nullptr) out->push_back(kMeanings[letter]);
    at += 2;
  }
  return kGood;
}

std::optional<StringFault> find_string_fault(std::string_view json) {
  bool inside = false;
  std::size_t opened = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      inside = !inside;
      opened = at;
    } else if (inside && c == '\\') {
      ++at;
    } else if (inside && static_cast<unsigned char>(c) < 0x20) {
      return StringFault{at, "a control character in a string must be escaped"};
    }
  }
  if (inside) return StringFault{opened, "the string is not closed"};
  return std::nullopt;
}

std::size_t find_text_behind(std::string_view json, std::size_t begin) {
  bool inside = false;
  std::size_t depth = 0;
  for (std::size_t at = begin; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      inside = !inside;
    } else if (inside) {
      if (c == '\\') ++at;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return std::min(json.find_first_not_of(" \t\n\r", at + 1), json.size());
    }
  }
  return std::string_view::npos;
}

}  // namespace weir::event
