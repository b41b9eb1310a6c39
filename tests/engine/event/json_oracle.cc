#include "tests/engine/event/json_oracle.h"

#include <cstdint>

namespace weir::event {
namespace {

class Oracle {
 public:
  Oracle(std::string_view text, int max_nesting) : text_(text), max_nesting_(max_nesting) {}

  bool accepts() {
    space();
    if (!value(0)) return false;
    space();
    return at_ == text_.size();
  }

 private:
  int peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : -1;
  }
  bool eat(char c) {
    if (peek() != static_cast<unsigned char>(c)) return false;
    ++at_;
    return true;
  }
  bool eat(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  bool digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > begin;
  }

  bool value(int depth) {
    switch (peek()) {
      case '{':
        return depth < max_nesting_ && object(depth + 1);
      case '[':
        return depth < max_nesting_ && array(depth + 1);
      case '"':
        return string();
      case 't':
        return eat(std::string_view("true"));
      case 'f':
        return eat(std::string_view("false"));
      case 'n':
        return eat(std::string_view("null"));
      default:
        return number();
    }
  }

  bool object(int depth) {
    eat('{');
    space();
    if (eat('}')) return true;
    do {
      space();
      if (!string()) return false;
      space();
      if (!eat(':')) return false;
      space();
      if (!value(depth)) return false;
      space();
    } while (eat(','));
    return eat('}');
  }

  bool array(int depth) {
    eat('[');
    space();
    if (eat(']')) return true;
    do {
      space();
      if (!value(depth)) return false;
      space();
    } while (eat(','));
    return eat(']');
  }

  bool number() {
    eat('-');
    if (!eat('0') && !digits()) return false;
    if (eat('.') && !digits()) return false;
    if (eat('e') || eat('E')) {
      if (!eat('+')) eat('-');
      return digits();
    }
    return true;
  }

  bool hex4(std::uint32_t& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int c = peek();
      if (c >= '0' && c <= '9') {
        unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
      } else if ((c | 32) >= 'a' && (c | 32) <= 'f') {
        unit = unit * 16 + static_cast<std::uint32_t>((c | 32) - 'a' + 10);
      } else {
        return false;
      }
    }
    return true;
  }

  bool escape() {
    if (eat('u')) {
      std::uint32_t unit = 0;
      if (!hex4(unit)) return false;
      if (unit >= 0xDC00 && unit <= 0xDFFF) return false;
      if (unit < 0xD800 || unit > 0xDBFF) return true;
      std::uint32_t low = 0;
      return eat('\\') && eat('u') && hex4(low) && low >= 0xDC00 && low <= 0xDFFF;
    }
    for (const char letter : std::string_view("\"\\/bfnrt")) {
      if (eat(letter)) return true;
    }
    return false;
  }

  bool code_point() {
    const int lead = peek();
    if (lead < 0x80) {
      ++at_;
      return true;
    }
    const int length = lead >= 0xC2 && lead <= 0xDF   ? 2
                       : lead >= 0xE0 && lead <= 0xEF ? 3
                       : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                      : 0;
    if (length == 0) return false;
    std::uint32_t code = static_cast<std::uint32_t>(lead) & (0x7FU >> static_cast<unsigned>(length));
    for (std::size_t i = 1; i < static_cast<std::size_t>(length); ++i) {
      const int byte = peek(i);
      if (byte < 0x80 || byte > 0xBF) return false;
      code = code << 6U | (static_cast<std::uint32_t>(byte) & 0x3FU);
    }
    if (length == 3 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) return false;
    if (length == 4 && (code < 0x10000 || code > 0x10FFFF)) return false;
    at_ += static_cast<std::size_t>(length);
    return true;
  }

  bool string() {
    if (!eat('"')) return false;
    while (!eat('"')) {
      const int c = peek();
      if (c < 0x20) return false;  // also the end
      if (c == '\\') {
        ++at_;
        if (!escape()) return false;
      } else if (!code_point()) {
        return false;
      }
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int max_nesting_;
};

}  // namespace

bool is_strict_json(std::string_view text, int max_nesting) { return Oracle(text, max_nesting).accepts(); }

}  // namespace weir::event
