#include "engine/yaml/scalar_place.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "engine/yaml/source_text.h"
#include "tests/engine/yaml/parse.h"

namespace weir::yaml {
namespace {

std::string line_of(std::string_view text, std::uint32_t line) {
  Cursor cursor(text);
  cursor.seek(line, 1);
  return std::string(cursor.rest_of_line());
}

// What the place underlines.
std::string underlined(const Place& place) {
  const auto text = without_byte_order_mark(place.file->text);
  Cursor cursor(text);
  cursor.seek(place.line, place.column);
  std::string out;
  for (std::uint32_t i = 0; i < place.length && !cursor.at_line_end(); ++i) {
    const auto begin = cursor.offset();
    cursor.advance();
    out += text.substr(begin, cursor.offset() - begin);
  }
  return out;
}

// The place of `word`, which stands once in the value of `key`, underlines it in the file.
void expect_found(const std::string& text, const std::string& word, const std::string& shown) {
  const auto parsed = parse(text);
  ASSERT_TRUE(parsed.root) << parsed.report();
  const auto& scalar = parsed.root->entries.back().value;
  const auto offset = scalar.text.find(word);
  ASSERT_NE(offset, std::string::npos) << scalar.text;
  Cursor cursor(scalar.text);
  cursor.seek_offset(offset);
  const auto place =
      place_in_scalar(scalar, cursor.line(), cursor.column(), static_cast<std::uint32_t>(code_points(word)));
  EXPECT_EQ(underlined(place), shown) << line_of(text, place.line);
}

TEST(ScalarPlace, FindsWordsInEveryStyle) {
  expect_found("a: foo bar baz\n", "bar", "bar");
  expect_found("a: foo\n  bar\n   baz\n", "baz", "baz");
  expect_found("a: foo\n\n\n  bär   baz\n", "baz", "baz");
  expect_found("a: 'it''s here'\n", "here", "here");
  expect_found("a: 'it''s here'\n", "it's", "it''s");
  expect_found("a: 'one\n   two'\n", "two", "two");
  expect_found("a: \"x \\\"y\\\" \\u00e9 here\"\n", "here", "here");
  expect_found("a: \"x \\\"y\\\" here\"\n", "\"y\"", "\\\"y\\\"");
  expect_found("a: \"x\\n\\ty here\"\n", "here", "here");
  expect_found("a: \"one \\\n     two\"\n", "two", "two");
  expect_found("a: \"\\x41 \\U0001F600 here\"\n", "here", "here");
  expect_found("a: |\n  one\n    two\n  three\n", "two", "two");
  expect_found("a: |-\n\n\n    one\n\n    two\n", "two", "two");
  expect_found("a: |+  # a note\n  one ü two\n", "two", "two");
  expect_found("a: >\n  one\n  two\n\n  three four\n", "four", "four");
  expect_found("a: >\n  one\n    more\n  two\n", "two", "two");
  expect_found("b: 1\r\na: |\r\n  one\r\n  two\r\n", "two", "two");
  expect_found(
      "\xEF\xBB\xBF"
      "a: |\n  one\n  two\n",
      "two", "two");
}

TEST(ScalarPlace, APlaceThatSpansLinesIsCutAtTheEndOfTheFirst) {
  const auto parsed = parse("a: |\n  one two\n  three\n");
  const auto place = place_in_scalar(parsed.root->entries[0].value, 1, 5, 9);
  EXPECT_EQ(place.line, 2U);
  EXPECT_EQ(underlined(place), "two");
}

TEST(ScalarPlace, TheEndOfTheTextIsAPlace) {
  const auto parsed = parse("a: |\n  one\n  two\nb: 'x y'\n");
  const auto block = place_in_scalar(parsed.root->entries[0].value, 2, 4, 1);
  EXPECT_EQ(block.line, 3U);
  EXPECT_EQ(block.column, 6U);
  const auto quoted = place_in_scalar(parsed.root->entries[1].value, 1, 4, 1);
  EXPECT_EQ(quoted.column, 8U) << "the closing quote";
}

// Words of a random value, written in a random style, are found again.
RC_GTEST_PROP(ScalarPlace, WordsAreFoundHoweverTheValueIsWritten, ()) {
  const auto word = rc::gen::mapcat(rc::gen::inRange(1, 6), [](int size) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(size),
                                           rc::gen::elementOf(std::string("abcxyz_&|=")));
  });
  auto words = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(word));
  // Distinct, and no first word that would mean something in YAML.
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = "w" + std::to_string(i) + words[i] + "e";
  const auto style = *rc::gen::inRange(0, 5);
  const auto indent = std::string(static_cast<std::size_t>(*rc::gen::inRange(2, 6)), ' ');
  std::string text = style == 0 ? "k: " : style == 1 ? "k: '" : style == 2 ? "k: \"" : style == 3 ? "k: |\n" : "k: >\n";
  const bool is_block = style >= 3;
  if (is_block) text += indent;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += *rc::gen::arbitrary<bool>() ? "\n" + indent : " ";
    text += words[i];
  }
  text += style == 1 ? "'\n" : style == 2 ? "\"\n" : "\n";
  const auto parsed = parse(text);
  RC_ASSERT(parsed.root.has_value());
  const auto& scalar = parsed.root->entries[0].value;
  for (const auto& wanted : words) {
    Cursor cursor(scalar.text);
    cursor.seek_offset(scalar.text.find(wanted));
    const auto place =
        place_in_scalar(scalar, cursor.line(), cursor.column(), static_cast<std::uint32_t>(wanted.size()));
    RC_ASSERT(underlined(place) == wanted);
  }
}

}  // namespace
}  // namespace weir::yaml
