#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>

#include "rules/cel/collection.h"
#include "rules/cel/limits.h"
#include "rules/cel/program.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();

std::string result(std::string_view text) { return World().result(text); }

TEST(Evaluation, IntegersOverflowAtTheirEnds) {
  EXPECT_EQ(result("9223372036854775806 + 1"), "9223372036854775807");
  EXPECT_EQ(result("9223372036854775807 + 1"), "error overflow (+)");
  EXPECT_EQ(result("-9223372036854775807 - 1"), "-9223372036854775808");
  EXPECT_EQ(result("-9223372036854775808 - 1"), "error overflow (-)");
  EXPECT_EQ(result("-9223372036854775808 / -1"), "error overflow (/)");
  EXPECT_EQ(result("-9223372036854775808 % -1"), "error overflow (%)");
  EXPECT_EQ(result("-9223372036854775808 / 1"), "-9223372036854775808");
  EXPECT_EQ(result("-(-9223372036854775808)"), "error overflow (-)");
  EXPECT_EQ(result("-(-9223372036854775807)"), "9223372036854775807");
  EXPECT_EQ(result("3037000500 * 3037000500"), "error overflow (*)");
  EXPECT_EQ(result("3037000499 * 3037000499"), "9223372030926249001");
  EXPECT_EQ(result("1 / 0"), "error divide_by_zero (/)");
  EXPECT_EQ(result("1 % 0"), "error divide_by_zero (%)");
  EXPECT_EQ(result("-7 / 2"), "-3");
  EXPECT_EQ(result("-7 % 2"), "-1");
  EXPECT_EQ(result("18446744073709551615u + 1u"), "error overflow (+)");
  EXPECT_EQ(result("0u - 1u"), "error overflow (-)");
  EXPECT_EQ(result("18446744073709551615u / 18446744073709551615u"), "1u");
  EXPECT_EQ(result("18446744073709551615u * 18446744073709551615u"), "error overflow (*)");
  EXPECT_EQ(result("1u / 0u"), "error divide_by_zero (/)");
}

TEST(Evaluation, TheSameOnSlotsAsOnConstants) {
  World world;
  world.with("a", TypeKind::kInt, Value::int64(kLowest)).with("b", TypeKind::kInt, Value::int64(-1));
  EXPECT_EQ(world.result("a / b"), "error overflow (/)");
  EXPECT_EQ(world.result("a % b"), "error overflow (%)");
  EXPECT_EQ(world.result("-a"), "error overflow (-)");
  EXPECT_EQ(world.result("a * b"), "error overflow (*)");
  EXPECT_EQ(world.result("a + b"), "error overflow (+)");
  EXPECT_EQ(world.result("b - a"), "9223372036854775807");
}

TEST(Evaluation, DoublesFollowIeee) {
  EXPECT_EQ(result("1.0 / 0.0"), "double inf");
  EXPECT_EQ(result("-1.0 / 0.0"), "double -inf");
  EXPECT_EQ(result("0.0 / 0.0 == 0.0 / 0.0"), "false");
  EXPECT_EQ(result("0.0 / 0.0 < 1.0 || 0.0 / 0.0 >= 1.0"), "false");
  EXPECT_EQ(result("string(0.0 / 0.0)"), "'NaN'");
  EXPECT_EQ(result("0.1 + 0.2"), "double 0.30000000000000004");
}

TEST(Evaluation, ConversionsKnowTheirBounds) {
  EXPECT_EQ(result("int(9223372036854774784.0)"), "9223372036854774784");
  EXPECT_EQ(result("int(9223372036854775808.0)"), "error overflow (int)");
  EXPECT_EQ(result("int(-9223372036854774784.0)"), "-9223372036854774784");
  EXPECT_EQ(result("int(-9223372036854775808.0)"), "error overflow (int)");
  EXPECT_EQ(result("int(0.0 / 0.0)"), "error overflow (int)");
  EXPECT_EQ(result("uint(18446744073709549568.0)"), "18446744073709549568u");
  EXPECT_EQ(result("uint(18446744073709551616.0)"), "error overflow (uint)");
  EXPECT_EQ(result("uint(-0.0)"), "0u");
  EXPECT_EQ(result("uint(-0.5)"), "error overflow (uint)");
  EXPECT_EQ(result("int(9223372036854775807u)"), "9223372036854775807");
  EXPECT_EQ(result("int(9223372036854775808u)"), "error overflow (int)");
  EXPECT_EQ(result("uint(-1)"), "error overflow (uint)");
  EXPECT_EQ(result("int('-9223372036854775808')"), "-9223372036854775808");
  EXPECT_EQ(result("int('9223372036854775808')"), "error overflow (int)");
  EXPECT_EQ(result("int('+5')"), "5");
  for (const auto* text : {"int('')", "int('+-5')", "int(' 5')", "int('5.0')", "int('0x5')"}) {
    EXPECT_EQ(result(text), "error invalid_argument (int)") << text;
  }
  EXPECT_EQ(result("uint('+5')"), "error invalid_argument (uint)");
  EXPECT_EQ(result("double('1e308')"), "double 1e+308");
  EXPECT_EQ(result("double('1e309')"), "error overflow (double)");
  EXPECT_EQ(result("double('1e-400')"), "double 0");
  EXPECT_EQ(result("double('-Infinity')"), "double -inf");
  EXPECT_EQ(result("double('.5') + double('5.')"), "double 5.5");
  for (const auto* text :
       {"double('')", "double('.')", "double('1e')", "double('0x1')", "double('1 ')", "double('--1')"}) {
    EXPECT_EQ(result(text), "error invalid_argument (double)") << text;
  }
  EXPECT_EQ(result("double(eur('12.34'))"), "double 12.34");
  EXPECT_EQ(result("double(eur('-0.01'))"), "double -0.01");
  EXPECT_EQ(result("double(jpy('1500'))"), "double 1500");
  EXPECT_EQ(result("double(eur('0.00')) == 0.0"), "true");
  EXPECT_EQ(result("double(eur('92233720368547758.07'))"), "double 92233720368547760");
  EXPECT_EQ(result("double(eur('90071992547409.93'))"), "double 90071992547409.938");
  EXPECT_EQ(result("string(18446744073709551615u)"), "'18446744073709551615'");
  EXPECT_EQ(result("string(b'\\xff')"), "error invalid_argument (string)");
  EXPECT_EQ(result("string(b'\\xed\\xa0\\x80')"), "error invalid_argument (string)");  // half of a UTF-16 pair
  EXPECT_EQ(result("string(b'\\xed\\x9f\\xbf\\xee\\x80\\x80') == '\\ud7ff\\ue000'"), "true");
  EXPECT_EQ(result("bytes('\\u00ff') == b'\\xc3\\xbf'"), "true");
  EXPECT_EQ(result("string(true)"), "'true'");
  EXPECT_EQ(result("int(timestamp('1969-12-31T23:59:59.5Z'))"), "-1");
  EXPECT_EQ(result("timestamp(253402300799) == timestamp('9999-12-31T23:59:59Z')"), "true");
  EXPECT_EQ(result("timestamp(253402300800)"), "error overflow (timestamp)");
  EXPECT_EQ(result("timestamp(-62135596801)"), "error overflow (timestamp)");
}

TEST(Evaluation, DoublesAreWrittenAsCelGoDoes) {
  EXPECT_EQ(result("[0.0, -0.0, 1.0, -1.5, 100000.0, 999999.5].map(d, string(d))"),
            "['0', '-0', '1', '-1.5', '100000', '999999.5']");
  EXPECT_EQ(result("[1000000.0, 1234567.0, 123456789.0, 1e21].map(d, string(d))"),
            "['1e+06', '1.234567e+06', '1.23456789e+08', '1e+21']");
  EXPECT_EQ(result("[0.0001, 0.00012, 0.00001, 5e-324].map(d, string(d))"), "['0.0001', '0.00012', '1e-05', '5e-324']");
  EXPECT_EQ(result("[1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0].map(d, string(d))"), "['Infinity', '-Infinity', 'NaN']");
}

TEST(Evaluation, ComputedTimesAreNotNull) {
  EXPECT_EQ(result("[timestamp(0) == null, null != duration('1s'), optional.of(1) == null]"), "[false, true, false]");
}

TEST(Evaluation, TextIsMeasuredAndOrderedByCodePoints) {
  EXPECT_EQ(result("size('é𐀀a')"), "3");
  EXPECT_EQ(result("'é𐀀a'.size()"), "3");
  EXPECT_EQ(result("size(b'é')"), "2");
  // UTF-16 would put U+10000 before U+FFFD.
  EXPECT_EQ(result("'\\uFFFD' < '\\U00010000'"), "true");
  EXPECT_EQ(result("'a' + 'b' == 'ab' && 'Z' < 'a'"), "true");
  EXPECT_EQ(result("'abc'.contains('') && 'abc'.startsWith('ab') && !'abc'.endsWith('ab')"), "true");
}

TEST(Evaluation, MoneyMeetsOnlyItsOwnCurrency) {
  World world;
  world.with("amount", TypeKind::kMoney, Value::money(20'000, 978))
      .with("dollars", TypeKind::kMoney, Value::money(20'000, 840))
      .with("most", TypeKind::kMoney, Value::money(std::numeric_limits<std::int64_t>::max(), 978))
      .with("least", TypeKind::kMoney, Value::money(kLowest, 978));
  EXPECT_EQ(world.result("amount == eur('200')"), "true");
  EXPECT_EQ(world.result("amount >= money('200.01', 'EUR')"), "false");
  EXPECT_EQ(world.result("amount + eur('0.01')"), "money 20001 of 978");
  EXPECT_EQ(world.result("amount - eur('200.01')"), "money -1 of 978");
  EXPECT_EQ(world.result("amount * 3 == 3 * amount"), "true");
  EXPECT_EQ(world.result("-amount"), "money -20000 of 978");
  EXPECT_EQ(world.result("jpy('100') * 2"), "money 200 of 392");
  for (const auto* op : {"==", "!=", "<", "<=", ">", ">="}) {
    EXPECT_EQ(world.result("amount " + std::string(op) + " dollars"),
              "error currency_mismatch (" + std::string(op) + ")");
  }
  EXPECT_EQ(world.result("amount + dollars"), "error currency_mismatch (+)");
  EXPECT_EQ(world.result("amount - usd('1')"), "error currency_mismatch (-)");
  EXPECT_EQ(world.result("most + eur('0.01')"), "error overflow (+)");
  EXPECT_EQ(world.result("most - least"), "error overflow (-)");
  EXPECT_EQ(world.result("most * 2"), "error overflow (*)");
  EXPECT_EQ(world.result("-least"), "error overflow (-)");
  EXPECT_EQ(world.result("amount in [dollars, eur('200')]"), "true");
  EXPECT_EQ(world.result("dollars in [amount]"), "false");
}

TEST(Evaluation, AbsentSlotsAreErrorsThatNameTheirVariable) {
  World world;
  world.with("card.country", TypeKind::kString, Value::absent())
      .with("count", TypeKind::kInt, Value::absent())
      .with("bad", TypeKind::kInt, Value::error(ErrorCode::kOverflow, "sum"))
      .with("flag", TypeKind::kBool, Value::absent())
      .with("yes", TypeKind::kBool, Value::boolean(true));
  EXPECT_EQ(world.result("count"), "error absent_value (count)");
  EXPECT_EQ(world.result("card.country == 'x'"), "error absent_value (card.country)");
  EXPECT_EQ(world.result("count + bad"), "error absent_value (count)");
  EXPECT_EQ(world.result("bad + count"), "error overflow (sum)");
  EXPECT_EQ(world.result("has(card.country)"), "false");
  EXPECT_EQ(world.result("has(yes) && !has(flag)"), "true");
  EXPECT_EQ(world.result("has(bad)"), "error overflow (sum)");
  EXPECT_EQ(world.result("flag || yes"), "true");
  EXPECT_EQ(world.result("flag && !yes"), "false");
  EXPECT_EQ(world.result("flag && yes"), "error absent_value (flag)");
  EXPECT_EQ(world.result("yes && flag"), "error absent_value (flag)");
  EXPECT_EQ(world.result("flag ? 1 : 2"), "error absent_value (flag)");
  EXPECT_EQ(world.result("yes ? 1 : count"), "1");
  EXPECT_EQ(world.result("[1, count]"), "error absent_value (count)");
  EXPECT_EQ(world.result("!flag"), "error absent_value (flag)");
  EXPECT_EQ(world.result("count in [1, 2]"), "error absent_value (count)");
  EXPECT_EQ(world.result("card.country.matches('a')"), "error absent_value (card.country)");
  EXPECT_EQ(world.result("dyn(count)"), "error absent_value (count)");
  EXPECT_EQ(world.result("has(card.country) && card.country == 'x'"), "false");
}

TEST(Evaluation, LogicAbsorbsErrorsOnBothSides) {
  World world;
  world.with("t", TypeKind::kBool, Value::boolean(true))
      .with("f", TypeKind::kBool, Value::boolean(false))
      .with("e", TypeKind::kBool, Value::error(ErrorCode::kOverflow, "e"))
      .with("g", TypeKind::kBool, Value::error(ErrorCode::kDivideByZero, "g"))
      .with("n", TypeKind::kDyn, Value::int64(1));
  const std::string e = "error overflow (e)";
  const std::string g = "error divide_by_zero (g)";
  struct Row {
    const char* left;
    const char* right;
    std::string conjunction;
    std::string disjunction;
  };
  const std::string not_bool = "error no_such_overload (";
  const Row rows[] = {
      {"t", "t", "true", "true"},
      {"t", "f", "false", "true"},
      {"f", "t", "false", "true"},
      {"f", "f", "false", "false"},
      {"t", "e", e, "true"},
      {"e", "t", e, "true"},
      {"f", "e", "false", e},
      {"e", "f", "false", e},
      {"e", "g", e, e},
      {"g", "e", g, g},
      {"n", "t", not_bool + "&&)", "true"},
      {"t", "n", not_bool + "&&)", "true"},
      {"n", "f", "false", not_bool + "||)"},
      {"f", "n", "false", not_bool + "||)"},
      {"n", "e", not_bool + "&&)", not_bool + "||)"},
      {"e", "n", e, e},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(world.result(std::string(row.left) + " && " + row.right), row.conjunction) << row.left << row.right;
    EXPECT_EQ(world.result(std::string(row.left) + " || " + row.right), row.disjunction) << row.left << row.right;
  }
  EXPECT_EQ(world.result("e && g && t && f"), "false");
  EXPECT_EQ(world.result("t && e && g"), e);
  EXPECT_EQ(world.result("n ? 1 : 2"), "error no_such_overload (?:)");
}

TEST(Evaluation, ASlotOfAnotherKindThanDeclaredDoesNoHarm) {
  World world;
  world.with("i", TypeKind::kInt, Value::string("not an int"))
      .with("s", TypeKind::kString, Value::int64(7))
      .with("m", TypeKind::kMoney, Value::real(1.5))
      .with("l", Type::list(Type::simple(TypeKind::kInt)), Value::boolean(true));
  EXPECT_EQ(world.result("i > 3"), "error no_such_overload (>)");
  EXPECT_EQ(world.result("i + 1"), "error no_such_overload (+)");
  EXPECT_EQ(world.result("s == 'a'"), "false");
  EXPECT_EQ(world.result("s.startsWith('a')"), "error no_such_overload (startsWith)");
  EXPECT_EQ(world.result("s.matches('a')"), "error no_such_overload (matches)");
  EXPECT_EQ(world.result("m < eur('1')"), "error no_such_overload (<)");
  EXPECT_EQ(world.result("l.all(x, x > 1)"), "error no_such_overload (comprehension)");
  EXPECT_EQ(world.result("l[0]"), "error no_such_overload ([])");
  EXPECT_EQ(world.result("i in [1, 2, 3]"), "false");
}

TEST(Evaluation, MembershipInConstantsGoesByValue) {
  World world;
  world.with("s", TypeKind::kString, Value::enumeration("online", 3))
      .with("i", TypeKind::kInt, Value::int64(-5))
      .with("d", TypeKind::kDyn, Value::real(3.0));
  EXPECT_EQ(world.result("s in ['pos', 'online', 'atm']"), "true");
  EXPECT_EQ(world.result("s in ['pos', 'atm', 'onlin', 'onlines', 'ONLINE']"), "false");
  EXPECT_EQ(world.result("i in [1, -5, 7]"), "true");
  EXPECT_EQ(world.result("i in [1, 5, 7]"), "false");
  EXPECT_EQ(world.result("d in [1, 3]"), "true");
  EXPECT_EQ(world.result("d in [1, '3']"), "false");
  EXPECT_EQ(world.result("i in []"), "false");
  EXPECT_EQ(world.result("s in {'online': 1}"), "true");
  std::string many = "i in [0";
  for (int n = 1; n < 1000; ++n) many += "," + std::to_string(n * 7);
  EXPECT_EQ(world.result(many + "]"), "false");
  EXPECT_EQ(world.result(many + ",-5]"), "true");
}

TEST(Evaluation, ListsMapsAndMacrosWork) {
  EXPECT_EQ(result("[1, 2, 3].filter(x, x > 1).map(y, y * y)"), "[4, 9]");
  EXPECT_EQ(result("[[1, 2], [3]].map(x, x.map(y, y + 1))"), "[[2, 3], [4]]");
  EXPECT_EQ(result("[1, 2, 3].map(x, x != 2, x * 10)"), "[10, 30]");
  EXPECT_EQ(result("[1, 2].exists(x, [2, 3].exists(y, x == y))"), "true");
  EXPECT_EQ(result("[1, 0].exists(x, 1 / x == 1)"), "true");
  EXPECT_EQ(result("[0, 1].all(x, 1 / x == 2)"), "false");
  EXPECT_EQ(result("[0, 1].exists_one(x, 1 / x == 1)"), "error divide_by_zero (/)");
  EXPECT_EQ(result("[3, 0].map(x, [1, 2].map(y, y / x))"), "error divide_by_zero (/)");
  EXPECT_EQ(result("[1, 2].map(x, [x, 3, 0].map(y, 6 / y).exists(z, true) || true)"), "[true, true]");
  EXPECT_EQ(result("{'a': 1, 'b': 2}.map(k, k + '!')"), "['a!', 'b!']");
  EXPECT_EQ(result("{'a': 1}['b']"), "error no_such_key ([])");
  EXPECT_EQ(result("[1][1]"), "error index_out_of_range ([])");
  EXPECT_EQ(result("[1][-1]"), "error index_out_of_range ([])");
  EXPECT_EQ(result("[1][dyn(0.5)]"), "error invalid_argument ([])");
  EXPECT_EQ(result("{1: 'a', 1: 'b'}"), "error invalid_argument ({})");
  EXPECT_EQ(result("[1] + [2] == [1, 2] && {'a': 2, 'b': 3} == {'b': 3, 'a': 2} && {1: 2u} == {dyn(1u): dyn(2)}"),
            "true");
  EXPECT_EQ(result("has({'a': 1}.a) && !has({'a': 1}.b)"), "true");
}

TEST(Evaluation, CollectionsInSlotsAreRead) {
  const std::array<Value, 3> numbers{Value::int64(5), Value::int64(6), Value::int64(7)};
  const std::array<Value, 2> entry{Value::string("k"), Value::int64(1)};
  World world;
  world.with("l", Type::list(Type::simple(TypeKind::kInt)), make_list(numbers))
      .with("m", Type::map(Type::simple(TypeKind::kString), Type::simple(TypeKind::kInt)), make_map(entry));
  EXPECT_EQ(world.result("l.all(x, x > 4) && 6 in l && l[2] == 7 && size(l) == 3"), "true");
  EXPECT_EQ(world.result("m.k == 1 && has(m.k) && !has(m.x) && 'k' in m && m['k'] + l[0] == 6"), "true");
  EXPECT_EQ(world.result("l.map(x, x + m.k)"), "[6, 7, 8]");
}

TEST(Evaluation, ACostBeyondTheLimitEndsIt) {
  const std::string ten = "[0,1,2,3,4,5,6,7,8,9]";
  const auto nested = [&ten](int levels) {
    std::string out = "true";
    for (int i = 0; i < levels; ++i) out = ten + ".all(x" + std::to_string(i) + ", " + out + ")";
    return out;
  };
  EXPECT_EQ(result(nested(4)), "true");
  EXPECT_EQ(result(nested(5)), "error cost_limit ()");
  // Nothing absorbs it: whether the limit is met must not depend on the order of the operands.
  EXPECT_EQ(result(nested(5) + " || true"), "error cost_limit ()");
  EXPECT_EQ(result("true || " + nested(5)), "true");
}

TEST(Evaluation, TextIsLimitedInMemory) {
  const std::string megabyte(1U << 20U, 'x');
  World world;
  world.with("s", TypeKind::kString, Value::string(megabyte));
  EXPECT_EQ(world.result("size(s + s)"), "2097152");
  EXPECT_EQ(world.result("size(s + s + 'x')"), "error cost_limit ()");
}

TEST(Program, NamesItsSlotsOnceAndInOrder) {
  Environment environment;
  ASSERT_TRUE(environment.declare({"z", Type::simple(TypeKind::kInt), 2}).ok());
  ASSERT_TRUE(environment.declare({"y", Type::simple(TypeKind::kInt), 7}).ok());
  ASSERT_TRUE(environment.declare({"x", Type::simple(TypeKind::kInt), 4}).ok());
  const auto program =
      compile("y > 1 || z > y && z < 3", {nullptr, 1, 1, 1}, environment, Type::simple(TypeKind::kBool));
  ASSERT_TRUE(program.ok());
  EXPECT_EQ(std::vector<std::uint32_t>(program->slots().begin(), program->slots().end()),
            (std::vector<std::uint32_t>{2, 7}));
  EXPECT_EQ(program->type(), Type::simple(TypeKind::kBool));
}

TEST(Program, RefusesTooFewSlots) {
  World world;
  world.with("a", TypeKind::kInt, Value::int64(1));
  const auto program = compile("a", {nullptr, 1, 1, 1}, world.environment(), Type::dyn());
  ASSERT_TRUE(program.ok());
  Scratch scratch;
  EXPECT_DEATH((void)program->evaluate({}, scratch), "slot that isn't given");
}

}  // namespace
}  // namespace weir::cel
