#include <gtest/gtest.h>

#include <memory>

#include "rules/cel/limits.h"
#include "rules/cel/program.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

World payments() {
  World world;
  world.with("amount", TypeKind::kMoney, Value::money(20'000, 978))
      .with("card.count_1h", TypeKind::kInt, Value::int64(4))
      .with("card.mean", TypeKind::kDouble, Value::real(2.5))
      .with("channel", TypeKind::kString, Value::string("online"))
      .with("time", TypeKind::kTimestamp, Value::timestamp(1'234'567'890, 0))
      .with("attempts", TypeKind::kUint, Value::uint64(3))
      .with("tags", Type::map(Type::simple(TypeKind::kString), Type::simple(TypeKind::kInt)), Value::absent())
      .with("anything", TypeKind::kDyn, Value::int64(1));
  return world;
}

// message / suggestion of the only issue
std::string only(std::string_view text, const Type& wanted = Type::dyn()) {
  const auto world = payments();
  const auto program = compile(text, {nullptr, 1, 1, 1}, world.environment(), wanted);
  if (program.ok()) return "none";
  const auto& issues = program.error().all();
  EXPECT_EQ(issues.size(), 1U) << program.error().render();
  return issues[0].suggestion.empty() ? issues[0].message : issues[0].message + " / " + issues[0].suggestion;
}

TEST(Checker, ReportsEveryFaultOfASourceWithItsPlaceAndCaret) {
  const char* const source =
      "amout > eur('150.00')\n"
      "&& card.cuont_1h >= 3\n"
      "&& channel = 'online'\n"
      "&& amount >= 100\n"
      "&& card.mean > card.count_1h\n"
      "&& usd('1.234') < amount\n"
      "&& channel.startWith('on')\n"
      "&& time > '2026-01-01T00:00:00Z'\n"
      "&& channel.matches('a(')\n"
      "&& 'é' + 1 == channel";
  const char* const expected =
      "rule.yaml:1:1: error: `amout` is not declared\n"
      "    amout > eur('150.00')\n"
      "    ^~~~~\n"
      "    did you mean `amount`?\n"
      "rule.yaml:2:4: error: `card.cuont_1h` is not declared\n"
      "    && card.cuont_1h >= 3\n"
      "       ^~~~~~~~~~~~~\n"
      "    did you mean `card.count_1h`?\n"
      "rule.yaml:3:12: error: unexpected character `=`\n"
      "    && channel = 'online'\n"
      "               ^\n"
      "    write `==`\n"
      "rule.yaml:4:11: error: `>=` can't compare money and int\n"
      "    && amount >= 100\n"
      "              ^~\n"
      "    write eur('100'), or another currency's code\n"
      "rule.yaml:5:14: error: `>` can't compare double and int\n"
      "    && card.mean > card.count_1h\n"
      "                 ^\n"
      "    write double(card.count_1h)\n"
      "rule.yaml:6:8: error: an amount in USD has at most 2 decimals\n"
      "    && usd('1.234') < amount\n"
      "           ^~~~~~~\n"
      "rule.yaml:7:12: error: there is no function `startWith`\n"
      "    && channel.startWith('on')\n"
      "               ^~~~~~~~~\n"
      "    did you mean `startsWith`?\n"
      "rule.yaml:8:9: error: `>` can't compare timestamp and string\n"
      "    && time > '2026-01-01T00:00:00Z'\n"
      "            ^\n"
      "    write timestamp('2026-01-01T00:00:00Z')\n"
      "rule.yaml:9:20: error: the pattern is not valid: missing ): a(\n"
      "    && channel.matches('a(')\n"
      "                       ^~~~\n"
      "rule.yaml:10:8: error: `+` can't combine string and int\n"
      "    && 'é' + 1 == channel\n"
      "           ^\n"
      "    write string(1)\n";
  EXPECT_EQ(payments().issues(source), expected);
}

TEST(Checker, NamesThePlaceWithinABlockOfAFile) {
  const auto file = std::make_shared<const SourceFile>(
      SourceFile{"rules/a.yaml", "id: a\nwhen: |\n    card.count_1h > 3\n    && chanel == 'x'\n"});
  const auto program =
      compile("card.count_1h > 3\n&& chanel == 'x'\n", {file, 3, 5, 1}, payments().environment(), Type::dyn());
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().render(),
            "rules/a.yaml:4:8: error: `chanel` is not declared\n"
            "        && chanel == 'x'\n"
            "           ^~~~~~\n"
            "    did you mean `channel`?\n");
}

TEST(Checker, PromotesIntegerLiteralsBesideDoublesOnly) {
  const auto world = payments();
  EXPECT_EQ(world.result("card.mean > 2"), "true");
  EXPECT_EQ(world.result("-2 < card.mean"), "true");
  EXPECT_EQ(world.result("card.mean * 2"), "double 5");
  EXPECT_EQ(world.result("card.mean in [1, 2.5, 3]"), "true");
  EXPECT_EQ(world.result("card.mean in [1, 2]"), "false");
  EXPECT_EQ(world.result("true ? card.mean : 1"), "double 2.5");
  EXPECT_EQ(only("card.mean > card.count_1h"), "`>` can't compare double and int / write double(card.count_1h)");
  EXPECT_EQ(only("card.mean > 1 + 1"), "`>` can't compare double and int / write double(1 + 1)");
  EXPECT_EQ(only("card.mean > 9007199254740992"), "none");
  EXPECT_EQ(
      only("card.mean > 9007199254740993"),
      "`>` can't compare double and int / no double is exactly this number: write the double that is meant, e.g. 1e18");
  EXPECT_EQ(only("attempts > 3"), "`>` can't compare uint and int / write 3u");
  EXPECT_EQ(only("card.count_1h > 3u"), "`>` can't compare int and uint / write 3");
  EXPECT_EQ(only("card.count_1h > attempts"), "`>` can't compare int and uint / write int(attempts)");
  EXPECT_EQ(only("card.mean > attempts"), "`>` can't compare double and uint / write double(attempts)");
}

TEST(Checker, RefusesBareNumbersBesideMoney) {
  EXPECT_EQ(only("amount > 2.0 * card.mean"),
            "`>` can't compare money and double / write double(amount), in euros, not cents");
  EXPECT_EQ(only("amount > 100"), "`>` can't compare money and int / write eur('100'), or another currency's code");
  EXPECT_EQ(only("12.5 <= amount"),
            "`<=` can't compare double and money / write eur('12.5'), or another currency's code");
  EXPECT_EQ(only("amount + card.count_1h"),
            "`+` can't combine money and int / write an amount with its currency, e.g. eur('150.00')");
  EXPECT_EQ(
      only("amount * 1.5"),
      "`*` can't combine money and double / money is multiplied by whole numbers: write a * 3 > b * 2 for a * 1.5 > b");
  EXPECT_EQ(only("amount * 2"), "none");
  EXPECT_EQ(only("amount * amount"), "`*` can't combine money and money");
  EXPECT_EQ(only("amount / 2"),
            "`/` can't combine money and int / money is not divided: write a > b * 2 for a / 2 > b");
}

TEST(Checker, ChecksAmountsNow) {
  EXPECT_EQ(only("eur('150.00')"), "none");
  EXPECT_EQ(only("jpy('100')"), "none");
  EXPECT_EQ(only("jpy('100.5')"), "an amount in JPY has no decimals");
  EXPECT_EQ(only("kwd('1.234')"), "none");
  EXPECT_EQ(only("kwd('1.2345')"), "an amount in KWD has at most 3 decimals");
  EXPECT_EQ(only("eur('1,5')"), "`1,5` is not an amount / write digits and a point, e.g. '150.00'");
  EXPECT_EQ(only("eur('92233720368547758.07')"), "none");
  EXPECT_EQ(only("eur('92233720368547758.08')"), "this amount in EUR does not fit 64 bits of minor units");
  EXPECT_EQ(only("money('1.50', 'EUR')"), "none");
  EXPECT_EQ(only("money('1.50', 'EUX')"), "`EUX` is not an ISO 4217 currency code");
  EXPECT_EQ(only("money('1.50', 'eur')"), "`eur` is not an ISO 4217 currency code / write 'EUR'");
  EXPECT_EQ(only("eur(150)"), "`eur` takes literal text, so that it can be checked now / write eur('150')");
  EXPECT_EQ(only("eur(channel)"), "`eur` takes literal text, so that it can be checked now / write e.g. eur('150.00')");
  EXPECT_EQ(only("money('1')"), "`money` has the wrong number of arguments / write money('150.00', 'EUR')");
  EXPECT_EQ(only("xqz('1')"), "there is no function `xqz`");
}

TEST(Checker, ComparesNothingWithNull) {
  EXPECT_EQ(only("channel == null"),
            "`==` can't compare string and null / a field that is null is absent: write !has(channel)");
  EXPECT_EQ(only("null != amount"),
            "`!=` can't compare null and money / a field that is null is absent: write has(amount)");
  EXPECT_EQ(only("time == null"),
            "`==` can't compare timestamp and null / a field that is null is absent: write !has(time)");
}

TEST(Checker, SaysHowAFunctionIsCalled) {
  EXPECT_EQ(only("size(1)"),
            "`size` doesn't go with size(int) / it takes size(string), size(bytes), size(list) or size(map)");
  EXPECT_EQ(only("startsWith(channel, 'a')"), "`startsWith` is called in another way / write value.startsWith(...)");
  EXPECT_EQ(only("channel.int()"), "`int` is called in another way / write int(value)");
  EXPECT_EQ(only("channel.contains()"),
            "`contains` doesn't go with string.contains() / it takes string.contains(string)");
  EXPECT_EQ(only("math.greatst(1, 2)"), "there is no function `math.greatst` / did you mean `math.greatest`?");
  EXPECT_EQ(only("maths.greatest(1)"), "there is no function `maths.greatest` / did you mean `math.greatest`?");
  EXPECT_EQ(only("math.nothing(1)"), "there is no function `math.nothing`");
  EXPECT_EQ(only("math.greatest()"),
            "`math.greatest` doesn't go with math.greatest() / it takes one or more numbers, or amounts, or a list of "
            "them");
  EXPECT_EQ(only("math.least('a', 1)"),
            "`math.least` doesn't go with math.least(string, int) / it takes one or more numbers, or amounts, or a "
            "list of them");
  EXPECT_EQ(only("math.least([])"), "an empty list has no element that `math.least` could find");
  EXPECT_EQ(only("math.round(1)"), "`math.round` doesn't go with math.round(int) / it takes math.round(double)");
  EXPECT_EQ(only("[1].all(x)"), "`all` is called in another way / write list.all(x, condition)");
  EXPECT_EQ(only("fooBar(1)"), "there is no function `fooBar`");
  EXPECT_EQ(only("channel.endWith('a')"), "there is no function `endWith` / did you mean `endsWith`?");
  EXPECT_EQ(only("!channel"),
            "`!` can't be applied to string / `!` wants a condition: write !(... in ...), !(... == ...)");
  EXPECT_EQ(only("-channel"), "`-` can't be applied to string");
}

TEST(Checker, JudgesLiteralArguments) {
  EXPECT_EQ(only("time > timestamp('2026-13-01T00:00:00Z')"),
            "this is not a timestamp from year 1 to 9999 / write e.g. timestamp('2026-02-27T09:30:00Z')");
  EXPECT_EQ(only("duration('1 hour') > duration('1h')"),
            "this is not a duration of at most 292 years / write e.g. duration('1h30m')");
  EXPECT_EQ(only("time.getHours('Europe/Berln') > 3"), "this is not a time zone / did you mean 'Europe/Berlin'?");
  EXPECT_EQ(only("time.getHours('2h east') > 3"),
            "this is not a time zone / write a name, e.g. 'Europe/Berlin', or an offset from UTC, e.g. '+02:00'");
  EXPECT_EQ(only("time.getHours('Europe/Berlin') > 3"), "none");
  EXPECT_EQ(only("time.getHours('+02:00') > 3"), "none");
  EXPECT_EQ(only("channel.matches(channel)"),
            "a pattern that is not a constant text is not supported yet / write a literal, e.g. r'^4[0-9]+'");
  EXPECT_EQ(only("channel.matches('a' + '(')"), "the pattern is not valid: missing ): a(");
  EXPECT_EQ(only("channel.matches('" + std::string(kMaxPatternBytes, 'a') + "')"), "none");
  EXPECT_EQ(only("channel.matches('" + std::string(kMaxPatternBytes + 1, 'a') + "')"),
            "the pattern is longer than 1024 bytes");
}

TEST(Checker, WantsOneTypeWhereOneIsNeeded) {
  const Type boolean = Type::simple(TypeKind::kBool);
  EXPECT_EQ(only("card.count_1h", boolean), "this is int, but bool is wanted");
  EXPECT_EQ(only("anything", boolean), "none");
  EXPECT_EQ(only("1", Type::simple(TypeKind::kDouble)), "none");
  EXPECT_EQ(only("true ? 1 : 'a'"), "both sides of `:` must have one type, not int and string");
  EXPECT_EQ(only("1 ? 2 : 3"), "the condition before `?` is int, but bool is wanted");
  EXPECT_EQ(only("channel && true"), "`&&` wants bool, but this is string");
  EXPECT_EQ(only("[1].all(x, x + 1)"), "the condition is int, but bool is wanted");
  EXPECT_EQ(only("channel.map(x, x)"), "map() goes over a list or a map, not string");
  EXPECT_EQ(only("channel[0]"), "string can't be indexed with int / write text.charAt(0)");
  EXPECT_EQ(only("{1.5: 2}"), "a key of a map is int, uint, bool or string, not double");
  EXPECT_EQ(only("'a' in channel"),
            "`in` can't look for string in string / write text.contains(part) to look into a string");
  EXPECT_EQ(only("1 in ['a']"), "`in` can't look for int in list(string)");
  EXPECT_EQ(only("has(int)"), "has() asks for a field, e.g. has(card.country)");
}

TEST(Checker, KnowsHabitsOfOtherLanguages) {
  const auto hint = [](std::string_view text, const Type& wanted = Type::simple(TypeKind::kBool)) {
    const auto said = only(text, wanted);
    const auto at = said.find(" / ");
    return at == std::string::npos ? "only: " + said : said.substr(at + 3);
  };
  EXPECT_EQ(hint("not(attempts > 3u)"), "write !(condition)");
  EXPECT_EQ(hint("amount <> eur('5.00')"), "write `!=`");
  EXPECT_EQ(hint("channel like 'a%'"), "write text.matches('...') with a regular expression");
  EXPECT_EQ(hint("attempts > 3u && channel like 'a%'"), "write text.matches('...') with a regular expression");
  EXPECT_EQ(hint("channel not in ['a']"), "write !(value in list)");
  EXPECT_EQ(hint("!channel in ['a']"), "`!` wants a condition: write !(... in ...), !(... == ...)");
  EXPECT_EQ(hint("channel in ('a', 'b')"), "a list stands in brackets: ['a', 'b']");
  EXPECT_EQ(hint("channel in {'a', 'b'}"), "a list stands in brackets: ['a', 'b']");
  EXPECT_EQ(hint("channel == None"), "write has(field), or !has(field)");
  EXPECT_EQ(hint("isNull(channel)"), "write has(field), or !has(field)");
  EXPECT_EQ(hint("exists(channel)"), "write has(field), or !has(field)");
  EXPECT_EQ(hint("len(channel) > 3"), "write size(value)");
  EXPECT_EQ(hint("channel.size > 3"), "write `size()`");
  EXPECT_EQ(hint("['a'].any(x, x == channel)"), "write list.exists(x, condition)");
  EXPECT_EQ(hint("['a'].exsts(x, x == channel)"), "did you mean `exists`?");
  EXPECT_EQ(hint("cel.bnd(x, 5, x > 3)"), "did you mean `bind`?");
  EXPECT_EQ(hint("amount > EUR('5.00')"), "did you mean `eur`?");
  EXPECT_EQ(hint("amount > '500.00'"), "write eur('500.00'), or another currency's code");
  EXPECT_EQ(hint("amount in [5, 10]"), "write amounts, e.g. [eur('150.00')]");
  EXPECT_EQ(hint("time > '2026-01-01'"), "write timestamp('2026-01-01T00:00:00Z')");
  EXPECT_EQ(hint("time.getDayOfWeek() == 'Monday'"), "days are numbers: 0 is Sunday, 6 is Saturday");
  EXPECT_EQ(hint("time - time > 5"), "write a duration with its unit, e.g. duration('5m')");
  EXPECT_EQ(hint("now() > time"), "there is no clock here: use the event's own time");
  EXPECT_EQ(hint("channel == \u201conline\u201d"), "write straight quotes: 'text'");
  EXPECT_EQ(hint("channel == 'online' # why"), "a comment begins with `//`");
  EXPECT_EQ(hint("card.mean > 0,5"), "a number has no other mark than its point: 1000, 0.5");
  EXPECT_EQ(hint("CHANNEL == 'online'"), "did you mean `channel`?");
  EXPECT_EQ(hint("== 5"), "only: found `==` where a value is wanted");
  EXPECT_EQ(hint("count_1h > 3"), "did you mean `card.count_1h`?");
  EXPECT_EQ(hint("event.amount > eur('5.00')"), "did you mean `amount`?");
}

TEST(Checker, OneFaultDoesNotBreedOthers) {
  EXPECT_EQ(only("(absent_one + 1) * 2 > 3 && size([1, -card.mean]) > 0"), "`absent_one` is not declared");
  EXPECT_EQ(only("foo(1) + 'a' < 3 ? 1 : 2"), "there is no function `foo`");
  EXPECT_EQ(only("[absent_one].map(x, x + 1).exists(y, y > 'a')"), "`absent_one` is not declared");
}

TEST(Checker, ResolvesTheLongestDeclaredName) {
  World world;
  world.with("a", Type::map(Type::simple(TypeKind::kString), Type::simple(TypeKind::kInt)), Value::absent())
      .with("a.b", TypeKind::kInt, Value::int64(1))
      .with("a.b.c", TypeKind::kInt, Value::int64(2));
  EXPECT_EQ(world.result("a.b.c"), "2");
  EXPECT_EQ(world.result("a.b"), "1");
  EXPECT_EQ(world.result("a.x"), "error absent_value (a)");
  EXPECT_EQ(
      world.issues("a.b.d"),
      "rule.yaml:1:5: error: a value of type int has no field `d`\n    a.b.d\n        ^\n    did you mean `a.b.c`?\n");
  EXPECT_EQ(world.result("[{'b': 7}].map(a, a.b)"), "[7]");
  EXPECT_EQ(world.result("[{'b': 7}].map(a, .a.b)"), "[1]");
}

TEST(Checker, LimitsTheSourceOnBothSides) {
  const auto padded = [](std::size_t size) { return "true" + std::string(size - 4, ' '); };
  EXPECT_EQ(only(padded(kMaxSourceBytes)), "none");
  EXPECT_EQ(only(padded(kMaxSourceBytes + 1)), "the expression is longer than 65536 bytes");
  EXPECT_EQ(only("'\xff'"), "this is not valid UTF-8");
}

TEST(Environment, TakesOnlyNames) {
  Environment environment;
  const auto declare = [&environment](std::string name) {
    return environment.declare({std::move(name), Type::simple(TypeKind::kInt), 0}).ok();
  };
  EXPECT_TRUE(declare("a"));
  EXPECT_FALSE(declare("a"));
  EXPECT_TRUE(declare("a.b_1"));
  EXPECT_TRUE(declare("a.for"));
  EXPECT_FALSE(declare("for"));
  EXPECT_FALSE(declare("a.in"));
  EXPECT_FALSE(declare(""));
  EXPECT_FALSE(declare("a."));
  EXPECT_FALSE(declare("1a"));
  EXPECT_FALSE(declare("a-b"));
  EXPECT_FALSE(environment.declare({"z", Type::dyn(), 1U << 30U}).ok());
}

}  // namespace
}  // namespace weir::cel
