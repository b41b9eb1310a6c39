// Amounts that can never meet are found before any payment comes.
#include <gtest/gtest.h>

#include <algorithm>

#include "rules/cel/program.h"

namespace weir::cel {
namespace {

constexpr std::uint16_t kEuro = 978;
constexpr std::uint16_t kYen = 392;

// The messages of the faults, one a line.
std::string faults(std::string_view text) {
  Environment payments;
  const auto money = Type::simple(TypeKind::kMoney);
  EXPECT_TRUE(payments.declare({"amount", money, 0, false}).ok());
  EXPECT_TRUE(payments.declare({"fee", money, 1, false}).ok());
  EXPECT_TRUE(payments.declare({"yen", money, 2, false}).ok());
  EXPECT_TRUE(payments.declare({"any", money, 3, false}).ok());
  EXPECT_TRUE(payments.declare({"n", Type::simple(TypeKind::kInt), 4, false}).ok());
  payments.know_currency(0, kEuro);
  payments.know_currency(1, kEuro);
  payments.know_currency(2, kYen);
  const auto program = compile(text, {nullptr, 1, 1, 1}, payments, Type::dyn());
  std::string out;
  if (program.ok()) return out;
  for (const auto& issue : program.error().all()) out += issue.message + "\n";
  return out;
}

TEST(Currencies, OfTwoThatNeverMeetIsAFault) {
  EXPECT_EQ(faults("amount >= usd('500.00')"),
            "`amount` is in EUR and `usd('500.00')` in USD: without exchange rates they never meet\n");
  for (const auto* text :
       {"amount == yen", "yen != amount", "amount + yen > fee", "amount - usd('1.00') > fee",
        "eur('1.00') < usd('1.00')", "n > 3 && (n > 5 || amount + fee < yen)", "(n > 3 ? amount : fee) > yen",
        "any + amount > yen", "[1, 2].exists(x, x > n && fee > yen)"}) {
    EXPECT_NE(faults(text), "") << text;
  }
}

TEST(Currencies, EachPlaceIsToldOnce) {
  const auto told = faults("amount > yen || fee > usd('2.00')");
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 2) << told;
  const auto sum = faults("amount + yen > fee");
  EXPECT_EQ(std::count(sum.begin(), sum.end(), '\n'), 1) << sum;
}

TEST(Currencies, WhatMayMeetIsLeftAlone) {
  for (const auto* text :
       {"amount >= eur('500.00')", "amount + fee > eur('1.00')", "any > yen", "any > amount", "any + usd('1.00') > any",
        "yen > jpy('500')", "(n > 3 ? amount : yen) > fee", "amount * n > fee"}) {
    EXPECT_EQ(faults(text), "") << text;
  }
}

}  // namespace
}  // namespace weir::cel
