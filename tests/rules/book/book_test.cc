#include "rules/book/book.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

Rule rule(std::string id, const std::string& when) {
  const auto root = parse("when: \"" + when + "\"\n");
  Issues issues;
  Rule out;
  out.id = std::move(id);
  out.when = check_expression(root.find("when"), test_vocabulary(), cel::Type::simple(cel::TypeKind::kBool), issues);
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

Book book_of(std::vector<Rule> rules) { return Book(std::move(rules), kSlots); }

template <class... Rules>
Book book_with(Rules... rules) {
  std::vector<Rule> all;
  (all.push_back(std::move(rules)), ...);
  return book_of(std::move(all));
}

std::vector<Value> slots_for(const Book& book) { return std::vector<Value>(book.slot_count()); }

Verdicts evaluated(const Book& book, std::vector<Value>& slots) {
  Workspace workspace(book);
  Verdicts verdicts;
  book.evaluate(slots, workspace, verdicts);
  return verdicts;
}

TEST(Book, HoldsItsRulesInTheOrderOfTheirIds) {
  const auto book = book_with(rule("b", "night"), rule("a-2", "night"), rule("a-10", "night"));
  ASSERT_EQ(book.rules().size(), 3U);
  EXPECT_EQ(book.rules()[0].id, "a-10");
  EXPECT_EQ(book.rules()[1].id, "a-2");
  EXPECT_EQ(book.rules()[2].id, "b");
}

TEST(Book, ARuleMissesWhatItIsNotValidFor) {
  auto hit = rule("a", "night");
  auto failing = rule("b", "amount > eur('5.00')");
  hit.valid = failing.valid = {1'000, 2'000};
  std::vector<Rule> rules;
  rules.push_back(std::move(hit));
  rules.push_back(std::move(failing));
  const Book book(std::move(rules), kSlots + 1, {nullptr, kSlots});
  auto slots = slots_for(book);
  slots[kNight] = Value::boolean(true);
  const auto verdicts_at = [&](std::int64_t time_ms) {
    slots[kSlots] = Value::timestamp_ms(time_ms);
    const auto verdicts = evaluated(book, slots);
    return std::pair(verdicts.of(0), verdicts.of(1));
  };
  const auto misses = std::pair(VerdictKind::kMiss, VerdictKind::kMiss);
  const auto speaks = std::pair(VerdictKind::kHit, VerdictKind::kError);
  EXPECT_EQ(verdicts_at(999), misses);
  EXPECT_EQ(verdicts_at(1'000), speaks);
  EXPECT_EQ(verdicts_at(1'999), speaks);
  EXPECT_EQ(verdicts_at(2'000), misses);
}

TEST(Book, EveryRuleHasItsVerdict) {
  const auto book =
      book_with(rule("a-hit", "channel == 'online'"), rule("b-miss", "channel == 'atm'"),
                rule("c-error", "amount > eur('5.00')"), rule("d-absorbed", "amount > eur('5.00') || night"),
                rule("e-overflow", "card.count_1h + 9223372036854775807 > 0"));
  auto slots = slots_for(book);
  slots[kChannel] = Value::enumeration("online", 0);
  slots[kNight] = Value::boolean(true);
  slots[kCount] = Value::int64(1);
  const auto verdicts = evaluated(book, slots);
  EXPECT_EQ(verdicts.hits, (std::vector<std::uint32_t>{0, 3}));
  ASSERT_EQ(verdicts.errors.size(), 2U);
  EXPECT_EQ(verdicts.errors[0].rule, 2U);
  EXPECT_EQ(verdicts.errors[0].error.code(), ErrorCode::kAbsentValue);
  EXPECT_EQ(verdicts.errors[0].error.error_detail(), "amount");
  EXPECT_EQ(verdicts.error_of(4).code(), ErrorCode::kOverflow);
  EXPECT_TRUE(verdicts.error_of(3).is_absent());
  EXPECT_EQ(verdicts.of(0), VerdictKind::kHit);
  EXPECT_EQ(verdicts.of(1), VerdictKind::kMiss);
  EXPECT_EQ(verdicts.of(2), VerdictKind::kError);
}

TEST(Book, VerdictsOfTheEventBeforeLeaveNoTrace) {
  const auto book = book_with(rule("a", "amount > eur('5.00')"), rule("b", "night"));
  auto slots = slots_for(book);
  Workspace workspace(book);
  Verdicts verdicts;
  book.evaluate(slots, workspace, verdicts);
  EXPECT_EQ(verdicts.errors.size(), 2U);
  slots[kAmount] = Value::money(501, 978);
  slots[kNight] = Value::boolean(false);
  book.evaluate(slots, workspace, verdicts);
  EXPECT_EQ(verdicts.hits, (std::vector<std::uint32_t>{0}));
  EXPECT_TRUE(verdicts.errors.empty());
}

TEST(Book, AConditionThatTurnsOutToBeNoBoolIsAnError) {
  const auto book = book_with(rule("a", "[dyn(night), dyn(card.count_1h)][1]"));
  auto slots = slots_for(book);
  slots[kNight] = Value::boolean(true);
  slots[kCount] = Value::int64(1);
  EXPECT_EQ(evaluated(book, slots).error_of(0).code(), ErrorCode::kNoSuchOverload);
}

TEST(Book, AFalseTermAbsorbsErrorsOnEitherSide) {
  const auto book = book_with(rule("a", "amount > eur('5.00') && channel == 'atm'"),
                              rule("b", "channel == 'atm' && amount > eur('5.00')"),
                              rule("c", "amount > eur('5.00') && channel == 'online' && card.count_1h > 3"));
  auto slots = slots_for(book);
  slots[kChannel] = Value::enumeration("online", 0);
  const auto verdicts = evaluated(book, slots);
  EXPECT_TRUE(verdicts.hits.empty());
  ASSERT_EQ(verdicts.errors.size(), 1U);
  EXPECT_EQ(verdicts.errors[0].rule, 2U);
  EXPECT_EQ(verdicts.errors[0].error.error_detail(), "amount") << "the first term that fails";
}

TEST(Book, RulesShareEqualTermsAndTheirCostlyParts) {
  const auto book = book_with(rule("a", "name.startsWith('x') && card.count_1h * 2 > 4 && night"),
                              rule("b", "night && name.startsWith('x')"), rule("c", "card.count_1h * 2 < 4"));
  EXPECT_EQ(book.term_count(), 4U);
  EXPECT_EQ(book.shared_count(), 1U) << "card.count_1h * 2";
  auto slots = slots_for(book);
  slots[kNight] = Value::boolean(true);
  slots[kName] = Value::string("xy");
  slots[kCount] = Value::int64(3);
  EXPECT_EQ(evaluated(book, slots).hits, (std::vector<std::uint32_t>{0, 1}));
  slots[kCount] = Value::int64(INT64_MAX);
  const auto verdicts = evaluated(book, slots);
  EXPECT_EQ(verdicts.hits, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(verdicts.error_of(0).code(), ErrorCode::kOverflow);
  EXPECT_EQ(verdicts.error_of(2).code(), ErrorCode::kOverflow);
}

TEST(Book, SharedTextsLiveSideBySide) {
  const auto book = book_with(rule("a", "name + 'a' == 'xa' && name + 'b' == 'xb'"),
                              rule("b", "name + 'a' < name + 'b'"), rule("c", "(name + 'a') + (name + 'b') == 'xaxb'"));
  auto slots = slots_for(book);
  slots[kName] = Value::string("x");
  EXPECT_EQ(book.shared_count(), 2U);
  EXPECT_EQ(evaluated(book, slots).hits, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(BookDeathTest, TwoRulesOfOneIdAreOurOwnMistake) {
  EXPECT_DEATH(book_with(rule("a", "night"), rule("a", "night")), "two rules of one id");
}

}  // namespace
}  // namespace weir::book
