#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }

TEST(MathLibrary, TheExtremesTakeAnyNumbersOrOneList) {
  EXPECT_EQ(result("math.greatest(1, 3u, 2.5)"), "3u");
  EXPECT_EQ(result("math.least(1, 3u, 2.5, -1.5)"), "double -1.5");
  EXPECT_EQ(result("math.greatest([1, 5, 2])"), "5");
  EXPECT_EQ(result("math.least([dyn(1), dyn(0u)])"), "0u");
  EXPECT_EQ(result("math.greatest(1, 1u, 1.0)"), "1");  // the first of equals
  EXPECT_EQ(result("math.least(1.0, 1)"), "double 1");
  EXPECT_EQ(result("math.greatest(7)"), "7");
  EXPECT_EQ(result("math.greatest(18446744073709551615u, 9223372036854775807)"), "18446744073709551615u");
  EXPECT_EQ(result("math.least(0u, -1)"), "-1");
  EXPECT_EQ(result("math.greatest(-1.0/0.0, 1.0/0.0)"), "double inf");
  EXPECT_EQ(result("math.greatest(0.0/0.0)"), "double nan");
  EXPECT_EQ(result("math.greatest(1.0, 0.0/0.0)"), "error invalid_argument (math.greatest)");
  EXPECT_EQ(result("math.least([0.0/0.0, 1.0])"), "error invalid_argument (math.least)");
  EXPECT_EQ(result("math.greatest([1].filter(x, x > 1))"), "error invalid_argument (math.greatest)");
  EXPECT_EQ(result("math.greatest(dyn('a'))"), "error no_such_overload (math.greatest)");
  EXPECT_EQ(result("math.greatest(1, dyn('a'), 2)"), "error no_such_overload (math.greatest)");
  EXPECT_EQ(result("math.greatest(dyn([1]), 2)"), "error no_such_overload (math.greatest)");
  EXPECT_EQ(result("math.greatest(dyn([[1]]))"), "error no_such_overload (math.greatest)");
  EXPECT_EQ(result("math.greatest(1, 2, 3 / 0)"), "error divide_by_zero (/)");
}

TEST(MathLibrary, TakesAmountsOfOneCurrency) {
  EXPECT_EQ(result("math.greatest(eur('1'), eur('2.50'), eur('-3')) == eur('2.50')"), "true");
  EXPECT_EQ(result("math.least([eur('1'), eur('2.50')]) == eur('1')"), "true");
  EXPECT_EQ(result("math.greatest(eur('1'), usd('2'))"), "error currency_mismatch (math.greatest)");
  EXPECT_EQ(result("math.greatest(dyn(eur('1')), 2)"), "error no_such_overload (math.greatest)");
  EXPECT_EQ(result("math.abs(eur('-2.50')) == eur('2.50')"), "true");
  EXPECT_EQ(result("math.abs(eur('-92233720368547758.07'))"), "money 9223372036854775807 of 978");
  World world;
  world.with("m", TypeKind::kMoney, Value::money(std::numeric_limits<std::int64_t>::min(), 978));
  EXPECT_EQ(world.result("math.abs(m)"), "error overflow (math.abs)");
}

TEST(MathLibrary, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(result("[-2.5, -1.5, -0.5, -0.4, 0.4, 0.5, 2.5].map(x, math.round(x))"),
            "[double -3, double -2, double -1, double -0, double 0, double 1, double 3]");
  EXPECT_EQ(result("math.round(0.49999999999999994)"), "double 0");
  EXPECT_EQ(result("math.round(4503599627370497.5)"), "double 4503599627370498");
  EXPECT_EQ(result("[-1.5, -0.5, 0.5, 1e300].map(x, math.ceil(x))"),
            "[double -1, double -0, double 1, double 1.0000000000000001e+300]");
  EXPECT_EQ(result("[-1.5, -0.5, 0.5].map(x, math.floor(x))"), "[double -2, double -1, double 0]");
  EXPECT_EQ(result("[-1.5, -0.5, 1.9, 1.0/0.0].map(x, math.trunc(x))"), "[double -1, double -0, double 1, double inf]");
  EXPECT_EQ(result("math.floor(0.0/0.0)"), "double nan");
  EXPECT_EQ(result("math.ceil(dyn(1))"), "error no_such_overload (math.ceil)");
}

TEST(MathLibrary, SignsRootsAndTests) {
  EXPECT_EQ(result("[math.abs(-11), math.abs(0), math.sign(-42), math.sign(42), math.sign(0)]"), "[11, 0, -1, 1, 0]");
  EXPECT_EQ(result("math.abs(-9223372036854775808)"), "error overflow (math.abs)");
  EXPECT_EQ(result("[math.abs(-0.0), math.abs(-1.5), math.sign(-0.0), math.sign(-0.1), math.sign(0.0/0.0)]"),
            "[double 0, double 1.5, double 0, double -1, double nan]");
  EXPECT_EQ(result("[math.abs(3u), math.sign(0u), math.sign(18446744073709551615u)]"), "[3u, 0u, 1u]");
  EXPECT_EQ(result("math.abs(dyn('a'))"), "error no_such_overload (math.abs)");
  EXPECT_EQ(result("math.sign(dyn(true))"), "error no_such_overload (math.sign)");
  EXPECT_EQ(result("[math.sqrt(81), math.sqrt(2.0), math.sqrt(4u), math.sqrt(-1)]"),
            "[double 9, double 1.4142135623730951, double 2, double nan]");
  EXPECT_EQ(result("[math.isNaN(0.0/0.0), math.isInf(-1.0/0.0), math.isFinite(1.5), math.isFinite(0.0/0.0)]"),
            "[true, true, true, false]");
}

TEST(MathLibrary, WorksOnBits) {
  EXPECT_EQ(result("[math.bitAnd(-3, -5), math.bitOr(-2, -4), math.bitXor(4, -2), math.bitNot(1)]"),
            "[-7, -2, -6, -2]");
  EXPECT_EQ(result("[math.bitAnd(3u, 2u), math.bitOr(1u, 4u), math.bitXor(3u, 5u), math.bitNot(0u)]"),
            "[2u, 5u, 6u, 18446744073709551615u]");
  EXPECT_EQ(result("[math.bitShiftLeft(-1, 2), math.bitShiftLeft(1, 63), math.bitShiftLeft(1, 64)]"),
            "[-4, -9223372036854775808, 0]");
  EXPECT_EQ(result("[math.bitShiftRight(-1024, 3), math.bitShiftRight(-1, 63), math.bitShiftRight(-1, 64)]"),
            "[2305843009213693824, 1, 0]");
  EXPECT_EQ(result("math.bitShiftRight(1u, -1)"), "error invalid_argument (math.bitShiftRight)");
  EXPECT_EQ(result("math.bitShiftLeft(dyn(4.5), 1)"), "error no_such_overload (math.bitShiftLeft)");
  EXPECT_EQ(result("math.bitAnd(dyn(1), dyn(1u))"), "error no_such_overload (math.bitAnd)");
}

TEST(Namespaces, ADeclaredNameKeepsItsMeaning) {
  World world;
  world.with("math", TypeKind::kString, Value::string("abc")).with("lists.size", TypeKind::kInt, Value::int64(7));
  EXPECT_EQ(world.result("math.contains('b')"), "true");
  EXPECT_EQ(world.result("math.size() + lists.size"), "10");
  EXPECT_EQ(world.result("math.abs(-3)"), "3");  // no string has an abs()
  EXPECT_EQ(world.result(".math.abs(-3)"), "3");
  EXPECT_EQ(result("[-3].map(math, math.abs(math))"), "[3]");
}

}  // namespace
}  // namespace weir::cel
