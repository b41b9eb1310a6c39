// What lists/NAME.yaml may say.
#include "engine/policy/list_reader.h"

#include <gtest/gtest.h>

#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

Result<Policy, Issues> with_list(const std::string& text, const std::string& path = "lists/known.yaml",
                                 const std::string& when = "card.count_1h > 3") {
  Sample sample;
  sample.rules = with(sample.rules, "card.count_1h > 3", when);
  auto files = sample.files();
  files.push_back({path, text});
  return load_policy(files, "");
}

std::string report(const std::string& text, const std::string& path = "lists/known.yaml",
                   const std::string& when = "card.count_1h > 3") {
  const auto policy = with_list(text, path, when);
  return policy.ok() ? "" : policy.error().render();
}

TEST(ListReader, TakesItsNameFromTheFile) {
  EXPECT_EQ(list_name_of("lists/trusted.yaml"), "trusted");
  const auto policy = with_list("kind: allow\nfield: shop\nsuppresses: [rule]\ndescription: Partners\n");
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  ASSERT_EQ((*policy).lists.size(), 1U);
  const auto& list = (*policy).lists[0];
  EXPECT_EQ(list.name, "known");
  EXPECT_EQ(list.kind, book::ListKind::kAllow);
  EXPECT_EQ(list.description, "Partners");
  EXPECT_EQ(list.slot, (*policy).schema->find("shop"));
  EXPECT_EQ(list.suppresses, std::vector<std::string>{"rule"});
}

TEST(ListReader, AllKindsAndFieldsThatHaveTexts) {
  for (const std::string kind : {"allow", "block", "watch"}) {
    for (const std::string field : {"shop", "channel", "count", "card_number"}) {
      EXPECT_EQ(report("kind: " + kind + "\nfield: " + field + "\n"), "");
    }
  }
  for (const std::string field : {"amount", "rate", "flag", "time"}) {
    EXPECT_NE(report("kind: block\nfield: " + field + "\n").find("2:8: error: a list holds values of a string, enum"),
              std::string::npos);
  }
}

TEST(ListReader, FaultsAreTold) {
  const auto says = [](const std::string& out, const std::string& text) {
    EXPECT_NE(out.find(text), std::string::npos) << text << "\n" << out;
  };
  says(report("kind: alow\nfield: shop\n"), "did you mean `allow`?");
  says(report("field: shop\n"), "the list has no `kind`");
  says(report("kind: block\n"), "the list has no `field`");
  says(report("kind: block\nfield: shpo\n"), "did you mean `shop`?");
  says(report("kind: block\nfield: shop\nvalues: [a]\n"), "3:1: error: the list has no key `values`");
  says(report("kind: watch\nfield: shop\nsuppresses: [rule]\n"), "3:1: error: `suppresses` is for lists of kind allow");
  says(report("kind: allow\nfield: shop\nsuppresses: rule\n"), "`suppresses` must be a list");
  says(report("kind: allow\nfield: shop\nsuppresses: [rulee]\n"), "3:14: error: there is no rule `rulee`");
  says(report("kind: block\nfield: shop\n", "lists/odd-name.yaml"), "`odd-name` can't name a list");
  says(report("- a\n"), "the list must be a mapping");
}

TEST(ListReader, ARuleThatIsSuppressedIsThereThoughItHasFaults) {
  const auto out = report("kind: allow\nfield: shop\nsuppresses: [rule, rulee]\n", "lists/known.yaml", "cuont > 3");
  EXPECT_NE(out.find("`cuont` is not declared"), std::string::npos) << out;
  EXPECT_NE(out.find("there is no rule `rulee`"), std::string::npos) << "not hidden by another file's fault: " << out;
  EXPECT_EQ(out.find("there is no rule `rule`\n"), std::string::npos) << out;
}

TEST(ListReader, AListThatNobodyAsksIsAWarning) {
  const auto warnings = [](const std::string& text, const std::string& when) {
    const auto policy = with_list(text, "lists/known.yaml", when);
    EXPECT_TRUE(policy.ok());
    return policy.ok() ? (*policy).warnings.render() : "";
  };
  const std::string warning =
      "lists/known.yaml: warning: no rule asks this list: its entries have no effect\n"
      "    write a rule with `... in lists.known`\n";
  EXPECT_EQ(warnings("kind: block\nfield: shop\n", "card.count_1h > 3"), warning);
  EXPECT_EQ(warnings("kind: watch\nfield: shop\n", "card.count_1h > 3"), warning);
  EXPECT_EQ(warnings("kind: block\nfield: shop\n", "card.count_1h > 3 || shop in lists.known"), "");
  EXPECT_EQ(warnings("kind: allow\nfield: shop\n", "card.count_1h > 3"), "") << "its entries may name rules";
}

TEST(ListReader, AFaultyListMakesNoRuleWrong) {
  const auto out = report("kind: block\nfield: shpo\n", "lists/known.yaml", "amount in lists.known");
  EXPECT_NE(out.find("`shpo`"), std::string::npos);
  EXPECT_EQ(out.find("rules/a.yaml"), std::string::npos) << out;
}

}  // namespace
}  // namespace weir::policy
