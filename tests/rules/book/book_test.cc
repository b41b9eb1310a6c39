#include "rules/book/book.h"

#include <gtest/gtest.h>

#include <utility>

#include "rules/cel/scratch.h"
#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

Rule rule(std::string id, const std::string& when) {
  const auto root = parse("when: \"" + when + "\"\n");
  Issues issues;
  Rule out;
  out.id = std::move(id);
  out.when = compile_expression(root.find("when"), test_vocabulary(), cel::Type::simple(cel::TypeKind::kBool), issues);
  EXPECT_EQ(issues.render(), "");
  return out;
}

TEST(Book, OutcomesHaveNames) {
  for (const auto outcome : {Outcome::kApprove, Outcome::kReview, Outcome::kDecline}) {
    EXPECT_EQ(outcome_by_name(outcome_name(outcome)), outcome);
  }
  EXPECT_EQ(outcome_name(Outcome::kReview), "review");
  EXPECT_EQ(outcome_by_name("Review"), std::nullopt);
  EXPECT_EQ(outcome_by_name(""), std::nullopt);
}

TEST(Book, HoldsItsRulesInTheOrderOfTheirIds) {
  const Book book({rule("b", "night"), rule("a-2", "night"), rule("a-10", "night")});
  ASSERT_EQ(book.rules().size(), 3U);
  EXPECT_EQ(book.rules()[0].id, "a-10");
  EXPECT_EQ(book.rules()[1].id, "a-2");
  EXPECT_EQ(book.rules()[2].id, "b");
}

TEST(Book, EveryRuleHasItsVerdict) {
  const Book book({rule("a-hit", "channel == 'online'"), rule("b-miss", "channel == 'atm'"),
                   rule("c-error", "amount > eur('5.00')"), rule("d-absorbed", "amount > eur('5.00') || night"),
                   rule("e-overflow", "card.count_1h + 9223372036854775807 > 0")});
  std::vector<Value> slots(kSlots);
  slots[kChannel] = Value::enumeration("online", 0);
  slots[kNight] = Value::boolean(true);
  slots[kCount] = Value::int64(1);
  cel::Scratch scratch;
  std::vector<Verdict> verdicts;
  book.evaluate(slots, scratch, verdicts);
  ASSERT_EQ(verdicts.size(), 5U);
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kHit);
  EXPECT_EQ(verdicts[1].kind, VerdictKind::kMiss);
  EXPECT_EQ(verdicts[2].kind, VerdictKind::kError);
  EXPECT_EQ(verdicts[2].error.code(), ErrorCode::kAbsentValue);
  EXPECT_EQ(verdicts[2].error.error_detail(), "amount");
  EXPECT_EQ(verdicts[3].kind, VerdictKind::kHit);
  EXPECT_EQ(verdicts[4].error.code(), ErrorCode::kOverflow);
}

TEST(Book, VerdictsOfTheEventBeforeLeaveNoTrace) {
  const Book book({rule("a", "amount > eur('5.00')"), rule("b", "night")});
  std::vector<Value> slots(kSlots);
  cel::Scratch scratch;
  std::vector<Verdict> verdicts;
  book.evaluate(slots, scratch, verdicts);
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kError);
  slots[kAmount] = Value::money(501, 978);
  slots[kNight] = Value::boolean(false);
  book.evaluate(slots, scratch, verdicts);
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kHit);
  EXPECT_TRUE(verdicts[0].error.is_absent());
  EXPECT_EQ(verdicts[1].kind, VerdictKind::kMiss);
}

TEST(Book, AConditionThatTurnsOutToBeNoBoolIsAnError) {
  const Book book({rule("a", "[dyn(night), dyn(card.count_1h)][1]")});
  std::vector<Value> slots(kSlots);
  slots[kNight] = Value::boolean(true);
  slots[kCount] = Value::int64(1);
  cel::Scratch scratch;
  std::vector<Verdict> verdicts;
  book.evaluate(slots, scratch, verdicts);
  EXPECT_EQ(verdicts[0].kind, VerdictKind::kError);
  EXPECT_EQ(verdicts[0].error.code(), ErrorCode::kNoSuchOverload);
}

TEST(BookDeathTest, TwoRulesOfOneIdAreOurOwnMistake) {
  EXPECT_DEATH(Book({rule("a", "night"), rule("a", "night")}), "two rules of one id");
}

}  // namespace
}  // namespace weir::book
