#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }

TEST(ListLibrary, MakesListsOfLists) {
  EXPECT_EQ(result("[[1, 2, 2, 3, 1].distinct(), [].distinct(), ['b', 'a', 'b'].distinct()]"),
            "[[1, 2, 3], [], ['b', 'a']]");
  EXPECT_EQ(result("[1, 1.0, 1u, 2, [1], [1.0], {'a': 1}, {'a': 1u}].distinct()"), "[1, 2, [1], {['a']: [1]}]");
  EXPECT_EQ(result("[[1, [2, 3], [4]].flatten(), [1, [2, [3, 4]]].flatten(), [].flatten(), [[]].flatten()]"),
            "[[1, 2, 3, 4], [1, 2, [3, 4]], [], []]");
  EXPECT_EQ(result("[[1, [2, [3, [4]]]].flatten(2), [1, [2]].flatten(0), [[[[1]]]].flatten(9)]"),
            "[[1, 2, 3, [4]], [1, [2]], [1]]");
  EXPECT_EQ(result("[[1]].flatten(-1)"), "error invalid_argument (flatten)");
  EXPECT_EQ(result("[[1, 2, 3].reverse(), [].reverse(), ['a'].reverse()]"), "[[3, 2, 1], [], ['a']]");
  EXPECT_EQ(result("[lists.range(5), lists.range(0)]"), "[[0, 1, 2, 3, 4], []]");
  EXPECT_EQ(result("lists.range(-1)"), "error invalid_argument (lists.range)");
  EXPECT_EQ(result("lists.range(9223372036854775807)"), "error cost_limit ()");
}

TEST(ListLibrary, Slices) {
  EXPECT_EQ(result("[[1, 2, 3, 4].slice(1, 3), [1, 2].slice(0, 2), [1].slice(1, 1)]"), "[[2, 3], [1, 2], []]");
  EXPECT_EQ(result("[1].slice(0, 2)"), "error index_out_of_range (slice)");
  EXPECT_EQ(result("[1].slice(-1, 1)"), "error index_out_of_range (slice)");
  EXPECT_EQ(result("[1].slice(1, 0)"), "error invalid_argument (slice)");
}

TEST(ListLibrary, SortsWhatHasAnOrder) {
  EXPECT_EQ(result("[[3, 1, 2].sort(), ['b', 'é', 'B', ''].sort(), [true, false].sort(), [].sort(), [2u].sort()]"),
            "[[1, 2, 3], ['', 'B', 'b', 'é'], [false, true], [], [2u]]");
  EXPECT_EQ(result("[1.5, 0.0, -0.0, -1.0/0.0].sort()"), "[double -inf, double 0, double -0, double 1.5]");
  EXPECT_EQ(result("[eur('2'), eur('-1')].sort()"), "[money -100 of 978, money 200 of 978]");
  EXPECT_EQ(result("[b'b', b'a'].sort() == [b'a', b'b'] && [duration('2s'), duration('1s')].sort()[0] < "
                   "duration('2s') && [timestamp(2), timestamp(1)].sort()[0] == timestamp(1)"),
            "true");
  EXPECT_EQ(result("[1, dyn('b')].sort()"), "error no_such_overload (sort)");
  EXPECT_EQ(result("[1, dyn(2u)].sort()"), "error no_such_overload (sort)");
  EXPECT_EQ(result("[dyn([1])].sort()"), "error no_such_overload (sort)");
  EXPECT_EQ(result("[dyn(null)].sort()"), "error no_such_overload (sort)");
  EXPECT_EQ(result("[eur('1'), usd('1')].sort()"), "error currency_mismatch (sort)");
  EXPECT_EQ(result("[1.0, 0.0/0.0].sort()"), "error invalid_argument (sort)");
}

TEST(ListLibrary, ComparesListsAsSets) {
  EXPECT_EQ(result("[sets.contains([], []), sets.contains([], [1]), sets.contains([1, 2, 3, 4], [2, 3]), "
                   "sets.contains([1, dyn(2.0), 3u], [dyn(1.0), 2u, 3])]"),
            "[true, false, true, true]");
  EXPECT_EQ(result("[sets.equivalent([], []), sets.equivalent([1], [1, 1]), sets.equivalent([1], [dyn(1u), 1.0]), "
                   "sets.equivalent([1, 2], [1])]"),
            "[true, true, true, false]");
  EXPECT_EQ(result("[sets.intersects([1], []), sets.intersects([1], [1, 2]), "
                   "sets.intersects([[1], [2, 3]], [[1, 2], [2, dyn(3.0)]])]"),
            "[false, true, true]");
  EXPECT_EQ(result("sets.contains(dyn(1), [1])"), "error no_such_overload (sets.contains)");
  EXPECT_EQ(result("sets.intersects([1], dyn('a'))"), "error no_such_overload (sets.intersects)");
}

TEST(ListLibrary, KeepsTheTypesOfElements) {
  World world;
  const auto none = [&](std::string_view text) { return world.issues(text, Type::simple(TypeKind::kInt)) == "none"; };
  EXPECT_TRUE(none("[1].distinct().reverse().slice(0, 1).sort()[0] + lists.range(3)[0] + [[1]].flatten()[0]"));
  EXPECT_FALSE(none("['a'].sort()[0]"));
  EXPECT_FALSE(none("[[1]].sort()[0]"));
  EXPECT_FALSE(none("[1].flatten()[0]"));
  EXPECT_NE(world.issues("sets.contains([1], ['a'])").find("doesn't go with sets.contains(list(int), list(string))"),
            std::string::npos);
  EXPECT_NE(world.issues("[1].join()").find("it takes list(string).join() or list(string).join(string)"),
            std::string::npos);
}

}  // namespace
}  // namespace weir::cel
