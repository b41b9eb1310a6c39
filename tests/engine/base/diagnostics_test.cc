#include "engine/base/diagnostics.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace weir {
namespace {

std::shared_ptr<const SourceFile> file(std::string name, std::string text) {
  return std::make_shared<const SourceFile>(SourceFile{std::move(name), std::move(text)});
}

TEST(Issues, AreRenderedWithPlaceSourceLineCaretAndSuggestion) {
  Issues issues;
  issues.error({file("rules/a.yaml", "id: x\nwhen: amout > 100\n"), 2, 7, 5}, "there is no `amout`",
               "did you mean `amount`?");
  EXPECT_EQ(issues.render(),
            "rules/a.yaml:2:7: error: there is no `amout`\n"
            "    when: amout > 100\n"
            "          ^~~~~\n"
            "    did you mean `amount`?\n");
}

TEST(Issues, StandInTheOrderOfFileLineAndColumnAndElseAsTheyCame) {
  const auto a = file("a", "x y\nz\n");
  const auto b = file("b", "x\n");
  Issues issues;
  issues.error({b, 1, 1, 1}, "fifth");
  issues.error({a, 2, 1, 1}, "fourth");
  issues.warning({a, 1, 3, 1}, "second");
  issues.error({a, 1, 3, 1}, "third");
  issues.error({a, 0, 0, 1}, "first");
  EXPECT_EQ(issues.render(),
            "a: error: first\n"
            "a:1:3: warning: second\n    x y\n      ^\n"
            "a:1:3: error: third\n    x y\n      ^\n"
            "a:2:1: error: fourth\n    z\n    ^\n"
            "b:1:1: error: fifth\n    x\n    ^\n");
}

TEST(Issues, ColumnsCountCodePointsAndTabsStayTabs) {
  Issues issues;
  issues.error({file("f", "\t\"Zürich\" == 日本"), 1, 14, 2}, "wide");
  EXPECT_EQ(issues.render(),
            "f:1:14: error: wide\n"
            "    \t\"Zürich\" == 日本\n"
            "    \t            ^~\n");
}

TEST(Issues, ACarriageReturnIsNoPartOfTheLine) {
  Issues issues;
  issues.error({file("f", "ab\r\ncd\r\n"), 2, 1, 2}, "m");
  EXPECT_EQ(issues.render(), "f:2:1: error: m\n    cd\n    ^~\n");
}

TEST(Issues, ALineBeyondTheEndIsLeftOut) {
  Issues issues;
  issues.error({file("f", "ab"), 3, 1, 1}, "m");
  EXPECT_EQ(issues.render(), "f:3:1: error: m\n");
}

TEST(Issues, WithoutAFileOnlyTheMessageStands) {
  Issues issues;
  issues.error({}, "m", "s");
  EXPECT_EQ(issues.render(), "error: m\n    s\n");
}

TEST(Issues, WarningsAreNoErrors) {
  Issues issues;
  EXPECT_FALSE(issues.has_errors());
  issues.warning({}, "w");
  EXPECT_FALSE(issues.has_errors());
  Issues more;
  more.error({}, "e");
  issues.append(more);
  EXPECT_TRUE(issues.has_errors());
  ASSERT_EQ(issues.all().size(), 2U);
  EXPECT_EQ(issues.all()[0].severity, Severity::kWarning);
  EXPECT_EQ(issues.all()[1].message, "e");
}

TEST(ClosestName, FindsASlipOfThePen) {
  const std::vector<std::string> names{"amount", "merchant", "channel", "id"};
  EXPECT_EQ(closest_name("amout", names), "amount");
  EXPECT_EQ(closest_name("mercahnt", names), "merchant");
  EXPECT_EQ(closest_name("di", names), "id");
  EXPECT_EQ(closest_name("ib", names), "id");
}

TEST(ClosestName, ToleratesAThirdOfTheLettersAndNeverMoreThanThree) {
  const std::vector<std::string> names{"abcdef", "abcdefghijklmnop"};
  EXPECT_EQ(closest_name("abcdxx", names), "abcdef");
  EXPECT_EQ(closest_name("abcxxx", names), "");
  EXPECT_EQ(closest_name("abcdefghijklmxxx", names), "abcdefghijklmnop");
  EXPECT_EQ(closest_name("abcdefghijklxxxx", names), "");
}

TEST(ClosestName, OfEquallyNearOnesTheFirstByBytesWins) {
  const std::vector<std::string> names{"card_b", "card_a"};
  EXPECT_EQ(closest_name("card_c", names), "card_a");
  EXPECT_EQ(closest_name("card_c", std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace weir
