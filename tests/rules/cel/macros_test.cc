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
            "    write list.transformList(i, x, value) or transformList(i, x, condition, value)\n");
}

}  // namespace
}  // namespace weir::cel
