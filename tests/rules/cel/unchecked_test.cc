// Expressions whose names and types are looked at by the evaluation alone, and names within a container.
#include <gtest/gtest.h>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

World names() {
  World world;
  world.with("x", TypeKind::kInt, Value::int64(7))
      .with("a.b.x", TypeKind::kString, Value::string("a.b.x"))
      .with("a.y", TypeKind::kString, Value::string("a.y"))
      .with("y", TypeKind::kString, Value::string("y"));
  return world;
}

TEST(Unchecked, WhatIsNotThereFailsWhenItIsNeeded) {
  const auto world = names();
  const auto run = [&world](std::string_view text) { return world.result(text, Checking::kDynamic); };
  EXPECT_EQ(run("z"), "error absent_value (z)");
  EXPECT_EQ(run("z.w.v == 1"), "error absent_value (z.w.v)");
  EXPECT_EQ(run("has(z.w)"), "error absent_value (z.w)");
  EXPECT_EQ(run("false && z"), "false");
  EXPECT_EQ(run("z || true"), "true");
  EXPECT_EQ(run("true ? 1 : z"), "1");
  EXPECT_EQ(run("f(1)"), "error no_such_overload (f)");
  EXPECT_EQ(run("z.f(1)"), "error no_such_overload (f)");
  EXPECT_EQ(run("f(1) || true"), "true");
  EXPECT_EQ(run("size(1, 2, 3)"), "error no_such_overload (size)");
  EXPECT_EQ(run("[1, z].size()"), "error absent_value (z)");
}

TEST(Unchecked, TypesAreLookedAtByTheEvaluation) {
  const auto world = names();
  const auto run = [&world](std::string_view text) { return world.result(text, Checking::kDynamic); };
  EXPECT_EQ(run("1 + 1.0"), "error no_such_overload (+)");
  EXPECT_EQ(run("1 == 1.0"), "true");
  EXPECT_EQ(run("[1] == [1.0]"), "true");
  EXPECT_EQ(run("2u != 2"), "false");
  EXPECT_EQ(run("'a' == 1"), "false");
  EXPECT_EQ(run("false && 32"), "false");
  EXPECT_EQ(run("'a' && 'b'"), "error no_such_overload (&&)");
  EXPECT_EQ(run("'a' ? 1 : 2"), "error no_such_overload (?:)");
  EXPECT_EQ(run("true ? 'a' : 17"), "'a'");
  EXPECT_EQ(run("!0"), "error no_such_overload (!)");
  EXPECT_EQ(run("-false"), "error no_such_overload (-)");
  EXPECT_EQ(run("{null: 1}[null]"), "error no_such_overload ({})");
  EXPECT_EQ(run("x.field"), "error no_such_overload ([])");
  EXPECT_EQ(run("1.all(v, true)"), "error no_such_overload (comprehension)");
  EXPECT_EQ(run("'a'.matches(1)"), "error no_such_overload (matches)");
  EXPECT_EQ(run("timestamp('yesterday')"), "error invalid_argument (timestamp)");
}

TEST(Unchecked, WhatCannotBeReadFailsWhenItIsNeeded) {
  const auto world = names();
  const auto run = [&world](std::string_view text) { return world.result(text, Checking::kDynamic); };
  EXPECT_EQ(run("'a'.matches('[')"), "error invalid_argument (matches)");
  EXPECT_EQ(run("true || 'a'.matches('[')"), "true");
  // The name of a currency is no function of CEL.
  EXPECT_EQ(run("all([1], x, true)"), "error no_such_overload (all)");
  EXPECT_EQ(run("true || eur(5)"), "true");
  EXPECT_EQ(run("eur('5.00')"), "money 500 of 978");
}

TEST(Unchecked, SyntaxIsStillChecked) {
  const auto world = names();
  EXPECT_TRUE(world.result("1 +", Checking::kDynamic).starts_with("issues: "));
  EXPECT_TRUE(world.result("has(1)", Checking::kDynamic).starts_with("issues: "));
}

TEST(Container, NamesAreLookedForFromTheInside) {
  auto world = names();
  world.environment().set_container("a.b");
  EXPECT_EQ(world.result("x"), "'a.b.x'");
  EXPECT_EQ(world.result("y"), "'a.y'");
  EXPECT_EQ(world.result(".x"), "7");
  EXPECT_EQ(world.result(".y"), "'y'");
  EXPECT_EQ(world.result("b.x"), "'a.b.x'");
  EXPECT_EQ(world.result("a.b.x"), "'a.b.x'");
  EXPECT_EQ(world.result("[1].map(x, x)"), "[1]");
  EXPECT_EQ(world.result("int == type(1)"), "true");
  world.environment().set_container("google.protobuf");
  EXPECT_EQ(world.result("type(timestamp(0)) == Timestamp"), "true");
}

TEST(Deduction, WhatIsNotDeterminedGivesWay) {
  const auto world = names();
  EXPECT_EQ(world.issues("[[], [1]]", Type::simple(TypeKind::kBool)),
            "rule.yaml:1:1: error: this is list(list(int)), but bool is wanted\n    [[], [1]]\n    ^~~~~~~~~\n");
  EXPECT_EQ(world.issues("{}", Type::simple(TypeKind::kBool)),
            "rule.yaml:1:1: error: this is map(dyn, dyn), but bool is wanted\n    {}\n    ^~\n");
  EXPECT_EQ(world.issues("[optional.of(1), null][0]", Type::simple(TypeKind::kBool)),
            "rule.yaml:1:1: error: this is optional(int), but bool is wanted\n"
            "    [optional.of(1), null][0]\n"
            "    ^~~~~~~~~~~~~~~~~~~~~~~~~\n");
  EXPECT_EQ(world.result("x > 7 ? timestamp(0) : null"), "null");
  EXPECT_EQ(world.result("[] == [1] || [1, 2] == []"), "false");
  EXPECT_EQ(world.result("1 in []"), "false");
}

TEST(Deduction, DeclaredFunctionsHaveATypeAndNoValue) {
  World world;
  const auto t = Type::parameter("T");
  world.environment().declare({"pair", {t, t}, Type::abstract("pair", {t})});
  EXPECT_EQ(world.result("pair(1, 2)"), "error no_such_overload (pair)");
  EXPECT_NE(world.result("pair(1, 'a')").find("there is no function `pair`"), std::string::npos);
  EXPECT_EQ(world.issues("pair(1, dyn(2))", Type::simple(TypeKind::kBool)),
            "rule.yaml:1:1: error: this is pair(dyn), but bool is wanted\n    pair(1, dyn(2))\n    ^~~~~~~~~~~~~~~\n");
}

}  // namespace
}  // namespace weir::cel
