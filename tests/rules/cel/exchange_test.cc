// Amounts of different currencies, by a dated table.
#include "rules/cel/exchange.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::uint16_t kEur = 978;
constexpr std::uint16_t kUsd = 840;
constexpr std::uint16_t kJpy = 392;
constexpr std::uint16_t kKwd = 414;
constexpr std::uint16_t kChf = 756;

ExchangeTable rates(std::vector<ExchangeRate> list, std::string_view base = "EUR") {
  return {*currency_by_code(base), std::move(list), 3 * kDay};
}

// In minor units of the base; -1 if there is no rate.
std::int64_t converted(const ExchangeTable& table, std::int64_t minor, std::uint16_t currency, std::int64_t time_ms) {
  const Value value = table.to_base(Value::money(minor, currency), time_ms);
  if (value.is_absent()) return -1;
  EXPECT_TRUE(value.is(ValueKind::kMoney));
  EXPECT_EQ(value.currency(), table.base().numeric);
  return value.minor_units();
}

TEST(ExchangeTable, ARateCountsFromItsDayUntilTheNextOneOrItsAge) {
  const auto table = rates({{10 * kDay, 4, kUsd, 0}, {11 * kDay, 2, kUsd, 0}, {30 * kDay, 5, kUsd, 0}});
  const auto at = [&](std::int64_t time_ms) { return converted(table, 2000, kUsd, time_ms); };
  EXPECT_EQ(at(10 * kDay - 1), -1);
  EXPECT_EQ(at(10 * kDay), 500);
  EXPECT_EQ(at(11 * kDay - 1), 500);
  EXPECT_EQ(at(11 * kDay), 1000);
  EXPECT_EQ(at(14 * kDay - 1), 1000) << "three days, and not a millisecond more";
  EXPECT_EQ(at(14 * kDay), -1);
  EXPECT_EQ(at(30 * kDay), 400);
  EXPECT_EQ(at(-1), -1);
  EXPECT_EQ(converted(table, 2000, kChf, 10 * kDay), -1);
  EXPECT_EQ(converted(table, 2000, kEur, 0), 2000) << "the base needs no rate";
}

TEST(ExchangeTable, TheOrderOfTheRowsIsOfNoMatter) {
  const auto table = rates({{2 * kDay, 4, kUsd, 0}, {kDay, 3, kChf, 0}, {kDay, 2, kUsd, 0}, {0, 1, kUsd, 0}});
  EXPECT_EQ(converted(table, 12, kUsd, 0), 12);
  EXPECT_EQ(converted(table, 12, kUsd, kDay), 6);
  EXPECT_EQ(converted(table, 12, kUsd, 2 * kDay), 3);
  EXPECT_EQ(converted(table, 12, kChf, 2 * kDay), 4);
}

TEST(ExchangeTable, RoundsOnceHalfToEven) {
  const auto half = rates({{0, 2, kUsd, 0}});
  const std::int64_t cents[][2] = {{1, 0}, {2, 1}, {3, 2}, {5, 2}, {7, 4}, {-1, 0}, {-3, -2}, {-5, -2}};
  for (const auto& [from, to] : cents) EXPECT_EQ(converted(half, from, kUsd, 0), to) << from;
  // 1.00 / 1.0378 = 0.963576...; 103.78 is just 100.
  const auto ecb = rates({{0, 10'378, kUsd, 4}});
  EXPECT_EQ(converted(ecb, 100, kUsd, 0), 96);
  EXPECT_EQ(converted(ecb, 10'378, kUsd, 0), 10'000);
  EXPECT_EQ(converted(ecb, 1'000'000'007, kUsd, 0), 963'576'804);
}

TEST(ExchangeTable, KnowsTheDecimalsOfCurrencies) {
  const auto table = rates({{0, 16'025, kJpy, 2}, {0, 325, kKwd, 3}});
  EXPECT_EQ(converted(table, 16'025, kJpy, 0), 10'000);
  EXPECT_EQ(converted(table, 325, kKwd, 0), 100) << "a dinar has a thousand fils";
  const auto yen = rates({{0, 625, kEur, 5}}, "JPY");
  EXPECT_EQ(converted(yen, 100, kEur, 0), 160);
  EXPECT_EQ(converted(yen, 103, kEur, 0), 165) << "164.8";
}

TEST(ExchangeTable, HoldsTheEndsOfTheRange) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  const auto tiny = rates({{0, 1, kUsd, 12}});
  EXPECT_TRUE(tiny.to_base(Value::money(kMost, kUsd), 0).is_error());
  EXPECT_TRUE(tiny.to_base(Value::money(kLeast, kUsd), 0).is_error());
  EXPECT_EQ(tiny.to_base(Value::money(kMost, kUsd), 0).code(), ErrorCode::kOverflow);
  EXPECT_EQ(converted(tiny, 9'223'372, kUsd, 0), 9'223'372'000'000'000'000);
  const auto same = rates({{0, 999'999'999'999'999'999, kUsd, 12}, {kDay, 1, kUsd, 0}});
  EXPECT_EQ(converted(same, kMost, kUsd, kDay), kMost);
  EXPECT_EQ(converted(same, kLeast, kUsd, kDay), kLeast);
  EXPECT_EQ(converted(same, kMost, kUsd, 0), 9'223'372'036'855) << "9223372036854.775807 and a little";
  // The finest rate, and a base with three decimals.
  const auto fine = rates({{0, 1, kEur, 12}}, "KWD");
  EXPECT_EQ(fine.to_base(Value::money(kMost, kEur), 0).code(), ErrorCode::kOverflow);
}

World bureau() {
  static const auto kTable = rates({{0, 2, kUsd, 0}, {0, 16'025, kJpy, 2}, {0, 1, kKwd, 12}});
  World world;
  world.with("m", TypeKind::kMoney, Value::money(1001, kUsd)).with("n", TypeKind::kMoney, Value::money(500, kEur));
  world.with("f", TypeKind::kMoney, Value::money(500, kChf)).with("l", Type::list(Type::simple(TypeKind::kMoney)), {});
  world.set_exchange({&kTable, kDay});
  return world;
}

TEST(Exchange, AmountsAreComparedAndAddedInTheBase) {
  const auto world = bureau();
  const auto is = [&](const char* text, const char* result) { EXPECT_EQ(world.result(text), result) << text; };
  is("m == n", "true");  // 5.005 is 5.00
  is("m != n", "false");
  is("m <= n", "true");
  is("m < n", "false");
  is("m > eur('4.99')", "true");
  is("eur('4.99') >= m", "false");
  is("m + n == eur('10.00')", "true");
  is("m + n > usd('19.98')", "true");
  is("m + n > usd('19.99')", "false");  // 9.995 is 10.00
  is("n - m == eur('0.00')", "true");
  is("usd('2.00') == eur('1.00')", "true");
  is("usd('320.50') + jpy('16025') == eur('260.25')", "true");
  // In one currency nothing changes.
  is("m == usd('10.01')", "true");
  is("m == usd('10.02')", "false");
  is("m + m == usd('20.02')", "true");
}

TEST(Exchange, WithoutARateItIsTheErrorThatItWas) {
  auto world = bureau();
  EXPECT_EQ(world.result("f < n"), "error currency_mismatch (<)");
  EXPECT_EQ(world.result("n + f"), "error currency_mismatch (+)");
  EXPECT_EQ(world.result("f == m"), "error currency_mismatch (==)");
  EXPECT_EQ(world.result("kwd('10000000.000') - n"), "error overflow (-)");
  world.set_exchange({});
  EXPECT_EQ(world.result("m < n"), "error currency_mismatch (<)");
  EXPECT_EQ(world.result("usd('2.00') == eur('1.00')"), "error currency_mismatch (==)");
}

TEST(Exchange, ConstantsWaitForTheEventsRates) {
  const char* const text = "[usd('2.00') == eur('1.00')].all(x, x) ? 'then' : 'else'";
  auto world = bureau();
  EXPECT_EQ(world.result(text), "'then'");
  const auto later = rates({{0, 4, kUsd, 0}});
  world.set_exchange({&later, 0});
  EXPECT_EQ(world.result(text), "'else'");
}

TEST(Exchange, WhatIsNotAskedToMeetDoesNot) {
  const auto world = bureau();
  EXPECT_EQ(world.result("m in [n]"), "false") << "a list holds an amount if it holds that amount";
  EXPECT_EQ(world.result("[m] == [n]"), "false");
  EXPECT_EQ(world.result("math.greatest(m, n)"), "error currency_mismatch (math.greatest)");
}

}  // namespace
}  // namespace weir::cel
