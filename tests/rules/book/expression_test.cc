#include "rules/book/expression.h"

#include <gtest/gtest.h>

#include <algorithm>

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

// The first line of each issue without its file.
std::string lines_of(const std::string& condition) {
  auto vocabulary = test_vocabulary();
  const auto declare = [&](const char* name, cel::TypeKind kind, std::uint32_t slot) {
    EXPECT_TRUE(vocabulary.environment.declare({name, cel::Type::simple(kind), slot, true}).ok());
  };
  declare("email", cel::TypeKind::kString, kSlots);
  declare("tries", cel::TypeKind::kInt, kSlots + 1);
  vocabulary.environment.imply(kChannel, "online", {kSlots});
  vocabulary.environment.imply(kChannel, "chip", {});
  vocabulary.environment.imply(kChannel, "atm", {});
  const auto root = parse("when: |\n  " + condition + "\n");
  Issues issues;
  (void)check_expression(root.find("when"), vocabulary, cel::Type::simple(cel::TypeKind::kBool), issues);
  auto all = issues.all();
  std::stable_sort(all.begin(), all.end(),
                   [](const Issue& a, const Issue& b) { return a.place.column < b.place.column; });
  std::string out;
  for (const auto& issue : all) {
    out += std::to_string(issue.place.column - 3) + ": " + issue.message.substr(0, issue.message.find(':')) + "\n";
  }
  return out;
}

TEST(Expression, AFaultOfOneKindHidesNoneOfAnother) {
  EXPECT_EQ(lines_of("tries > 3 && channel == 'onlin'"), "0: `tries` may be absent\n24: `channel` is never 'onlin'\n");
  EXPECT_EQ(lines_of("tries > 3 && card_number == '4'"),
            "0: `tries` may be absent\n28: `card_number` is personal and stands here as a token\n");
  EXPECT_EQ(lines_of("email == 'x' && card.count_1h > 5 && card.count_1h < 3"),
            "0: `email` may be absent\n37: `card.count_1h < 3` can't hold together with `card.count_1h > 5` (2\n");
  EXPECT_EQ(lines_of("cuont > 3 && tries > 3 && channel == 'atmm'"),
            "0: `cuont` is not declared\n13: `tries` may be absent\n37: `channel` is never 'atmm'\n");
  EXPECT_EQ(lines_of("amount > 3 && tries > 3"), "7: `>` can't compare money and int\n14: `tries` may be absent\n");
  EXPECT_EQ(lines_of("(channel == 'atmm'"),
            "12: `channel` is never 'atmm'\n18: the expression ends where `)` is wanted\n");
}

TEST(Expression, AFaultHasNoSecondMessage) {
  EXPECT_EQ(lines_of("has(emial) && email == 'x'"), "4: `emial` is not declared\n");
  EXPECT_EQ(lines_of("has(emial) && email == 'x' && tries > 1"),
            "4: `emial` is not declared\n30: `tries` may be absent\n");
  EXPECT_EQ(lines_of("email != null && email == 'x'"), "6: `!=` can't compare string and null\n");
  EXPECT_EQ(lines_of("!email && tries > 1"), "0: `!` can't be applied to string\n");
  EXPECT_EQ(lines_of("email.orVaule('') == 'x'"), "6: there is no function `orVaule`\n");
  EXPECT_EQ(lines_of("channel == 'onlin' && email == 'x'"), "11: `channel` is never 'onlin'\n");
  EXPECT_EQ(lines_of("channel == online && email == 'x'"), "11: `online` is not declared\n");
  EXPECT_EQ(lines_of("chanel == 'online' && email == 'x'"), "0: `chanel` is not declared\n");
  EXPECT_EQ(lines_of("has(email) == 'yes' && email == 'x'"), "11: `==` can't compare bool and string\n");
  EXPECT_EQ(lines_of("channel in 'onlin'"), "8: `in` can't look for string in string\n");
  EXPECT_EQ(lines_of("channel == 'onlin' && channel == 'online'"), "11: `channel` is never 'onlin'\n");
}

TEST(TextCheck, ATokenIsNoTextAndNoTokenOfAnotherDomain) {
  EXPECT_EQ(issues_of("when: card_number == other_card\n"), "");
  EXPECT_EQ(issues_of("when: \"card_number in [other_card, name]\"\n"),
            "rules.yaml:1:36: error: `name` is a text, and `card_number` is a token of `card`: they are never equal\n"
            "    when: \"card_number in [other_card, name]\"\n"
            "                                       ^~~~\n");
  EXPECT_NE(issues_of("when: name != card_number\n").find("they are never equal"), std::string::npos);
  EXPECT_EQ(issues_of("when: name == channel\n"), "");
}

TEST(Expression, WhatAMisspeltTextImpliesIsNoMore) {
  EXPECT_EQ(lines_of("channel == 'chip' && email == 'x'"), "21: `email` may be absent\n");
  EXPECT_EQ(lines_of("channel == 'chop' && email == 'x'"),
            "11: `channel` is never 'chop'\n21: `email` may be absent\n");
  EXPECT_EQ(lines_of("channel == 'online' && email == 'x'"), "");
}

TEST(TextCheck, AllFaultsAreFoundAtOnce) {
  const auto report = issues_of("when: |\n  channel == 'x'\n  || channel == 'y'\n  || card_number == 'z'\n");
  EXPECT_NE(report.find("rules.yaml:2:14"), std::string::npos) << report;
  EXPECT_NE(report.find("rules.yaml:3:17"), std::string::npos) << report;
  EXPECT_NE(report.find("rules.yaml:4:21"), std::string::npos) << report;
}

}  // namespace
}  // namespace weir::book
