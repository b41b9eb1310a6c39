// What the lexer makes of a text.
#pragma once

#include <cstdint>
#include <string>

#include "rules/cel/source_map.h"

namespace weir::cel {

enum class TokenKind : std::uint8_t {
  kEnd,
  kFaulty,       // a literal that is already reported; it stands where an operand may stand
  kIdent,        // `text` is the name
  kQuotedIdent,  // `text` is what stands between the back quotes
  kInt,          // `integer` is the magnitude
  kUint,         // `integer`
  kDouble,       // `real`
  kString,       // `text` is the decoded value
  kBytes,        // the same
  kTrue,
  kFalse,
  kNull,
  kIn,
  kDot,
  kComma,
  kColon,
  kQuestion,
  kOpenParen,
  kCloseParen,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kNot,
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  SourceRange range;
  std::string text;
  std::uint64_t integer = 0;
  double real = 0;
};

}  // namespace weir::cel
