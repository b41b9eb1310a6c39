#include "rules/cel/literal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "rules/cel/utf8.h"

namespace weir::cel {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The character for \a, \n ..., or -1.
int simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return -1;
  }
}

// A number of exactly `count` hexadecimal digits at the front of `text`.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4U | static_cast<std::uint32_t>(digit);
  }
  return value;
}

class EscapeDecoder {
 public:
  EscapeDecoder(std::string_view body, bool bytes, std::string& out) : body_(body), bytes_(bytes), out_(out) {}

  std::optional<EscapeFault> run() {
    while (at_ < body_.size()) {
      if (body_[at_] != '\\') {
        out_.push_back(body_[at_++]);
        continue;
      }
      if (auto fault = escape()) return fault;
    }
    return std::nullopt;
  }

 private:
  std::optional<EscapeFault> fault(std::size_t length, std::string message) const {
    return EscapeFault{at_, std::min(length, body_.size() - at_), std::move(message)};
  }

  void push(std::uint32_t value) {
    if (bytes_) {
      out_.push_back(static_cast<char>(value));
    } else {
      append_utf8(out_, value);
    }
  }

  std::optional<EscapeFault> escape() {
    if (at_ + 1 >= body_.size()) return fault(1, "a lone backslash");
    const char c = body_[at_ + 1];
    if (const int simple = simple_escape(c); simple >= 0) {
      out_.push_back(static_cast<char>(simple));
      at_ += 2;
      return std::nullopt;
    }
    if (is_octal(c)) return octal();
    switch (c) {
      case 'x':
      case 'X':
        return hex(2);
      case 'u':
        return hex(4);
      case 'U':
        return hex(8);
      default:
        return fault(2, "no such escape");
    }
  }

  std::optional<EscapeFault> octal() {
    const auto digits = body_.substr(at_ + 1, 3);
    if (digits.size() < 3 || digits[0] > '3' || !is_octal(digits[1]) || !is_octal(digits[2])) {
      return fault(4, "an octal escape has three digits, \\000 to \\377");
    }
    push(static_cast<std::uint32_t>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0')));
    at_ += 4;
    return std::nullopt;
  }

  std::optional<EscapeFault> hex(std::size_t digits) {
    if (bytes_ && digits > 2) return fault(2, "\\u and \\U stand for code points, which bytes don't have");
    const auto value = hex_number(body_.substr(at_ + 2), digits);
    if (!value) return fault(2 + digits, "this escape needs " + std::to_string(digits) + " hexadecimal digits");
    if (!is_scalar_value(*value)) return fault(2 + digits, "not a Unicode code point");
    push(*value);
    at_ += 2 + digits;
    return std::nullopt;
  }

  std::string_view body_;
  bool bytes_;
  std::string& out_;
  std::size_t at_ = 0;
};

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

// Whether a well-formed number that no double holds is too large (rather than too small): the power of ten of its first
// digit that isn't 0 decides.
bool is_large(std::string_view unsigned_text) {
  std::int64_t power = 0;
  bool seen_point = false;
  bool seen_digit = false;
  std::size_t at = 0;
  for (; at < unsigned_text.size() && (is_digit(unsigned_text[at]) || unsigned_text[at] == '.'); ++at) {
    if (unsigned_text[at] == '.') {
      seen_point = true;
      continue;
    }
    seen_digit = seen_digit || unsigned_text[at] != '0';
    if (seen_digit && !seen_point) ++power;
    if (!seen_digit && seen_point) --power;
  }
  std::int64_t exponent = 0;
  if (at < unsigned_text.size()) {
    ++at;
    const bool negative = at < unsigned_text.size() && unsigned_text[at] == '-';
    if (negative || (at < unsigned_text.size() && unsigned_text[at] == '+')) ++at;
    constexpr std::int64_t kHuge = 1'000'000'000;
    for (; at < unsigned_text.size(); ++at) {
      exponent = std::min<std::int64_t>(kHuge, exponent * 10 + (unsigned_text[at] - '0'));
    }
    if (negative) exponent = -exponent;
  }
  return power + exponent > 0;
}

}  // namespace

std::optional<EscapeFault> decode_escapes(std::string_view body, bool bytes, std::string& out) {
  return EscapeDecoder(body, bytes, out).run();
}

Real parse_real(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const auto with_sign = [negative](double value) { return Real{negative ? -value : value, RealFault::kNone}; };
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    return with_sign(std::numeric_limits<double>::infinity());
  }
  if (equals_ignoring_case(text, "nan")) return {std::numeric_limits<double>::quiet_NaN(), RealFault::kNone};
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return {0, RealFault::kNotANumber};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return {0, RealFault::kNotANumber};
  if (error == std::errc::result_out_of_range || std::isinf(value)) {
    return is_large(text) ? Real{0, RealFault::kOutOfRange} : with_sign(0);
  }
  return with_sign(value);
}

}  // namespace weir::cel
