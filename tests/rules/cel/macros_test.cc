// Comprehensions with two variables.
#include <gtest/gtest.h>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

TEST(TwoVariables, ArePlaceAndElementOrKeyAndValue) {
  const World world;
  EXPECT_EQ(world.result("[5, 6].all(i, x, x == i + 5)"), "true");
  EXPECT_EQ(world.result("{'a': 1, 'b': 2}.exists(k, v, k == 'b' && v == 2)"), "true");
  EXPECT_EQ(world.result("[2, 1, 0].existsOne(i, x, i == x)"), "true");
  EXPECT_EQ(world.result("[0, 1].exists_one(i, x, i == x)"), "false");
  EXPECT_EQ(world.result("[1, 2].existsOne(x, x > 1)"), "true");
  EXPECT_EQ(world.result("[7, 8].transformList(i, x, [i, x])"), "[[0, 7], [1, 8]]");
  EXPECT_EQ(world.result("{'a': 1}.transformList(k, v, k + string(v))"), "['a1']");
  EXPECT_EQ(world.result("[7, 8].transformMap(i, x, x > 7, x * 2)"), "{[1]: [16]}");
  EXPECT_EQ(world.result("{'a': 1, 'b': 2}.transformMap(k, v, v + 1)"), "{['a', 'b']: [2, 3]}");
  EXPECT_EQ(world.result("[7, 8].transformMapEntry(i, x, {x: i})"), "{[7, 8]: [0, 1]}");
  EXPECT_EQ(world.result("{'a': 1, 'b': 2}.transformMapEntry(k, v, v > 1, {v: k})"), "{[2]: ['b']}");
}

TEST(TwoVariables, NestAndShadow) {
  const World world;
  EXPECT_EQ(world.result("[[1], [2, 3]].transformList(i, l, l.transformList(i, x, i * 10 + x))"), "[[1], [2, 13]]");
  EXPECT_EQ(world.result("[1, 2].transformMap(i, x, [3].transformMapEntry(j, y, {y: i + j + x}))"),
            "{[0, 1]: [{[3]: [1]}, {[3]: [3]}]}");
}

TEST(TwoVariables, ErrorsAreThoseOfTheStep) {
  const World world;
  EXPECT_EQ(world.result("[1, 1].transformMapEntry(i, x, {x: i})"), "error invalid_argument (transformMapEntry)");
  EXPECT_EQ(world.result("[1].transformMapEntry(i, x, {1: i, 2: i, 1u: i})"), "error invalid_argument ({})");
  EXPECT_EQ(world.result("[1].transformMapEntry(i, x, dyn(i))"), "error no_such_overload (transformMapEntry)");
  EXPECT_EQ(world.result("[1].transformMapEntry(i, x, {})"), "{[]: []}");
  EXPECT_EQ(world.result("[2, 0].transformMap(i, x, 1 / x)"), "error divide_by_zero (/)");
  EXPECT_EQ(world.result("[[2, 0].transformMap(i, x, 1 / x).size(), 3].exists(y, y == 3)"), "error divide_by_zero (/)");
  EXPECT_EQ(world.result("[0, 1].exists(i, x, 1 / x == 1)"), "true");
}

TEST(TwoVariables, FaultsAreNamed) {
  const World world;
  EXPECT_EQ(world.issues("[1].all(i, i, true)"),
            "rule.yaml:1:12: error: both variables are called `i`\n"
            "    [1].all(i, i, true)\n"
            "               ^\n");
  EXPECT_EQ(world.issues("[1].transformMapEntry(i, x, x)"),
            "rule.yaml:1:29: error: transformMapEntry() wants a map of the new entries, not int\n"
            "    [1].transformMapEntry(i, x, x)\n"
            "                                ^\n"
            "    write e.g. {key: value}\n");
  EXPECT_EQ(world.issues("[1].transformList(x, x + 1)"),
            "rule.yaml:1:5: error: `transformList` is called in another way\n"
            "    [1].transformList(x, x + 1)\n"
            "        ^~~~~~~~~~~~~\n"
            "    write list.transformList(i, x, value) or list.transformList(i, x, condition, value)\n");
}

TEST(Bindings, GiveAValueAName) {
  World world;
  world.with("x", TypeKind::kInt, Value::int64(7)).with("gone", TypeKind::kInt, Value::absent());
  EXPECT_EQ(world.result("cel.bind(y, x + 1, y * y)"), "64");
  EXPECT_EQ(world.result("cel.bind(x, 'a', x + x) + string(x)"), "'aa7'");
  EXPECT_EQ(world.result("cel.bind(y, x, cel.bind(y, y + 1, y) + y)"), "15");
  EXPECT_EQ(world.result("[1, 2].map(i, cel.bind(y, i * x, [y, i]))"), "[[7, 1], [14, 2]]");
  EXPECT_EQ(world.result("cel.bind(all, [1, x], all.exists(v, v == x) && all.all(v, v > 0))"), "true");
  EXPECT_EQ(world.result("cel.bind(y, [1, 2], y.map(v, v + x))"), "[8, 9]");
}

TEST(Bindings, AFailingValueHarmsOnlyWhoeverUsesIt) {
  World world;
  world.with("zero", TypeKind::kInt, Value::int64(0)).with("gone", TypeKind::kInt, Value::absent());
  EXPECT_EQ(world.result("cel.bind(y, 1 / zero, true || y > 1)"), "true");
  EXPECT_EQ(world.result("cel.bind(y, 1 / 0, true || y > 1)"), "true");
  EXPECT_EQ(world.result("cel.bind(y, 1 / zero, y)"), "error divide_by_zero (/)");
  EXPECT_EQ(world.result("cel.bind(y, 1 / zero, y > 1 || true)"), "true");
  EXPECT_EQ(world.result("cel.bind(y, gone, y > 1)"), "error absent_value (gone)");
  EXPECT_EQ(world.result("cel.bind(y, gone, 5)"), "5");
}

TEST(Bindings, AConstantWithANameIsAConstant) {
  World world;
  world.with("s", TypeKind::kString, Value::string("4111"));
  EXPECT_EQ(world.result("cel.bind(p, '^4' + '1+$', s.matches(p))"), "true");
  EXPECT_EQ(world.result("cel.block(['^4', cel.index(0) + '1+$'], s.matches(cel.index(1)))"), "true");
  EXPECT_EQ(world.result("[1].map(i, cel.bind(p, '^5', s.matches(p)))"), "[false]");
  EXPECT_EQ(world.result("cel.bind(l, ['a', '4111'], s in l)"), "true");
}

TEST(Blocks, NumberTheirValues) {
  World world;
  world.with("x", TypeKind::kInt, Value::int64(7));
  EXPECT_EQ(world.result("cel.block([x, cel.index(0) + 1, cel.index(1) * cel.index(0)], cel.index(2))"), "56");
  EXPECT_EQ(world.result("cel.block([], x)"), "7");
  EXPECT_EQ(world.result("[1, 2].map(cel.iterVar(0, 0), cel.iterVar(0, 0) * x)"), "[7, 14]");
  EXPECT_EQ(world.result("cel.block([x], [3].transformList(cel.iterVar(0, 0), cel.iterVar(0, 1), "
                         "cel.iterVar(0, 1) + cel.index(0)))"),
            "[10]");
}

TEST(Bindings, FaultsAreNamed) {
  const World world;
  EXPECT_EQ(world.issues("cel.bind(1, 2, 3)"),
            "rule.yaml:1:10: error: cel.bind() begins with the name of its variable\n"
            "    cel.bind(1, 2, 3)\n"
            "             ^\n"
            "    write cel.bind(x, value, expression)\n");
  EXPECT_EQ(world.issues("cel.bind(x, 2)"),
            "rule.yaml:1:5: error: `bind` is called in another way\n"
            "    cel.bind(x, 2)\n"
            "        ^~~~\n"
            "    write cel.bind(x, value, expression)\n");
  EXPECT_EQ(world.issues("cel.block([cel.index(1), 2], 3)"),
            "rule.yaml:1:12: error: `cel.index(1)` is not declared\n"
            "    cel.block([cel.index(1), 2], 3)\n"
            "               ^~~~~~~~~~~~\n");
}

}  // namespace
}  // namespace weir::cel
