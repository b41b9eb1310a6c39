#include "rules/book/expression.h"

#include <gtest/gtest.h>

#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

// The issues of the expression under `when` of a document.
std::string issues_of(const std::string& document) {
  const auto root = parse(document);
  Issues issues;
  const auto program =
      compile_expression(root.find("when"), test_vocabulary(), cel::Type::simple(cel::TypeKind::kBool), issues);
  EXPECT_EQ(program == nullptr, issues.has_errors());
  return issues.render();
}

TEST(Expression, CompilesWhateverTheQuoting) {
  for (const auto* document :
       {"when: channel == 'online' && night\n", "when: \"channel == 'online' && night\"\n",
        "when: 'channel == ''online'' && night'\n", "when: |\n  channel == 'online'\n    && night\n",
        "when: >\n  channel == 'online'\n  && night\n", "when: channel == 'online'\n  && night\n"}) {
    EXPECT_EQ(issues_of(document), "") << document;
  }
}

TEST(Expression, IssuesStandAtTheirPlacesInABlock) {
  EXPECT_EQ(issues_of("when: |\n  night\n    && chanel == 'online'\n"),
            "rules.yaml:3:8: error: `chanel` is not declared\n"
            "        && chanel == 'online'\n"
            "           ^~~~~~\n"
            "    did you mean `channel`?\n");
}

TEST(Expression, IssuesStandAtTheirPlacesInAFoldedPlainScalar) {
  EXPECT_EQ(issues_of("when: night\n  && chanel == 'online'\n"),
            "rules.yaml:2:6: error: `chanel` is not declared\n"
            "      && chanel == 'online'\n"
            "         ^~~~~~\n"
            "    did you mean `channel`?\n");
}

TEST(Expression, AnUnexpectedEndStandsBehindTheLastCharacter) {
  const auto report = issues_of("when: |\n  night &&\n\nid: x\n");
  EXPECT_TRUE(report.starts_with("rules.yaml:2:11: error: ")) << report;
}

TEST(Expression, AnEmptyOneIsAnIssue) {
  EXPECT_NE(issues_of("when: ''\n").find("the expression is empty"), std::string::npos);
  EXPECT_NE(issues_of("when:\n").find("a single value must stand here, not nothing"), std::string::npos);
  EXPECT_NE(issues_of("when: [1]\n").find("a single value must stand here, not a list"), std::string::npos);
}

TEST(Expression, TextIsTrimmed) {
  EXPECT_EQ(expression_text(parse("when: |\n\n  a\n   && b  \n\n").entries[0].value), "a\n && b");
}

TEST(TextCheck, ANameThatAnEnumerationDoesNotHaveIsAnError) {
  EXPECT_EQ(issues_of("when: channel == 'onlin'\n"),
            "rules.yaml:1:18: error: `channel` is never 'onlin'\n"
            "    when: channel == 'onlin'\n"
            "                     ^~~~~~~\n"
            "    did you mean `online`?\n");
  EXPECT_NE(issues_of("when: \"'teller' != channel\"\n").find("it may be: online, chip, atm"), std::string::npos);
  EXPECT_NE(issues_of("when: night || !(channel in ['chip', 'onlin'])\n").find("never 'onlin'"), std::string::npos);
  EXPECT_EQ(issues_of("when: channel in ['chip', 'atm'] || channel == 'online'\n"), "");
  EXPECT_EQ(issues_of("when: channel == name\n"), "") << "what is not a written text is not known";
}

TEST(TextCheck, ATokenCanBeComparedButNotLookedInto) {
  EXPECT_EQ(issues_of("when: card_number == other_card\n"), "");
  EXPECT_EQ(issues_of("when: has(card_number) && card_number in [other_card]\n"), "");
  for (const auto* expression :
       {"card_number == '4000'", "'4000' != card_number", "card_number in ['4000']", "card_number.startsWith('4')",
        "card_number.contains('4')", "card_number.endsWith('4')", "card_number.matches('4')", "size(card_number) == 16",
        "card_number + 'x' == name", "card_number < other_card"}) {
    const auto report = issues_of("when: " + std::string("\"") + expression + "\"\n");
    EXPECT_NE(report.find("is personal and stands here as a token"), std::string::npos) << expression << "\n" << report;
  }
}

TEST(TextCheck, AllFaultsAreFoundAtOnce) {
  const auto report = issues_of("when: |\n  channel == 'x'\n  || channel == 'y'\n  || card_number == 'z'\n");
  EXPECT_NE(report.find("rules.yaml:2:14"), std::string::npos) << report;
  EXPECT_NE(report.find("rules.yaml:3:17"), std::string::npos) << report;
  EXPECT_NE(report.find("rules.yaml:4:21"), std::string::npos) << report;
}

}  // namespace
}  // namespace weir::book
