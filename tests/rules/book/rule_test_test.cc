#include "rules/book/rule_test.h"

#include <gtest/gtest.h>

#include <string>

#include "rules/book/rule_reader.h"
#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

std::string rule_with(const std::string& when, const std::string& tests) {
  return "id: a\ndescription: d\nreason: R1\nwhen: " + when + "\nthen: {points: 1}\ntests:\n" + tests;
}

struct Outcome {
  std::string report;
  TestTally tally;
};

Outcome outcome_of(const std::string& when, const std::string& tests) {
  Issues issues;
  const auto vocabulary = test_vocabulary();
  RuleReader reader(vocabulary, issues);
  reader.keep_tests();
  reader.read_file(parse(rule_with(when, tests)));
  Outcome out;
  if (!issues.has_errors()) {
    for (const auto& rule : reader.take_tests()) run_tests(rule, kSlots, issues, out.tally);
  }
  out.report = issues.render();
  return out;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(RuleTest, HitMissAndErrorCanBeExpected) {
  const auto out = outcome_of("amount >= eur('150.00')",
                              "  - {given: {amount: 150.00 EUR}, expect: hit}\n"
                              "  - {given: {amount: 149.99 EUR}, expect: miss}\n"
                              "  - {given: {amount: 150.00 USD}, expect: error}\n"
                              "  - {given: {amount: null}, expect: error}\n");
  EXPECT_EQ(out.report, "");
  EXPECT_EQ(out.tally.passed, 4U);
  EXPECT_EQ(out.tally.failed, 0U);
  EXPECT_EQ(out.tally.branches, 2U);
  EXPECT_EQ(out.tally.unreached, 0U);
}

TEST(RuleTest, AFailedTestNamesWhatMadeItFail) {
  const auto out = outcome_of("night && card.count_1h >= 3",
                              "  - {given: {night: true, card.count_1h: 2}, expect: hit}\n"
                              "  - {given: {night: true, card.count_1h: 3}, expect: miss}\n"
                              "  - {given: {night: false, card.count_1h: 3}, expect: miss}\n");
  EXPECT_EQ(out.tally.failed, 2U);
  EXPECT_EQ(out.tally.passed, 1U);
  EXPECT_TRUE(contains(out.report, "rules.yaml:7:54: error: rule `a` comes to miss")) << out.report;
  EXPECT_TRUE(contains(out.report, "false is `card.count_1h >= 3`")) << out.report;
  EXPECT_TRUE(contains(out.report, "every part of the condition holds")) << out.report;
}

TEST(RuleTest, BranchesThatNoTestReachesAreNamed) {
  const auto out = outcome_of("night && (channel == 'online' || card.count_1h > 3) && !has(name)",
                              "  - {given: {night: true, channel: online, card.count_1h: 9}, expect: hit}\n"
                              "  - {given: {night: false}, expect: miss}\n");
  EXPECT_EQ(out.tally.failed, 0U);
  EXPECT_TRUE(contains(out.report, "no test makes `channel == 'online'` false")) << out.report;
  EXPECT_TRUE(contains(out.report, "no test comes to `card.count_1h > 3`")) << out.report;
  EXPECT_TRUE(contains(out.report, "no test makes `!has(name)` false")) << out.report;
  EXPECT_FALSE(contains(out.report, "makes `night`")) << out.report;
  EXPECT_EQ(out.tally.branches, 10U) << "four operands, and the whole";
  EXPECT_EQ(out.tally.unreached, 4U) << out.report;
}

TEST(RuleTest, BranchesOfAConditionalCountToo) {
  const auto out = outcome_of("\"night ? card.count_1h > 3 : (channel == 'atm' && card.count_1h > 9)\"",
                              "  - {given: {night: true, card.count_1h: 4}, expect: hit}\n"
                              "  - {given: {night: true, card.count_1h: 3}, expect: miss}\n");
  EXPECT_TRUE(contains(out.report, "no test makes `night` false")) << out.report;
  EXPECT_TRUE(contains(out.report, "no test comes to `channel == 'atm'`")) << out.report;
}

TEST(RuleTest, FaultsOfTestsAreFaultsOfThePolicy) {
  const auto out = outcome_of("night",
                              "  - {given: {nigth: true, amount: 5, channel: onlin, card.count_1h: 1.5}, expect: yes}\n"
                              "  - {expect: hit}\n");
  EXPECT_TRUE(contains(out.report, "there is no `nigth`")) << out.report;
  EXPECT_TRUE(contains(out.report, "did you mean `night`?")) << out.report;
  EXPECT_TRUE(contains(out.report, "this is not an amount with its currency, e.g. 180.00 EUR")) << out.report;
  EXPECT_TRUE(contains(out.report, "`channel` is never 'onlin'")) << out.report;
  EXPECT_TRUE(contains(out.report, "write miss, hit or error")) << out.report;
  EXPECT_TRUE(contains(out.report, "the test has no `given`")) << out.report;
}

}  // namespace
}  // namespace weir::book
