#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "rules/cel/collection.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }

TEST(TextLibrary, CountsCharactersNotBytes) {
  EXPECT_EQ(result("['tacocat'.charAt(0), 'aé𐀀'.charAt(1), 'aé𐀀'.charAt(2), 'aé𐀀'.charAt(3), ''.charAt(0)]"),
            "['t', 'é', '𐀀', '', '']");
  EXPECT_EQ(result("'aé'.charAt(3)"), "error index_out_of_range (charAt)");
  EXPECT_EQ(result("'aé'.charAt(-1)"), "error index_out_of_range (charAt)");
  EXPECT_EQ(result("['ta©o©αT'.substring(2, 6), 'é'.substring(1), 'é'.substring(0, 0), ''.substring(0)]"),
            "['©o©α', '', '', '']");
  EXPECT_EQ(result("'abc'.substring(-1)"), "error index_out_of_range (substring)");
  EXPECT_EQ(result("'abc'.substring(4)"), "error index_out_of_range (substring)");
  EXPECT_EQ(result("'abc'.substring(1, 4)"), "error index_out_of_range (substring)");
  EXPECT_EQ(result("'abc'.substring(2, 1)"), "error invalid_argument (substring)");
  EXPECT_EQ(result("'abc'.substring(9223372036854775807)"), "error index_out_of_range (substring)");
  EXPECT_EQ(result("['gums'.reverse(), 'aé𐀀'.reverse(), ''.reverse()]"), "['smug', '𐀀éa', '']");
}

TEST(TextLibrary, FindsParts) {
  EXPECT_EQ(result("['tacocat'.indexOf('ac'), 'tacocat'.indexOf('x'), 'tacocat'.indexOf(''), ''.indexOf('x')]"),
            "[1, -1, 0, -1]");
  EXPECT_EQ(result("['ta©o©αT'.indexOf('©', 3), 'abc'.indexOf('', 3), 'abc'.indexOf('a', 3), 'aaa'.indexOf('a', 1)]"),
            "[4, 3, -1, 1]");
  EXPECT_EQ(result("'tacocat'.indexOf('a', 30)"), "error index_out_of_range (indexOf)");
  EXPECT_EQ(result("'tacocat'.indexOf('a', -1)"), "error index_out_of_range (indexOf)");
  EXPECT_EQ(result("['bananananana'.lastIndexOf('nana', 7), 'ta©o©αT'.lastIndexOf('©'), 'abc'.lastIndexOf('')]"),
            "[6, 4, 3]");
  EXPECT_EQ(result("[''.lastIndexOf('@@'), ''.lastIndexOf(''), 'aXbX'.lastIndexOf('X', 2), 'abc'.lastIndexOf('', 2)]"),
            "[-1, 0, 1, 2]");
  EXPECT_EQ(result("'abc'.lastIndexOf('a', 4)"), "error index_out_of_range (lastIndexOf)");
  EXPECT_EQ(result("'abc'.lastIndexOf('a', -1)"), "error index_out_of_range (lastIndexOf)");
}

TEST(TextLibrary, ReplacesAndSplits) {
  EXPECT_EQ(result("['hello hello'.replace('he', 'we'), 'hello hello'.replace('he', 'we', 1)]"),
            "['wello wello', 'wello hello']");
  EXPECT_EQ(result("['hello'.replace('l', '', 0), 'hello'.replace('l', '', -7), 'aaa'.replace('aa', 'b')]"),
            "['hello', 'heo', 'ba']");
  EXPECT_EQ(result("['aé'.replace('', '-'), 'aé'.replace('', '-', 2), ''.replace('', '-'), ''.replace('a', '-')]"),
            "['-a-é-', '-a-é', '-', '']");
  EXPECT_EQ(result("['a,b,,c'.split(','), 'a,b'.split(',', 1), 'a,b,c'.split(',', 2), 'a,b'.split(',', 0)]"),
            "[['a', 'b', '', 'c'], ['a,b'], ['a', 'b,c'], []]");
  EXPECT_EQ(
      result("['aé𐀀'.split(''), 'aé𐀀'.split('', 2), ''.split(''), ''.split(','), ','.split(','), 'ab'.split('', 9)]"),
      "[['a', 'é', '𐀀'], ['a', 'é𐀀'], [], [''], ['', ''], ['a', 'b']]");
  EXPECT_EQ(result("'o©o©o'.split('©', -1)"), "['o', 'o', 'o']");
  EXPECT_EQ(result("[['x', 'y'].join(), ['x', 'y', ''].join('-'), [].join('-'), ['x'].join('-')]"),
            "['xy', 'x-y-', '', 'x']");
  EXPECT_EQ(result("['a', dyn(1)].join()"), "error no_such_overload (join)");
  EXPECT_EQ(result("'a,b'.split(',').join('').size()"), "2");
}

TEST(TextLibrary, ChangesCaseOfAsciiAlone) {
  EXPECT_EQ(result("['TacoCÆt Xii[@`{'.lowerAscii(), 'tacoCαt zZ[@`{é'.upperAscii()]"),
            "['tacocÆt xii[@`{', 'TACOCαT ZZ[@`{é']");
}

TEST(TextLibrary, TrimsTheBlanksOfUnicode) {
  EXPECT_EQ(result(R"(' \f\n\r\t\vte xt  '.trim())"), "'te xt'");
  EXPECT_EQ(result(R"('\u0085\u00a0\u1680\u2000\u200atext\u2028\u2029\u202F\u205F\u3000'.trim())"), "'text'");
  EXPECT_EQ(result(R"('\u180etext\u200b\ufeff'.trim() == '\u180etext\u200b\ufeff')"), "true");
  EXPECT_EQ(result(R"([' '.trim(), ''.trim(), '\u3000'.trim(), 'é'.trim()])"), "['', '', '', 'é']");
}

TEST(TextLibrary, Quotes) {
  EXPECT_EQ(result(R"(strings.quote('a\a\b\f\n\r\t\v\\"é\'\x00') == '"a\\a\\b\\f\\n\\r\\t\\v\\\\\\"é\'\x00"')"),
            "true");
  EXPECT_EQ(result("strings.quote('')"), "'\"\"'");
}

TEST(TextLibrary, TakesNothingOfAnotherKind) {
  EXPECT_EQ(result("dyn(42).charAt(2)"), "error no_such_overload (charAt)");
  EXPECT_EQ(result("'a'.indexOf(dyn(4), 0)"), "error no_such_overload (indexOf)");
  EXPECT_EQ(result("'a'.indexOf('a', dyn('0'))"), "error no_such_overload (indexOf)");
  EXPECT_EQ(result("'42'.replace('2', '1', dyn(true))"), "error no_such_overload (replace)");
  EXPECT_EQ(result("'a'.split(dyn(b'a'))"), "error no_such_overload (split)");
  EXPECT_EQ(result("dyn(1).trim()"), "error no_such_overload (trim)");
  EXPECT_EQ(result("dyn('a').join()"), "error no_such_overload (join)");
  EXPECT_EQ(result("strings.quote(dyn(b'a'))"), "error no_such_overload (strings.quote)");
  EXPECT_EQ(result("'a'.substring(0, dyn(1u))"), "error no_such_overload (substring)");
}

TEST(TextLibrary, StaysWithinTheLimits) {
  const std::string huge(1U << 20U, 'a');
  World world;
  world.with("s", TypeKind::kString, Value::string(huge));
  EXPECT_EQ(world.result("s.replace('a', 'bbbb').size()"), "error cost_limit ()");
  EXPECT_EQ(world.result("s.split('').size()"), "error cost_limit ()");
  EXPECT_EQ(world.result("[s, s, s, s, s].join().size()"), "error cost_limit ()");
  EXPECT_EQ(world.result("s.upperAscii().endsWith('A')"), "true");
}

TEST(Base64, TakesTextWithAndWithoutPadding) {
  EXPECT_EQ(result("['', 'f', 'fo', 'foo', 'foob'].map(x, base64.encode(bytes(x)))"),
            "['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==']");
  EXPECT_EQ(result("['', 'Zg==', 'Zg', 'Zm8=', 'Zm8', 'Zm9v', 'Zm9vYg'].map(x, base64.decode(x))"),
            "[b'', b'f', b'f', b'fo', b'fo', b'foo', b'foob']");
  EXPECT_EQ(result(R"(base64.encode(b'\xff\xfe\xfd\x00'))"), "'//79AA=='");
  EXPECT_EQ(result(R"(base64.decode('//79AA==') == b'\xff\xfe\xfd\x00')"), "true");
  EXPECT_EQ(result(R"(base64.decode('Zm\r\n9v\nYg=\n='))"), "b'foob'");  // line breaks, as in mail
  EXPECT_EQ(result("base64.decode('Zh==')"), "b'f'");                    // bits that don't count
  for (const auto* text :
       {"Z", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v=", "Zm9vY", "Zg==Zg==", "Z_==", "Z g=", "é"}) {
    World world;
    world.with("s", TypeKind::kString, Value::string(text));
    EXPECT_EQ(world.result("base64.decode(s)"), "error invalid_argument (base64.decode)") << text;
  }
  EXPECT_EQ(result("base64.encode(dyn('a'))"), "error no_such_overload (base64.encode)");
  EXPECT_EQ(result("base64.decode(dyn(b'a'))"), "error no_such_overload (base64.decode)");
}

}  // namespace
}  // namespace weir::cel
