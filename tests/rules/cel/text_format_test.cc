#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

std::string result(std::string_view text) { return World().result(text); }
std::string issues(std::string_view text) { return World().issues(text); }

TEST(TextFormat, ShowsEveryType) {
  EXPECT_EQ(result("'%s|%s|%s|%s|%s'.format([null, true, -1, 18446744073709551615u, 'é'])"),
            "'null|true|-1|18446744073709551615|é'");
  EXPECT_EQ(result("'%s %s %s'.format([b'xyz', type('a'), type(timestamp(0))])"),
            "'xyz string google.protobuf.Timestamp'");
  EXPECT_EQ(result("'%s %s'.format([timestamp('2023-02-03T23:31:20.5+01:00'), duration('1h45m47s')])"),
            "'2023-02-03T22:31:20.5Z 6347s'");
  EXPECT_EQ(result("'%s %s %s %s'.format([eur('180'), eur('-0.05'), jpy('7'), eur('-92233720368547758.08')])"),
            "'180.00 EUR -0.05 EUR 7 JPY -92233720368547758.08 EUR'");
  EXPECT_EQ(result("'%s'.format([[1, 2.50, 'a', [null], []]])"), "'[1, 2.5, a, [null], []]'");
  EXPECT_EQ(result("'%s'.format([[double('NaN'), double('Infinity'), double('-Infinity'), -0.0]])"),
            "'[NaN, Infinity, -Infinity, -0]'");
  EXPECT_EQ(result("'%s'.format([b'\\xff'])"), "error invalid_argument (format)");
}

TEST(TextFormat, SortsMapsByTheirKeysTexts) {
  EXPECT_EQ(result("'%s'.format([{'k2': 1, 'k1': {10: 'a', 9: 'b', 2u: 'c', true: 'd', '10': 'e'}}])"),
            "'{k1: {10: a, 10: e, 2: c, 9: b, true: d}, k2: 1}'");
  EXPECT_EQ(result("'%s'.format([{'10': 'e', 10: 'a'}])"), "'{10: e, 10: a}'");
  EXPECT_EQ(result("'%s'.format([{}])"), "'{}'");
}

TEST(TextFormat, WritesNumbers) {
  EXPECT_EQ(result("'%d %d %d %d'.format([-9223372036854775808, 5u, double('NaN'), 1.5])"),
            "'-9223372036854775808 5 NaN 1.5'");
  EXPECT_EQ(result("'%x %X %x %X %x'.format([30, -30, 'Hello é', b'\\xff\\x00', 18446744073709551615u])"),
            "'1e -1E 48656c6c6f20c3a9 FF00 ffffffffffffffff'");
  EXPECT_EQ(result("'%o %o %b %b %b %b'.format([11, -8, 5, -5, 64u, true])"), "'13 -10 101 -101 1000000 1'");
  EXPECT_EQ(result("'%b %x'.format([-9223372036854775808, -9223372036854775808])"),
            "'-1" + std::string(63, '0') + " -8000000000000000'");
  EXPECT_EQ(result("'%f %.0f %.3f %f'.format([2.71828, 2.5, 1, 3u])"), "'2.718280 2 1.000 3.000000'");
  EXPECT_EQ(result("'%e %.0e %.3e %e'.format([1052.032911275, 2.5, -1, 0.0])"),
            "'1.052033e+03 2e+00 -1.000e+00 0.000000e+00'");
  EXPECT_EQ(result("'%e %e %f'.format([1e-300, 1e300, double('-Infinity')])"),
            "'1.000000e-300 1.000000e+300 -Infinity'");
  EXPECT_EQ(result("'%f %e'.format([-0.0, -0.0])"), "'-0.000000 -0.000000e+00'");
  EXPECT_EQ(result("'%s %s %s %s'.format([1e23, 1e-7, 123456789.125, 5e-324])"),
            "'100000000000000000000000 0.0000001 123456789.125 0." + std::string(323, '0') + "5'");
  EXPECT_EQ(result("'%.1000f'.format([1e308]).size()"), "1310");
}

TEST(TextFormat, RoundsExactly) {
  EXPECT_EQ(result("'%.0f %.0f %.0f %.0f'.format([0.5, 1.5, 2.5, -0.5])"), "'0 2 2 -0'");
  EXPECT_EQ(result("'%.2f %.2f %.3f'.format([1.005, 0.125, 1.2345])"), "'1.00 0.12 1.234'");
  EXPECT_EQ(result("'%.1f %.20f'.format([0.25, 0.1])"), "'0.2 0.10000000000000000555'");
  EXPECT_EQ(result("'%.30e'.format([0.1])"), "'1.000000000000000055511151231258e-01'");
  EXPECT_EQ(result("'%.0f'.format([1e22])"), "'10000000000000000000000'");
  EXPECT_EQ(result("'%.0f'.format([1e23])"), "'99999999999999991611392'");
}

// Whatever the bits of a double: the reference prints with another library.
TEST(TextFormat, RoundsLikeTheReferenceEverywhere) {
  std::mt19937_64 random(7);
  World world;
  world.with("d", TypeKind::kDouble, Value::real(0)).with("i", TypeKind::kInt, Value::int64(0));
  for (int i = 0; i < 3'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (i % 2 == 1) value = static_cast<double>(static_cast<std::int64_t>(bits) >> (i % 60)) / 1000;
    world.slots() = {Value::real(value), Value::int64(static_cast<std::int64_t>(bits))};
    const auto precision = std::to_string(random() % 25);
    const auto shown =
        world.result("'%." + precision + "f %." + precision + "e %s %d %x %o %b'.format([d, d, d, d, i, i, i])");
    ASSERT_FALSE(shown.starts_with("DIFFERENT")) << shown;
  }
}

TEST(TextFormat, TakesClausesApart) {
  EXPECT_EQ(result("'%% and %s%%'.format(['x'])"), "'% and x%'");
  EXPECT_EQ(result("''.format([])"), "''");
  EXPECT_EQ(result("dyn('%d').format([1, 2])"), "'1'");  // what is left over does no harm
  EXPECT_EQ(result("dyn('%d %d').format([1])"), "error index_out_of_range (format)");
  for (const auto* format :
       {"%", "a%", "%a", "%E", "%.f", "%.", "%.3", "%.1001f", "%.99999999999999f", "% d", "%5d", "%é"}) {
    World world;
    world.with("f", TypeKind::kString, Value::string(format));
    EXPECT_EQ(world.result("f.format([1])"), "error invalid_argument (format)") << format;
  }
  EXPECT_EQ(result("dyn('%.0001f').format([1])"), "'1.0'");
  for (const auto* clause : {"%d", "%f", "%e", "%x", "%X", "%o", "%b"}) {
    World world;
    world.with("f", TypeKind::kString, Value::string(clause));
    EXPECT_EQ(world.result("f.format([null])"), "error invalid_argument (format)") << clause;
    EXPECT_EQ(world.result("f.format([eur('1')])"), "error invalid_argument (format)") << clause;
  }
  EXPECT_EQ(result("dyn('%b').format(['a'])"), "error invalid_argument (format)");
  EXPECT_EQ(result("dyn('%x').format([0.5])"), "error invalid_argument (format)");
  EXPECT_EQ(result("dyn('%o').format([true])"), "error invalid_argument (format)");
  EXPECT_EQ(result("dyn(1).format([1])"), "error no_such_overload (format)");
  EXPECT_EQ(result("'a'.format(dyn(1))"), "error no_such_overload (format)");
}

TEST(TextFormat, TellsWhatIsWrongBeforeAnyEvaluation) {
  EXPECT_EQ(issues("'%a'.format([1])"), R"(rule.yaml:1:1: error: this is not a format: there is no such clause
    '%a'.format([1])
    ^~~~
    write e.g. '%s: %d, %.2f', and %% for a percent sign
)");
  EXPECT_EQ(issues("'%d'.format(['a'])"), R"(rule.yaml:1:14: error: this is not a value for `%d`: it is string
    '%d'.format(['a'])
                 ^~~
)");
  EXPECT_EQ(issues("'%d %d'.format([1])"),
            R"(rule.yaml:1:16: error: this is not a list that goes with the format (values: 1, clauses: 2)
    '%d %d'.format([1])
                   ^~~
)");
  EXPECT_NE(issues("'a'.format([1])").find("(values: 1, clauses: 0)"), std::string::npos);
}

}  // namespace
}  // namespace weir::cel
