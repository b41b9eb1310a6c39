#include "rules/cel/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/base/civil_time.h"
#include "rules/cel/literal.h"

namespace weir::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_name(char c) { return begins_name(c) || is_digit(c); }
bool in_quoted_name(char c) { return in_name(c) || c == '.' || c == '-' || c == '/' || c == ' '; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// `48h` and `2d` are durations elsewhere in a policy. CEL's own have no days.
std::string duration_advice(std::string_view number) {
  const auto duration_ms = parse_duration_ms(number);
  if (!duration_ms.ok()) return {};
  constexpr std::int64_t kHourMs = 3'600'000;
  const bool has_days = number.find('d') != std::string_view::npos;
  if (!has_days) return "write duration('" + std::string(number) + "')";
  if (*duration_ms % kHourMs != 0) return "write duration('...') of hours, minutes and seconds";
  return "write duration('" + std::to_string(*duration_ms / kHourMs) + "h')";
}

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

// Longer ones first.
constexpr std::array<Symbol, 24> kSymbols{{
    {"&&", TokenKind::kAnd},        {"||", TokenKind::kOr},          {"==", TokenKind::kEqual},
    {"!=", TokenKind::kNotEqual},   {"<=", TokenKind::kLessEqual},   {">=", TokenKind::kGreaterEqual},
    {"<", TokenKind::kLess},        {">", TokenKind::kGreater},      {"!", TokenKind::kNot},
    {".", TokenKind::kDot},         {",", TokenKind::kComma},        {":", TokenKind::kColon},
    {"?", TokenKind::kQuestion},    {"(", TokenKind::kOpenParen},    {")", TokenKind::kCloseParen},
    {"[", TokenKind::kOpenBracket}, {"]", TokenKind::kCloseBracket}, {"{", TokenKind::kOpenBrace},
    {"}", TokenKind::kCloseBrace},  {"+", TokenKind::kPlus},         {"-", TokenKind::kMinus},
    {"*", TokenKind::kStar},        {"/", TokenKind::kSlash},        {"%", TokenKind::kPercent},
}};

// Halves of operators that other languages have whole.
constexpr std::array<Symbol, 3> kSlips{{{"=", TokenKind::kEqual}, {"&", TokenKind::kAnd}, {"|", TokenKind::kOr}}};

// All begin with the same two bytes: the left and right ones, double and single, and the low one.
constexpr std::array<std::string_view, 5> kCurlyQuotes{"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x98", "\xE2\x80\x99",
                                                       "\xE2\x80\x9E"};

class Lexer {
 public:
  Lexer(const SourceMap& source, Issues& issues) : source_(source), text_(source.text()), issues_(issues) {}

  std::vector<Token> run() {
    for (skip_blank(); at_ < text_.size(); skip_blank()) next();
    tokens_.push_back({TokenKind::kEnd, {size(), size()}, {}, 0, 0});
    return std::move(tokens_);
  }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }

  void skip_blank() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (!rest().starts_with("//")) return;
      at_ = static_cast<std::uint32_t>(std::min<std::size_t>(text_.find('\n', at_), text_.size()));
    }
  }

  Token& push(TokenKind kind, std::uint32_t begin) {
    tokens_.push_back({kind, {begin, at_}, {}, 0, 0});
    return tokens_.back();
  }

  void fault(SourceRange range, std::string message, std::string suggestion = {}) {
    issues_.error(source_.place(range), std::move(message), std::move(suggestion));
  }

  void next() {
    const std::uint32_t begin = at_;
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (const auto prefix = literal_prefix(); prefix >= 0) return quoted(static_cast<std::uint32_t>(prefix));
    if (begins_name(c)) return name();
    if (c == '`') return quoted_name();
    for (const auto& symbol : kSymbols) {
      if (!rest().starts_with(symbol.text)) continue;
      at_ += static_cast<std::uint32_t>(symbol.text.size());
      push(symbol.kind, begin);
      return;
    }
    bad_character();
  }

  // Quotes of a word processor, and comments of other languages: what was meant is clear.
  bool known_slip() {
    const std::uint32_t begin = at_;
    const auto* quote = std::find_if(kCurlyQuotes.begin(), kCurlyQuotes.end(),
                                     [this](std::string_view text) { return rest().starts_with(text); });
    if (quote != kCurlyQuotes.end()) {
      at_ += static_cast<std::uint32_t>(quote->size());
      const auto line_end = std::min<std::size_t>(text_.find('\n', at_), size());
      while (at_ < line_end && text_[at_] != '"' && text_[at_] != '\'' && !rest().starts_with("\xE2\x80")) ++at_;
      if (at_ < line_end) at_ += rest().starts_with("\xE2\x80") ? 3 : 1;
      fault({begin, at_}, "these are not the quotes of a text", "write straight quotes: 'text'");
      push(TokenKind::kFaulty, begin);
      return true;
    }
    if (peek() != '#') return false;
    at_ = static_cast<std::uint32_t>(std::min<std::size_t>(text_.find('\n', at_), size()));
    fault({begin, begin + 1}, "unexpected character `#`", "a comment begins with `//`");
    return true;
  }

  void bad_character() {
    if (known_slip()) return;
    const std::uint32_t begin = at_++;
    while (at_ < text_.size() && (static_cast<unsigned char>(text_[at_]) & 0xC0U) == 0x80U) ++at_;
    const auto text = text_.substr(begin, at_ - begin);
    const bool printable = static_cast<unsigned char>(text[0]) > 0x20 && text[0] != 0x7F;
    const auto* slip = std::find_if(kSlips.begin(), kSlips.end(), [&text](const Symbol& s) { return s.text == text; });
    const std::string suggestion = slip == kSlips.end() ? "" : "write `" + std::string(text) + std::string(text) + "`";
    fault({begin, at_}, printable ? "unexpected character `" + std::string(text) + "`" : "unexpected control character",
          suggestion);
    // What was meant is clear: nothing else of the expression need be reported for it.
    if (slip != kSlips.end()) push(slip->kind, begin);
  }

  void name() {
    const std::uint32_t begin = at_;
    while (in_name(peek())) ++at_;
    const auto text = text_.substr(begin, at_ - begin);
    if (text == "true") {
      push(TokenKind::kTrue, begin);
    } else if (text == "false") {
      push(TokenKind::kFalse, begin);
    } else if (text == "null") {
      push(TokenKind::kNull, begin);
    } else if (text == "in") {
      push(TokenKind::kIn, begin);
    } else {
      push(TokenKind::kIdent, begin).text = text;
    }
  }

  void quoted_name() {
    const std::uint32_t begin = at_++;
    while (in_quoted_name(peek())) ++at_;
    const auto text = text_.substr(begin + 1, at_ - begin - 1);
    if (peek() != '`' || text.empty()) {
      fault({begin, at_}, "a quoted field name holds letters, digits and _ . - / or spaces, between back quotes");
      if (peek() == '`') ++at_;
      push(TokenKind::kFaulty, begin);
      return;
    }
    ++at_;
    push(TokenKind::kQuotedIdent, begin).text = text;
  }

  void number() {
    const std::uint32_t begin = at_;
    const bool hex = peek() == '0' && peek(1) == 'x';
    bool real = false;
    if (hex) {
      at_ += 2;
      while (is_hex(peek())) ++at_;
    } else {
      real = decimal();
    }
    const std::uint32_t digits_end = at_;
    const bool is_unsigned = !real && (peek() == 'u' || peek() == 'U');
    if (is_unsigned) ++at_;
    if (in_name(peek()) || (hex && digits_end == begin + 2)) {
      while (in_name(peek())) ++at_;
      fault({begin, at_}, "malformed number", duration_advice(text_.substr(begin, at_ - begin)));
      push(TokenKind::kFaulty, begin);
      return;
    }
    const auto text = text_.substr(begin, digits_end - begin);
    if (real) {
      real_number(text, begin);
    } else {
      integer(hex ? text.substr(2) : text, hex ? 16 : 10, is_unsigned, begin);
    }
  }

  // Returns whether it has a fraction or an exponent.
  bool decimal() {
    bool real = false;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      real = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_digit(peek(1 + sign))) {
        real = true;
        at_ += static_cast<std::uint32_t>(1 + sign);
        while (is_digit(peek())) ++at_;
      }
    }
    return real;
  }

  void real_number(std::string_view text, std::uint32_t begin) {
    const Real parsed = parse_real(text);
    if (parsed.fault != RealFault::kNone) {
      fault({begin, at_}, "this number is too large for a double");
      push(TokenKind::kFaulty, begin);
      return;
    }
    push(TokenKind::kDouble, begin).real = parsed.value;
  }

  void integer(std::string_view digits, int base, bool is_unsigned, std::uint32_t begin) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      fault({begin, at_}, "this number does not fit 64 bits", is_unsigned ? "" : "write a double, e.g. 1e20");
      push(TokenKind::kFaulty, begin);
      return;
    }
    push(is_unsigned ? TokenKind::kUint : TokenKind::kInt, begin).integer = value;
  }

  // The number of prefix letters before a quote, or -1 if no quoted literal begins here.
  int literal_prefix() const {
    int letters = 0;
    if (peek() == 'b' || peek() == 'B') ++letters;
    if (peek(static_cast<std::size_t>(letters)) == 'r' || peek(static_cast<std::size_t>(letters)) == 'R') ++letters;
    const char quote = peek(static_cast<std::size_t>(letters));
    return quote == '"' || quote == '\'' ? letters : -1;
  }

  void quoted(std::uint32_t prefix) {
    const std::uint32_t begin = at_;
    const auto letters = text_.substr(begin, prefix);
    const bool bytes = letters.find_first_of("bB") != std::string_view::npos;
    const bool raw = letters.find_first_of("rR") != std::string_view::npos;
    at_ += prefix;
    const std::string mark(rest().starts_with(std::string(3, peek())) ? 3 : 1, peek());
    at_ += static_cast<std::uint32_t>(mark.size());
    const std::uint32_t body_begin = at_;
    if (!skip_body(mark, raw)) {
      fault({begin, begin + prefix + static_cast<std::uint32_t>(mark.size())},
            std::string(bytes ? "bytes" : "string") + " literal without its closing " + mark);
      push(TokenKind::kFaulty, begin);
      return;
    }
    const auto body = text_.substr(body_begin, at_ - body_begin);
    at_ += static_cast<std::uint32_t>(mark.size());
    std::string value(raw ? body : std::string_view());
    if (!raw) {
      if (const auto bad = decode_escapes(body, bytes, value)) {
        const auto bad_begin = body_begin + static_cast<std::uint32_t>(bad->offset);
        fault({bad_begin, bad_begin + static_cast<std::uint32_t>(bad->length)}, bad->message,
              bad->message == "no such escape" ? "write `\\\\` for a backslash, or a raw literal r'...'" : "");
        push(TokenKind::kFaulty, begin);
        return;
      }
    }
    push(bytes ? TokenKind::kBytes : TokenKind::kString, begin).text = std::move(value);
  }

  // Moves to the closing mark; false if there is none (then to the end of the line or of the text).
  bool skip_body(std::string_view mark, bool raw) {
    while (at_ < text_.size()) {
      if (rest().starts_with(mark)) return true;
      const char c = peek();
      if (mark.size() == 1 && (c == '\n' || c == '\r')) return false;
      at_ += !raw && c == '\\' && at_ + 1 < text_.size() && (mark.size() == 3 || (peek(1) != '\n' && peek(1) != '\r'))
                 ? 2
                 : 1;
    }
    return false;
  }

  const SourceMap& source_;
  std::string_view text_;
  Issues& issues_;
  std::uint32_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(const SourceMap& source, Issues& issues) { return Lexer(source, issues).run(); }

}  // namespace weir::cel
