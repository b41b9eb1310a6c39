#include "engine/backtest/ledger.h"

#include <gtest/gtest.h>

#include "tests/engine/backtest/made_ledger.h"

namespace weir::backtest {
namespace {

TEST(Ledger, AlignedOnesHaveTheSameRows) {
  const std::vector<Made> rows{{0, 1, Truth::kFraud, 100, 0, Then::kUnknown, false, {0}, {3}},
                               {1, 2, Truth::kHonest, 200, 1, Then::kUnknown, false, {0, 1}, {}},
                               {2, 3, Truth::kUnknown, 300, 2, Then::kUnknown, false, {}, {3}},
                               {3, 4, Truth::kFraud, 400, 3, Then::kUnknown, false, {1}, {}}};
  auto a = made_ledger(rows);
  auto b = made_ledger(rows);
  EXPECT_EQ(align(a, b), 0U);
  a.payments.record = {1, 3, 5, 7};
  b.payments.record = {3, 4, 7, 9};
  EXPECT_EQ(align(a, b), 4U);
  EXPECT_EQ(a.payments.record, (std::vector<std::uint64_t>{3, 7}));
  EXPECT_EQ(a.payments.amount, (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(b.payments.amount, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(a.verdict.score, (std::vector<std::int16_t>{200, 400}));
  ASSERT_EQ(a.verdict.reasons(0).size(), 2U);
  EXPECT_EQ(a.verdict.reasons(0)[1], 1U);
  ASSERT_EQ(a.verdict.reasons(1).size(), 1U);
  EXPECT_EQ(a.verdict.reasons(1)[0], 1U);
  EXPECT_EQ(b.verdict.shadows(0).size(), 1U);
  EXPECT_EQ(b.verdict.shadows(1).size(), 1U);
  EXPECT_TRUE(b.verdict.reasons(1).empty());
}

TEST(Ledger, WithNothingInCommonNothingIsLeft) {
  auto a = made_ledger({{0, 1}});
  auto b = made_ledger({{0, 1}});
  b.payments.record = {2};
  EXPECT_EQ(align(a, b), 2U);
  EXPECT_EQ(a.payments.size(), 0U);
  EXPECT_EQ(b.verdict.score.size(), 0U);
}

}  // namespace
}  // namespace weir::backtest
