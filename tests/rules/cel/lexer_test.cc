#include "rules/cel/lexer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace weir::cel {
namespace {

struct Lexed {
  std::vector<Token> tokens;
  Issues issues;
};

Lexed lex(std::string_view text) {
  Lexed out;
  out.tokens = tokenize(SourceMap(text, Place{nullptr, 1, 1, 1}), out.issues);
  return out;
}

TokenKind only_kind(std::string_view text) {
  const auto lexed = lex(text);
  EXPECT_EQ(lexed.tokens.size(), 2U) << text;
  EXPECT_FALSE(lexed.issues.has_errors()) << lexed.issues.render();
  return lexed.tokens[0].kind;
}

std::string string_value(std::string_view text) {
  const auto lexed = lex(text);
  EXPECT_FALSE(lexed.issues.has_errors()) << text << "\n" << lexed.issues.render();
  return lexed.tokens[0].text;
}

std::string first_message(std::string_view text) {
  const auto lexed = lex(text);
  return lexed.issues.all().empty() ? "" : lexed.issues.all()[0].message;
}

TEST(Lexer, TellsNumbersApart) {
  EXPECT_EQ(only_kind("0"), TokenKind::kInt);
  EXPECT_EQ(only_kind("0x1F"), TokenKind::kInt);
  EXPECT_EQ(only_kind("12u"), TokenKind::kUint);
  EXPECT_EQ(only_kind("0xaU"), TokenKind::kUint);
  EXPECT_EQ(only_kind("1.5"), TokenKind::kDouble);
  EXPECT_EQ(only_kind(".5"), TokenKind::kDouble);
  EXPECT_EQ(only_kind("1e9"), TokenKind::kDouble);
  EXPECT_EQ(only_kind("1.5E-9"), TokenKind::kDouble);
  EXPECT_EQ(lex("0x1F").tokens[0].integer, 31U);
  EXPECT_EQ(first_message("0X1F"), "malformed number");
  EXPECT_EQ(lex("18446744073709551615u").tokens[0].integer, std::numeric_limits<std::uint64_t>::max());
}

TEST(Lexer, LeavesAPointWithoutDigitsToTheParser) {
  const auto lexed = lex("1.size");
  ASSERT_EQ(lexed.tokens.size(), 4U);
  EXPECT_EQ(lexed.tokens[0].kind, TokenKind::kInt);
  EXPECT_EQ(lexed.tokens[1].kind, TokenKind::kDot);
  EXPECT_EQ(lexed.tokens[2].kind, TokenKind::kIdent);
}

TEST(Lexer, RefusesMalformedNumbers) {
  EXPECT_EQ(first_message("12abc"), "malformed number");
  EXPECT_EQ(first_message("0x"), "malformed number");
  EXPECT_EQ(first_message("1e"), "malformed number");
  EXPECT_EQ(first_message("1e+"), "malformed number");
  EXPECT_EQ(first_message("1.5u"), "malformed number");
  EXPECT_EQ(first_message("1_000"), "malformed number");
  EXPECT_EQ(first_message("5uu"), "malformed number");
}

TEST(Lexer, KnowsDurationsOfOtherFiles) {
  const auto advice = [](const std::string& text) {
    const auto lexed = lex(text);
    return lexed.issues.all().empty() ? "" : lexed.issues.all()[0].suggestion;
  };
  EXPECT_EQ(advice("48h"), "write duration('48h')");
  EXPECT_EQ(advice("1h30m"), "write duration('1h30m')");
  EXPECT_EQ(advice("2d"), "write duration('48h')");
  EXPECT_EQ(advice("1d1ms"), "write duration('...') of hours, minutes and seconds");
  EXPECT_EQ(advice("48x"), "");
}

TEST(Lexer, KnowsTheEndsOfTheNumberTypes) {
  EXPECT_EQ(first_message("18446744073709551615"), "");
  EXPECT_EQ(first_message("18446744073709551616"), "this number does not fit 64 bits");
  EXPECT_EQ(first_message("0xFFFFFFFFFFFFFFFF"), "");
  EXPECT_EQ(first_message("0x10000000000000000"), "this number does not fit 64 bits");
  EXPECT_EQ(first_message("1.7976931348623157e308"), "");
  EXPECT_EQ(first_message("1.8e308"), "this number is too large for a double");
  EXPECT_EQ(lex("5e-324").tokens[0].real, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(lex("1e-400").tokens[0].real, 0.0);
  EXPECT_EQ(lex("0.0000000000000000000000000000000000001e-4000").tokens[0].real, 0.0);
}

TEST(Lexer, DecodesEveryEscape) {
  EXPECT_EQ(string_value(R"('\a\b\f\n\r\t\v\\\?\"\'\`')"), "\a\b\f\n\r\t\v\\?\"'`");
  EXPECT_EQ(string_value(R"('\x41\X42\103')"), "ABC");
  EXPECT_EQ(string_value(R"('\u270c\U0001F62C')"), "\u270c\U0001F62C");
  EXPECT_EQ(string_value(R"('\xff\377')"), "\u00ff\u00ff");
  EXPECT_EQ(string_value(R"(b'\xff\377')"), "\xff\xff");
  EXPECT_EQ(string_value(R"(b'ÿ')"), "\u00ff");
}

TEST(Lexer, RefusesBadEscapesWithTheirPlace) {
  EXPECT_EQ(first_message(R"('\q')"), "no such escape");
  EXPECT_EQ(first_message(R"('\08')"), "an octal escape has three digits, \\000 to \\377");
  EXPECT_EQ(first_message(R"('\477')"), "an octal escape has three digits, \\000 to \\377");
  EXPECT_EQ(first_message(R"('\x4')"), "this escape needs 2 hexadecimal digits");
  EXPECT_EQ(first_message(R"('\u12')"), "this escape needs 4 hexadecimal digits");
  EXPECT_EQ(first_message(R"('\uD800')"), "not a Unicode code point");
  EXPECT_EQ(first_message(R"('\uD7FF')"), "");
  EXPECT_EQ(first_message(R"('\U0010FFFF')"), "");
  EXPECT_EQ(first_message(R"('\U00110000')"), "not a Unicode code point");
  EXPECT_EQ(first_message(R"(b'\u0041')"), "\\u and \\U stand for code points, which bytes don't have");
  const auto lexed = lex(R"('ab\q')");
  ASSERT_EQ(lexed.issues.all().size(), 1U);
  EXPECT_EQ(lexed.issues.all()[0].place.column, 4U);
  EXPECT_EQ(lexed.issues.all()[0].place.length, 2U);
}

TEST(Lexer, TakesRawAndTripleQuotedText) {
  EXPECT_EQ(string_value(R"(r'\d+\.')"), "\\d+\\.");
  EXPECT_EQ(string_value(R"(R"\q")"), "\\q");
  EXPECT_EQ(string_value("'''a'b''c'''"), "a'b''c");
  EXPECT_EQ(string_value("\"\"\"line\nline\"\"\""), "line\nline");
  EXPECT_EQ(string_value("'''a\\'''b'''"), "a'''b");
  EXPECT_EQ(string_value("r'''a\\'''"), "a\\");
  EXPECT_EQ(only_kind("bR'\\x'"), TokenKind::kBytes);
  EXPECT_EQ(string_value("''"), "");
}

TEST(Lexer, AQuotedTextEndsWithItsLine) {
  EXPECT_EQ(first_message("'abc\n'"), "string literal without its closing '");
  EXPECT_EQ(first_message("b\"abc"), "bytes literal without its closing \"");
  EXPECT_EQ(first_message("'''abc'"), "string literal without its closing '''");
  EXPECT_EQ(first_message("'abc\\"), "string literal without its closing '");
}

TEST(Lexer, SkipsCommentsAndSpace) {
  const auto lexed = lex("a // the rest && 'is nothing\n\t\f\r && b");
  ASSERT_EQ(lexed.tokens.size(), 4U);
  EXPECT_EQ(lexed.tokens[1].kind, TokenKind::kAnd);
}

TEST(Lexer, ReportsEveryBadCharacterAndGoesOn) {
  const auto lexed = lex("a = b & c | d $ e \x01 ü");
  EXPECT_EQ(lexed.issues.all().size(), 6U);
  EXPECT_EQ(lexed.issues.all()[0].suggestion, "write `==`");
  EXPECT_EQ(lexed.issues.all()[1].suggestion, "write `&&`");
  EXPECT_EQ(lexed.issues.all()[2].suggestion, "write `||`");
  EXPECT_EQ(lexed.issues.all()[5].message, "unexpected character `ü`");
  ASSERT_EQ(lexed.tokens.size(), 9U);
  EXPECT_EQ(lexed.tokens[1].kind, TokenKind::kEqual);
  EXPECT_EQ(lexed.tokens[3].kind, TokenKind::kAnd);
  EXPECT_EQ(lexed.tokens[5].kind, TokenKind::kOr);
}

TEST(Lexer, TakesQuotedFieldNames) {
  EXPECT_EQ(only_kind("`foo.txt`"), TokenKind::kQuotedIdent);
  EXPECT_EQ(lex("`a-b/c d`").tokens[0].text, "a-b/c d");
  EXPECT_NE(first_message("``"), "");
  EXPECT_NE(first_message("`a$`"), "");
}

}  // namespace
}  // namespace weir::cel
