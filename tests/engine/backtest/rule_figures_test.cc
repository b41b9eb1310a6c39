#include "engine/backtest/rule_figures.h"

#include <gtest/gtest.h>

#include "tests/engine/backtest/made_ledger.h"

namespace weir::backtest {
namespace {

constexpr std::uint32_t kA = 0;
constexpr std::uint32_t kB = 1;
constexpr std::uint32_t kC = 2;
constexpr std::uint32_t kD = 3;

TEST(RuleFigures, SayWhatEachRuleDid) {
  auto ledger = made_ledger({
      {0, 100, Truth::kFraud, 550, 0, Then::kUnknown, false, {kA, kB}, {kD}},
      {1, 200, Truth::kHonest, 300, 0, Then::kUnknown, false, {kA}, {kD}},
      {2, 400, Truth::kFraud, 550, 0, Then::kUnknown, true, {kC, kA, kB}, {kD}},
      {3, 800, Truth::kHonest, 0, 0, Then::kUnknown, true, {kC}, {kD}},
      {4, 1, Truth::kUnknown, 300, 0, Then::kUnknown, false, {kA}, {kD}},
      {5, 1, Truth::kFraud, 300, 0, Then::kDecline, false, {kA}, {kD}},
      {6, 1, Truth::kHonest, 0, 0, Then::kUnknown, false, {}, {kD}},
      {7, 1, Truth::kHonest, 300, 0, Then::kUnknown, true, {kA}, {kD}},  // forced by an error: no rule decides it
  });
  ledger.verdict.failures[kC] = 7;
  const auto rules = rule_figures(ledger.payments, ledger.verdict, {});
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules[kA].rule, "a");
  EXPECT_EQ(rules[kA].hits, 6U);
  EXPECT_EQ(rules[kA].fraud, 2U) << "one was declined then";
  EXPECT_EQ(rules[kA].honest, 2U);
  EXPECT_EQ(rules[kA].fraud_amount, 500);
  EXPECT_EQ(rules[kA].declined_then, 1U);
  EXPECT_EQ(rules[kA].unknown, 1U);
  EXPECT_EQ(rules[kA].left_out(), 2U);
  EXPECT_DOUBLE_EQ(rules[kA].precision.value, 0.5);
  EXPECT_DOUBLE_EQ(rules[kA].recall.value, 1);
  EXPECT_DOUBLE_EQ(rules[kA].lift, 0.5 / (2.0 / 6));
  EXPECT_EQ(rules[kA].decisive, 1U) << "the first; the third has a hard rule as well";
  EXPECT_EQ(rules[kA].decisive_fraud, 1U);
  EXPECT_EQ(rules[kA].overlaps, "b");
  EXPECT_EQ(rules[kA].overlap, 2U);
  EXPECT_EQ(rules[kB].decisive, 1U);
  EXPECT_EQ(rules[kC].hits, 2U);
  EXPECT_EQ(rules[kC].failures, 7U);
  EXPECT_EQ(rules[kC].decisive, 1U) << "the honest one; 550 points would have stopped the other";
  EXPECT_EQ(rules[kC].decisive_fraud, 0U);
  EXPECT_TRUE(rules[kD].shadow);
  EXPECT_EQ(rules[kD].hits, 8U);
  EXPECT_EQ(rules[kD].decisive, 0U) << "a shadow rule decides nothing";
  EXPECT_EQ(rules[kD].overlap, 0U);
  EXPECT_GT(rules[kA].cost, 0U);
}

TEST(RuleFigures, WhereEveryHitIsLeftOutNothingIsKnown) {
  Made young{1, 1, Truth::kFraud, 300, 0, Then::kUnknown, false, {kA}};
  young.young = true;
  const auto ledger =
      made_ledger({young, {2, 1, Truth::kFraud, 300, 0, Then::kDecline, false, {kA}}, {3, 1, Truth::kFraud, 0}});
  const auto rules = rule_figures(ledger.payments, ledger.verdict, {});
  EXPECT_EQ(rules[kA].too_young, 1U);
  EXPECT_EQ(rules[kA].declined_then, 1U);
  EXPECT_FALSE(rules[kA].precision.known);
  EXPECT_FALSE(rules[kA].recall.known) << "and not 0 %";
  EXPECT_TRUE(rules[kB].recall.known) << "it hits nothing, and so catches nothing";
}

TEST(RuleFigures, OfAPeriod) {
  const auto ledger = made_ledger({{0, 1, Truth::kFraud, 300, 0, Then::kUnknown, false, {kA}},
                                   {10, 1, Truth::kFraud, 300, 0, Then::kUnknown, false, {kA}}});
  EXPECT_EQ(rule_figures(ledger.payments, ledger.verdict, {5, 20})[kA].hits, 1U);
}

}  // namespace
}  // namespace weir::backtest
