#include "rules/book/rule_reader.h"

#include <gtest/gtest.h>

#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

struct Read {
  std::vector<Rule> rules;
  std::string report;
};

Read read(const std::vector<std::string>& files) {
  const auto vocabulary = test_vocabulary();
  Issues issues;
  RuleReader reader(vocabulary, issues);
  for (std::size_t i = 0; i < files.size(); ++i) reader.read_file(parse(files[i], std::to_string(i) + ".yaml"));
  return {reader.take(), issues.render()};
}

std::string rule(const std::string& then, const std::string& id = "a", const std::string& reason = "R1",
                 const std::string& description = "text") {
  return "id: '" + id + "'\ndescription: '" + description + "'\nreason: '" + reason + "'\nwhen: night\nthen: " + then +
         "\n";
}

TEST(RuleReader, ReadsARuleWithEverything) {
  const auto result =
      read({"id: cash-out\n"
            "description: |\n  Small probes,\n  then a purchase\n"
            "owner: cards\n"
            "reason: R12\n"
            "when: |\n  night\n  && card.count_1h > 3\n"
            "then: {points: 350, outcome: decline, on_error: review}\n"
            "references: [one, two]\n"});
  EXPECT_EQ(result.report, "");
  ASSERT_EQ(result.rules.size(), 1U);
  const auto& r = result.rules[0];
  EXPECT_EQ(r.id, "cash-out");
  EXPECT_EQ(r.description, "Small probes,\nthen a purchase");
  EXPECT_EQ(r.owner, "cards");
  EXPECT_EQ(r.reason, "R12");
  EXPECT_EQ(r.when_text, "night\n&& card.count_1h > 3");
  EXPECT_EQ(r.points, 350);
  EXPECT_EQ(r.outcome, Outcome::kDecline);
  EXPECT_TRUE(r.review_on_error);
  EXPECT_EQ(r.references, (std::vector<std::string>{"one", "two"}));
}

TEST(RuleReader, ReadsWhenARuleIsValid) {
  const auto valid = [](const std::string& text) { return read({rule("{points: 1}") + "valid: " + text + "\n"}); };
  const auto both = valid("{from: 2026-11-01, until: 2027-02-01T12:00:00+01:00}");
  EXPECT_EQ(both.report, "");
  EXPECT_EQ(both.rules[0].valid.from_ms, 1'793'491'200'000);
  EXPECT_EQ(both.rules[0].valid.until_ms, 1'801'479'600'000);
  const auto until = valid("{until: 2026-11-01}");
  EXPECT_EQ(until.rules[0].valid.from_ms, INT64_MIN);
  EXPECT_EQ(until.rules[0].valid.until_ms, 1'793'491'200'000);
  EXPECT_NE(valid("{from: soon}").report.find("6:15: error: this is no date or time"), std::string::npos);
  EXPECT_NE(valid("{from: 2026-11-01, until: 2026-11-01}").report.find("valid for no event"), std::string::npos);
  EXPECT_EQ(valid("{from: 2026-11-01, until: 2026-11-02}").report, "");
  EXPECT_NE(valid("{form: 2026-11-01}").report.find("did you mean `from`?"), std::string::npos);
}

TEST(RuleReader, ReadsAListAndFilesAfterEachOther) {
  const auto result =
      read({"rules:\n  - {id: a, description: d, reason: r, when: night, then: {outcome: review}}\n"
            "  - {id: b, description: d, reason: r, when: '!night', then: {points: -5}}\n",
            "id: c\ndescription: d\nreason: r\nwhen: card.count_1h > 3\nthen: {points: 1}\n"});
  EXPECT_EQ(result.report, "");
  ASSERT_EQ(result.rules.size(), 3U);
  EXPECT_EQ(result.rules[0].outcome, Outcome::kReview);
  EXPECT_FALSE(result.rules[0].review_on_error);
  EXPECT_EQ(result.rules[1].points, -5);
  EXPECT_EQ(result.rules[1].outcome, std::nullopt);
}

TEST(RuleReader, IdsAreUniqueOverAllFiles) {
  const auto result = read({rule("{points: 1}", "same"), rule("{points: 1}", "same")});
  EXPECT_NE(result.report.find("1.yaml:1:5: error: there is a rule `same` already, at 0.yaml:1"), std::string::npos)
      << result.report;
  EXPECT_EQ(result.rules.size(), 1U);
}

TEST(RuleReader, TheSameConditionTwiceIsAWarningAndBothRulesAreThere) {
  const auto with = [](const std::string& id, const std::string& when) {
    return "id: " + id + "\ndescription: d\nreason: r\nwhen: " + when + "\nthen: {points: 1}\n";
  };
  const auto result = read({with("a", "night && card.count_1h > 3"), with("b", "night && card.count_1h > 4"),
                            with("c", "card.count_1h   > 3 && (night)")});
  EXPECT_EQ(result.report,
            "2.yaml:4:7: warning: the rule `a` has the same condition, at 0.yaml:4\n"
            "    when: card.count_1h   > 3 && (night)\n"
            "          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
            "    let one rule do both, or drop one\n");
  EXPECT_EQ(result.rules.size(), 3U);
}

TEST(RuleReader, AConditionThatIsNeverTrueMakesNoRule) {
  const auto result = read({"id: a\ndescription: d\nreason: r\nwhen: night && !night\nthen: {points: 1}\n"});
  EXPECT_EQ(result.report,
            "0.yaml:4:16: error: `!night` can't hold together with `night` (4:7): the condition is never true\n"
            "    when: night && !night\n"
            "                   ^~~~~~\n"
            "    write || if one of them is enough\n");
  EXPECT_TRUE(result.rules.empty());
}

TEST(RuleReader, EveryLimitHoldsAtItAndNotPastIt) {
  EXPECT_EQ(read({rule("{points: 1000}")}).report, "");
  EXPECT_EQ(read({rule("{points: -1000}")}).report, "");
  EXPECT_NE(read({rule("{points: 1001}")}).report, "");
  EXPECT_NE(read({rule("{points: -1001}")}).report, "");
  EXPECT_NE(read({rule("{points: 0}")}).report, "");
  EXPECT_EQ(read({rule("{points: 1}", std::string(kMaxRuleIdLength, 'x'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", std::string(kMaxRuleIdLength + 1, 'x'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "")}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "UPPER")}).report, "");
  EXPECT_EQ(read({rule("{points: 1}", "a", std::string(kMaxReasonLength, 'R'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "a", std::string(kMaxReasonLength + 1, 'R'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "a", "")}).report, "");
  EXPECT_EQ(read({rule("{points: 1}", "a", "R", std::string(kMaxDescriptionLength, 'x'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "a", "R", std::string(kMaxDescriptionLength + 1, 'x'))}).report, "");
  EXPECT_NE(read({rule("{points: 1}", "a", "R", "  ")}).report, "");
}

TEST(RuleReader, TheNumberOfRulesIsLimited) {
  const auto vocabulary = test_vocabulary();
  const auto file_of = [](std::size_t first, std::size_t count) {
    std::string text = "rules:\n";
    for (std::size_t i = first; i < first + count; ++i) {
      text += "  - {id: r" + std::to_string(i) + ", description: d, reason: r, when: card.count_1h > " +
              std::to_string(i) + ", then: {points: 1}}\n";
    }
    return parse(text);
  };
  Issues issues;
  RuleReader reader(vocabulary, issues);
  for (std::size_t first = 0; first < kMaxRules; first += 5'000) reader.read_file(file_of(first, 5'000));
  EXPECT_EQ(issues.render(), "");
  reader.read_file(file_of(kMaxRules, 2));
  ASSERT_EQ(issues.all().size(), 1U) << "said once";
  EXPECT_EQ(issues.all()[0].message, "a policy has at most 20000 rules");
  EXPECT_EQ(reader.take().size(), kMaxRules);
}

TEST(RuleReader, SaysWhatIsMissingOrMisplaced) {
  EXPECT_NE(read({rule("{}")}).report.find("`then` must give `points` or an `outcome`"), std::string::npos);
  EXPECT_NE(read({rule("{outcome: approve}")}).report.find("write review or decline"), std::string::npos);
  EXPECT_NE(read({rule("{points: 1, on_error: review}")}).report.find("is for rules with an `outcome`"),
            std::string::npos);
  EXPECT_NE(read({rule("[1]")}).report.find("`then` must be a mapping, not a list"), std::string::npos);
  EXPECT_NE(read({"rules: []\n"}).report.find("`rules` has no rule"), std::string::npos);
  EXPECT_NE(read({"rules: {a: 1}\n"}).report.find("`rules` must be a list, not a mapping"), std::string::npos);
  EXPECT_NE(read({"- a\n"}).report.find("the rule must be a mapping, not a list"), std::string::npos);
  EXPECT_NE(read({rule("{points: 1}") + "mode: dead\n"}).report.find("write live or shadow"), std::string::npos);
  EXPECT_NE(read({rule("{points: 1}") + "tests: {}\n"}).report.find("`tests` must be a list"), std::string::npos);
  const auto empty = read({"{}\n"}).report;
  for (const auto* key : {"id", "description", "reason", "when", "then"}) {
    EXPECT_NE(empty.find("the rule has no `" + std::string(key) + "`"), std::string::npos) << empty;
  }
}

}  // namespace
}  // namespace weir::book
