// Optional values, and variables that may be absent as optionals.
#include <gtest/gtest.h>

#include <array>

#include "rules/cel/collection.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

World world() {
  World out;
  out.with("x", TypeKind::kInt, Value::int64(7))
      .with("gone", TypeKind::kInt, Value::absent())
      .with("bad", TypeKind::kInt, Value::error(ErrorCode::kOverflow, "sum"))
      .with("card.mean", TypeKind::kDouble, Value::absent())
      .with("card.spent", TypeKind::kMoney, Value::money(150, 978))
      .with("any", TypeKind::kDyn, Value::int64(1));
  return out;
}

TEST(Optional, IsMadeAndAsked) {
  const auto w = world();
  EXPECT_EQ(w.result("optional.of(x)"), "optional 7");
  EXPECT_EQ(w.result("optional.none()"), "none");
  EXPECT_EQ(w.result("optional.of(x).hasValue()"), "true");
  EXPECT_EQ(w.result("optional.of(x).value() + 1"), "8");
  EXPECT_EQ(w.result("optional.none().value()"), "error invalid_argument (value)");
  EXPECT_EQ(w.result("optional.of(gone)"), "error absent_value (gone)");
  EXPECT_EQ(w.result("type(optional.of(1)) == optional_type"), "true");
  EXPECT_EQ(w.result("optional.of(optional.none())"), "optional none");
  EXPECT_EQ(w.result("dyn(1).hasValue()"), "error no_such_overload (hasValue)");
}

TEST(Optional, ZeroesOfEveryKindAreNoValue) {
  const auto w = world();
  for (const auto* zero : {"null", "false", "0", "0u", "0.0", "-0.0", "''", "b''", "timestamp(0)", "duration('0s')",
                           "[]", "{}", "eur('0')"}) {
    EXPECT_EQ(w.result("optional.ofNonZeroValue(" + std::string(zero) + ")"), "none") << zero;
  }
  for (const auto* other : {"true", "1", "1u", "0.5", "0.0 / 0.0", "' '", "b'\\x00'", "timestamp(1)",
                            "duration('-1ns')", "[0]", "{0: 0}", "eur('0.01')", "int", "optional.none()"}) {
    EXPECT_EQ(w.result("optional.ofNonZeroValue(" + std::string(other) + ").hasValue()"), "true") << other;
  }
}

TEST(Optional, SecondChoicesAreComputedWhereTheyAreNeeded) {
  const auto w = world();
  EXPECT_EQ(w.result("optional.of(1).or(optional.of(1 / 0)).value()"), "1");
  EXPECT_EQ(w.result("optional.none().or(optional.of(2)).value()"), "2");
  EXPECT_EQ(w.result("optional.none().or(optional.none())"), "none");
  EXPECT_EQ(w.result("optional.none().or(optional.of(1 / (x - 7)))"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("optional.of(1).orValue(1 / 0)"), "1");
  EXPECT_EQ(w.result("optional.none().orValue(x)"), "7");
  EXPECT_EQ(w.result("optional.of(1 / 0).orValue(5)"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("dyn(3).orValue(5)"), "error no_such_overload (orValue)");
}

TEST(Optional, SelectionStaysInTheOptional) {
  const auto w = world();
  EXPECT_EQ(w.result("{'a': {'b': 5}}.?a.b"), "optional 5");
  EXPECT_EQ(w.result("{'a': {'b': 5}}.?a.c"), "none");
  EXPECT_EQ(w.result("{'a': {'b': {'c': 5}}}.?z.b.c"), "none");
  EXPECT_EQ(w.result("{'a': [5]}.?a[0]"), "optional 5");
  EXPECT_EQ(w.result("{'a': [5]}.?a[1]"), "none");
  EXPECT_EQ(w.result("[5][?0]"), "optional 5");
  EXPECT_EQ(w.result("[5][?-1]"), "none");
  EXPECT_EQ(w.result("[5][?dyn(0.5)]"), "error invalid_argument ([?])");
  EXPECT_EQ(w.result("[5][?dyn('a')]"), "error no_such_overload ([?])");
  EXPECT_EQ(w.result("{1: 5}[?2]"), "none");
  EXPECT_EQ(w.result("dyn(5).?a"), "error no_such_overload ([?])");
  EXPECT_EQ(w.result("optional.of({'a': dyn(null)}).a.b"), "error no_such_overload ([])");
  EXPECT_EQ(w.result("has({'a': {'b': 5}}.?a.b) && !has({'a': {'b': 5}}.?a.c) && !has({'a': {'b': 5}}.?c.b)"), "true");
}

TEST(Optional, ElementsAndEntriesMayBeMissing) {
  const auto w = world();
  EXPECT_EQ(w.result("[?optional.of(1), 2, ?optional.none(), ?{'a': x}.?a]"), "[1, 2, 7]");
  EXPECT_EQ(w.result("{?'a': optional.of(x), ?'b': optional.none(), 'c': 3}"), "{['a', 'c']: [7, 3]}");
  EXPECT_EQ(w.result("{?'a': optional.none(), 'a': 3}"), "{['a']: [3]}");
  EXPECT_EQ(w.result("{?null: optional.none()}.size()"),
            "issues: rule.yaml:1:3: error: a key of a map is int, uint, "
            "bool or string, not null\n    {?null: optional.none()}.size()"
            "\n      ^~~~\n");
  EXPECT_EQ(w.result("[?dyn(x)]"), "error no_such_overload (?)");
  EXPECT_EQ(w.result("[?gone.or(x)]"), "[7]");
}

TEST(Optional, MacrosReachInside) {
  const auto w = world();
  EXPECT_EQ(w.result("optional.of(x).optMap(y, y + 1)"), "optional 8");
  EXPECT_EQ(w.result("optional.none().optMap(y, y + 1)"), "none");
  EXPECT_EQ(w.result("optional.of([x]).optFlatMap(y, y[?0])"), "optional 7");
  EXPECT_EQ(w.result("optional.of([x]).optFlatMap(y, y[?1])"), "none");
  EXPECT_EQ(w.result("optional.of(0).optMap(y, 1 / y)"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("dyn(1).optMap(y, y)"), "error no_such_overload (optMap)");
  EXPECT_EQ(w.result("[1, 2].map(i, optional.of(i).optMap(i, i * x).value())"), "[7, 14]");
}

TEST(Optional, ListsOfThem) {
  const auto w = world();
  EXPECT_EQ(w.result("optional.unwrap([optional.of(1), optional.none(), optional.of(x)])"), "[1, 7]");
  EXPECT_EQ(w.result("[optional.of(1), optional.none()].unwrapOpt()"), "[1]");
  EXPECT_EQ(w.result("[dyn(1)].unwrapOpt()"), "error no_such_overload (unwrapOpt)");
  EXPECT_EQ(w.result("[1, x].first().value() + [1, x].last().value()"), "8");
  EXPECT_EQ(w.result("[].first()"), "none");
}

TEST(Optional, Equality) {
  const auto w = world();
  EXPECT_EQ(w.result("optional.none() == optional.none()"), "true");
  EXPECT_EQ(w.result("optional.of(x) == optional.of(7)"), "true");
  EXPECT_EQ(w.result("optional.of(x) != optional.none()"), "true");
  EXPECT_EQ(w.result("optional.of(1) == optional.of(dyn(1.0))"), "true");
  EXPECT_EQ(w.result("optional.of(x) in [optional.none(), optional.of(7)]"), "true");
  EXPECT_EQ(w.result("dyn(optional.of(x)) == 7"), "false");
}

TEST(Optional, AVariableThatMayBeAbsentIsOne) {
  const auto w = world();
  EXPECT_EQ(w.result("card.mean.orValue(0)"), "double 0");
  EXPECT_EQ(w.result("card.mean.orValue(1.5) > 1"), "true");
  EXPECT_EQ(w.result("card.?mean"), "none");
  EXPECT_EQ(w.result("card.?spent"), "optional money 150 of 978");
  EXPECT_EQ(w.result("card.?spent.orValue(eur('0')) > eur('1')"), "true");
  EXPECT_EQ(w.result("card.spent.orValue(eur('0')) > eur('1')"), "true");
  EXPECT_EQ(w.result("gone.hasValue() || x.hasValue()"), "true");
  EXPECT_EQ(w.result("gone.optMap(y, y + 1).orValue(-1)"), "-1");
  EXPECT_EQ(w.result("x.optMap(y, y + 1).orValue(-1)"), "8");
  EXPECT_EQ(w.result("x.optFlatMap(y, optional.of(y))"), "optional 7");
  EXPECT_EQ(w.result("gone.or(x).value()"), "7");
  EXPECT_EQ(w.result("bad.orValue(1)"), "error overflow (sum)");
  EXPECT_EQ(w.result("bad.hasValue()"), "error overflow (sum)");
  EXPECT_EQ(w.result("bad.or(x)"), "error overflow (sum)");
  EXPECT_EQ(w.result("any.orValue(2)"), "1");
  EXPECT_EQ(w.result("cel.bind(m, card.?mean, m.hasValue() ? m.value() : 2.0)"), "double 2");
  EXPECT_EQ(w.result("[1].all(i, gone.orValue(i) == 1)"), "true");
}

TEST(Optional, FaultsAreNamed) {
  const auto w = world();
  EXPECT_EQ(w.issues("card.spent.orValue(0)"),
            "rule.yaml:1:20: error: the default is int, but money is wanted\n"
            "    card.spent.orValue(0)\n"
            "                       ^\n"
            "    write an amount with its currency, e.g. eur('0.00')\n");
  EXPECT_EQ(w.issues("[?x]"),
            "rule.yaml:1:3: error: after `?` an optional is wanted, not int\n"
            "    [?x]\n"
            "      ^\n"
            "    leave out the `?`, or write optional.of(...)\n");
  EXPECT_EQ(w.issues("x.value()"),
            "rule.yaml:1:3: error: `value` doesn't go with int.value()\n"
            "    x.value()\n"
            "      ^~~~~\n"
            "    it takes optional.value()\n");
  EXPECT_EQ(w.issues("(x + 1).optMap(y, y)"),
            "rule.yaml:1:2: error: optMap() is for an optional, not int\n"
            "    (x + 1).optMap(y, y)\n"
            "     ^~~~~\n");
  EXPECT_EQ(w.issues("x.optFlatMap(y, y)"),
            "rule.yaml:1:17: error: optFlatMap() makes an optional of an optional, not of int\n"
            "    x.optFlatMap(y, y)\n"
            "                    ^\n"
            "    write optMap\n");
  EXPECT_EQ(w.issues("card.?mena"),
            "rule.yaml:1:1: error: `card.mena` is not declared\n"
            "    card.?mena\n"
            "    ^~~~~~~~~~\n"
            "    did you mean `card.mean`?\n");
  EXPECT_EQ(w.issues("optional.some(1)"),
            "rule.yaml:1:1: error: there is no function `optional.some`\n"
            "    optional.some(1)\n"
            "    ^~~~~~~~~~~~~\n"
            "    did you mean `optional.none`?\n");
  EXPECT_EQ(w.issues("optional.of(1) == optional.of('a')"),
            "rule.yaml:1:16: error: `==` can't compare optional(int) and optional(string)\n"
            "    optional.of(1) == optional.of('a')\n"
            "                   ^~\n");
}

}  // namespace
}  // namespace weir::cel
