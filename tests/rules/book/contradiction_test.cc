// What is said of conditions that no event, or every event, meets: found where it is, and not where it isn't.
#include "rules/book/contradiction.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/currency.h"
#include "rules/cel/exchange.h"
#include "rules/cel/scratch.h"
#include "tests/rules/book/vocabulary.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::book {
namespace {

using Strings = std::vector<std::string>;

const Vocabulary& vocabulary() {
  static const Vocabulary kVocabulary = [] {
    Vocabulary out;
    out.environment = cel::maker_world().environment();
    return out;
  }();
  return kVocabulary;
}

// The same with a table of exchange rates.
const Vocabulary& vocabulary_with_rates() {
  static const Vocabulary kVocabulary = [] {
    Vocabulary out = vocabulary();
    const auto base = *currency_by_code("EUR");
    out.exchange.table = std::make_shared<const cel::ExchangeTable>(base, std::vector<cel::ExchangeRate>(), 1);
    return out;
  }();
  return kVocabulary;
}

// "error: message" and "warning: message" of each issue.
Strings said_of(const std::string& condition, const Vocabulary& vocabulary = weir::book::vocabulary()) {
  const auto root = parse("when: |\n  " + condition + "\n");
  Issues issues;
  const auto expression =
      check_expression(root.find("when"), vocabulary, cel::Type::simple(cel::TypeKind::kBool), issues);
  EXPECT_EQ(expression == nullptr, issues.has_errors()) << condition;
  Strings out;
  for (const auto& issue : issues.all()) {
    out.push_back((issue.severity == Severity::kError ? "error: " : "warning: ") + issue.message);
  }
  return out;
}

TEST(Contradiction, AConditionThatIsNeverTrueIsAnError) {
  for (const std::string condition : {
           "i1 > 5 && i1 < 3",
           "i1 > 5 && i1 < 6",
           "5 < i1 && 5 >= i1",
           "i1 == 3 && i1 > 4",
           "i1 == 3 && i1 != 3",
           "i1 > 9223372036854775807",
           "i1 < -9223372036854775807 - 1",
           "i1 in []",
           "u1 > 5u && u1 <= 5u",
           "d1 > 5.0 && d1 <= 5.0",
           "d1 > 5 && !(d1 >= 4)  && d1 > 4.5",
           "s1 == 'a' && s1 == 'b'",
           "s1 == 'a' && s1 in ['b', 'c']",
           "s1 in ['a', 'b'] && s1 in ['c', 'd']",
           "s1 in ['a', 'b'] && s1 != 'a' && s1 != 'b'",
           "s1 in ['a', 'b'] && !(s1 in ['b', 'a', 'c'])",
           "s1 < 'b' && s1 > 'c'",
           "y1 == b'a' && y1 == b'b'",
           "b1 && !b1",
           "b1 == true && b1 == false",
           "!(b1 != false) && b1",
           "!(b1 || i1 > 5) && i1 == 6",
           "has(s1) && !has(s1)",
           "s1.startsWith('a') && b1 && !s1.startsWith('a')",
           "m1 > eur('5.00') && m1 < eur('4.00')",
           "m1 > eur('5.00') && m1 < usd('6.00')",
           "m1 == eur('5.00') && m1 in [usd('5.00'), eur('6.00')]",
           "m1 > -eur('1.00') && m1 < eur('-1.00')",
           "p1 > duration('1h') && p1 < duration('59m')",
           "t1 > timestamp('2026-01-02T00:00:00Z') && t1 < timestamp('2026-01-01T00:00:00Z')",
           "i1 + i2 > 5 && i1 + i2 < 4",
           "s1.size() == 3 && size(s1) == 4 && s1.size() == 5",
           "i1 > i2 && i1 < i2",
           "i1 > i2 && i2 >= i1",
           "i1 < i1",
           "d1 < d1",
           "i1 == i2 && i1 != i2",
           "i1 > 5 && (i1 < 3 || i1 == 4)",
           "(i1 > 5 && b1) && (b2 && i1 < 3)",
           "(b1 && !b1) || (i1 > 5 && i1 < 5)",
       }) {
    const auto said = said_of(condition);
    ASSERT_FALSE(said.empty()) << condition;
    EXPECT_TRUE(said[0].starts_with("error: ")) << condition << '\n' << said[0];
    EXPECT_TRUE(said[0].ends_with(": the condition is never true")) << condition << '\n' << said[0];
  }
}

TEST(Contradiction, AConditionThatCanBeTrueIsLeftAlone) {
  for (const std::string condition : {
           "i1 > 5 && i1 < 7",
           "i1 > 5 && i2 < 3",
           "d1 > 5.0 && d1 < 5.000001",
           "!(d1 > 5.0) && !(d1 <= 5.0)",  // NaN
           "d1 != d1",
           "d1 > 5.0 || d1 <= 5.0",
           "s1 == 'a' || s1 == 'b'",
           "s1 != 'a' && s1 != 'b'",
           "s1 in ['a', 'b'] && s1 != 'a'",
           "s1 > 'a' && s1 < 'aa'",
           "u1 > 5u && u1 < 6u",  // empty, but only the bounds of ints are moved
           "m1 > eur('5.00') || m1 > usd('6.00')",
           "(s1 == 'EUR' && m1 > eur('5.00')) || (s1 == 'USD' && m1 > usd('5.00'))",
           "m1 in [eur('1.00'), usd('1.00')]",
           "has(s1) && s1 == ''",
           "i1 > i2 && i2 > 3 && i1 > 3",
           "i1 >= i2 && i1 <= i2",
           "ls.exists(x, x == 'a') && ls.exists(x, x == 'b')",
           "l1.exists(x, x > 5) && l1.exists(x, x < 3)",
           "any == 1 && any == 1.0",
           "any == 1 && any == 'a'",
           "b1 ? i1 > 5 : i1 < 3",
           "i1 > 3 && (i1 > 5 || b1)",
           "i1 > 5 || i1 < 3",
       }) {
    EXPECT_EQ(said_of(condition), Strings()) << condition;
  }
}

TEST(Contradiction, BothPlacesAreNamed) {
  EXPECT_EQ(said_of("i1 > 5\n  && b1\n  && i1 < 3"),
            Strings{"error: `i1 < 3` can't hold together with `i1 > 5` (2:3): the condition is never true"});
  EXPECT_EQ(
      said_of("!(b1 || i1   >\n  5) && i1 == 6"),
      Strings{"error: `i1 == 6` can't hold together with `i1 > 5` being false (2:11): the condition is never true"});
  EXPECT_EQ(said_of("m1 > eur('5.00') && m1 < usd('6.00')"),
            Strings{"error: `m1 < usd('6.00')` and `m1 > eur('5.00')` (2:3) want two currencies of one amount: the "
                    "condition is never true"});
  EXPECT_EQ(said_of("i1 > 9223372036854775807"),
            Strings{"error: `i1 > 9223372036854775807` holds for no value: the condition is never true"});
  EXPECT_EQ(said_of("s1 in ['a'] && (b1 || s1 in []) && s1 != 'b'"),
            (Strings{"warning: `s1 != 'b'` adds nothing: it holds wherever `s1 in ['a']` (2:3) does",
                     "warning: `s1 in []` holds for no value: this part is never true"}));
}

TEST(Contradiction, PartsOfATimeHaveTheirBounds) {
  for (const std::string condition :
       {"t1.getMonth() == 12", "t1.getDayOfWeek() == 7", "t1.getHours() > 23", "t1.getHours('Europe/Berlin') >= 24",
        "60 <= t1.getMinutes()", "t1.getDate() < 1", "t1.getDayOfWeek() in [7]", "!(t1.getMonth() <= 11)"}) {
    const auto said = said_of(condition);
    ASSERT_EQ(said.size(), 1U) << condition;
    EXPECT_TRUE(said[0].starts_with("error: ")) << said[0];
    EXPECT_NE(said[0].find("holds for no time: the condition is never true"), std::string::npos) << said[0];
  }
  for (const std::string condition : {"t1.getMonth() == 11", "t1.getMonth() == 0", "t1.getDayOfWeek() == 6",
                                      "t1.getHours() > 22", "t1.getDate() == 31", "t1.getDayOfMonth() == 30",
                                      "t1.getDayOfYear() == 365", "t1.getFullYear() > 2500", "p1.getHours() > 100"}) {
    EXPECT_EQ(said_of(condition), Strings()) << condition;
  }
}

TEST(Contradiction, WithExchangeRatesCurrenciesMeet) {
  for (const std::string condition : {
           "m1 > eur('5.00') && m1 < usd('4.00')",
           "m1 == eur('5.00') && m1 == usd('5.50')",
           "m1 >= eur('5.00') && m1 >= usd('5.00')",
           "m1 > eur('5.00') || m1 <= usd('5.00')",
           "m1 > eur('5.00') && !(m1 > usd('4.00'))",
           "m1 > eur('5.00') && (b1 || m1 < usd('4.00'))",
           "m1 in [eur('5.00')] && m1 != usd('5.50')",
       }) {
    EXPECT_EQ(said_of(condition, vocabulary_with_rates()), Strings()) << condition;
  }
  EXPECT_EQ(said_of("m1 > eur('5.00') && m1 < eur('4.00')", vocabulary_with_rates()).size(), 1U);
  EXPECT_EQ(said_of("m1 > usd('5.00') && m1 > eur('1.00') && m1 < usd('4.00')", vocabulary_with_rates()),
            Strings{"error: `m1 < usd('4.00')` can't hold together with `m1 > usd('5.00')` (2:3): the condition is "
                    "never true"});
  EXPECT_EQ(said_of("m1 > eur('5.00') && m1 < usd('4.00')").size(), 1U) << "without rates";
}

TEST(Contradiction, OfFaultyPartsNothingIsSaid) {
  const auto only = [](const std::string& condition, const std::string& part) {
    const auto said = said_of(condition);
    ASSERT_EQ(said.size(), 1U) << condition;
    EXPECT_NE(said[0].find(part), std::string::npos) << said[0];
  };
  only("b1 && cuont > 5", "`cuont` is not declared");
  only("i1 > 'a' && b1", "can't compare");
  only("i1 && b1", "`&&` wants bool");
  only("!i1 || b1", "can't be applied");
  only("'a'.matches('(' + 'a') && b1", "pattern");
  EXPECT_EQ(said_of("cuont > 5 && cuont < 3").size(), 2U) << "what it is is not known";
}

TEST(Contradiction, StandsBesideFaultsOfOtherParts) {
  for (const std::string fault : {"cuont > 5", "i2 > 'a'", "nothing(i2)", "l1", "eur(5) == m1"}) {
    const auto said = said_of(fault + " && i1 > 5 && i1 < 3");
    ASSERT_EQ(said.size(), 2U) << fault;
    EXPECT_NE(said[1].find("can't hold together"), std::string::npos) << said[1];
  }
}

TEST(Contradiction, ADeadPartIsAWarning) {
  const std::string never = ": this part is never true";
  for (const std::string condition : {
           "b1 || (i1 > 5 && i1 < 3)",
           "i1 > 5 && (b1 || i1 < 3)",
           "i1 > 5 && (b1 || (b2 && i1 < 3))",
           "l1.exists(x, x > 5 && x < 3)",
           "(b1 ? i1 > 5 && i1 < 3 : b2)",
           "(i1 > 5 && i1 < 3) == b1",
           "cel.bind(x, i1 + 1, x > 5 && x < 3) || b1",
       }) {
    const auto said = said_of(condition);
    ASSERT_EQ(said.size(), 1U) << condition;
    EXPECT_TRUE(said[0].starts_with("warning: ") && said[0].ends_with(never)) << condition << '\n' << said[0];
  }
}

TEST(Contradiction, WhatAddsNothingIsAWarning) {
  const auto adds_nothing = [](const std::string& condition, const std::string& part) {
    const auto said = said_of(condition);
    ASSERT_EQ(said.size(), 1U) << condition;
    EXPECT_TRUE(said[0].starts_with("warning: `" + part + "` adds nothing: ")) << condition << '\n' << said[0];
  };
  adds_nothing("i1 > 5 && i1 > 3", "i1 > 3");
  adds_nothing("i1 > 3 && i1 > 5", "i1 > 3");
  adds_nothing("i1 > 3 && i1 >= 4", "i1 >= 4");
  adds_nothing("i1 == 4 && i1 > 3", "i1 > 3");
  adds_nothing("i1 == 4 && i1 != 3", "i1 != 3");
  adds_nothing("s1 == 'a' && s1 in ['a', 'b']", "s1 in ['a', 'b']");
  adds_nothing("!(s1 in ['a', 'b']) && s1 != 'a'", "s1 != 'a'");
  adds_nothing("b1 && i1 > 3 && b1", "b1");
  adds_nothing("i1 > 5 && (b1 || i1 > 3)", "i1 > 3");
  adds_nothing("i1 > i2 && i2 != i1", "i2 != i1");
  adds_nothing("m1 > eur('2.00') && m1 > eur('1.00')", "m1 > eur('1.00')");
  adds_nothing("i1 > 5 || i1 > 3", "i1 > 5");
  adds_nothing("s1 in ['a', 'b'] || s1 == 'a'", "s1 == 'a'");
  adds_nothing("b1 || i1 > 3 || b1", "b1");
}

TEST(Contradiction, WhatIsAlwaysTrueIsAWarning) {
  EXPECT_EQ(said_of("i1 > 3 || i1 <= 3"), Strings{"warning: one of `i1 <= 3` and `i1 > 3` (2:3) always holds"});
  EXPECT_EQ(said_of("s1 != 'a' || s1 != 'b'"),
            Strings{"warning: one of `s1 != 'b'` and `s1 != 'a'` (2:3) always holds"});
  EXPECT_EQ(said_of("!(b1 && !b1)"),
            Strings{"warning: one of `!b1` being false and `b1` being false (2:5) always holds"});
  EXPECT_EQ(said_of("true"), Strings{"warning: the condition is always true"});
  EXPECT_EQ(said_of("1 > 2"), Strings{"warning: the condition is always false"});
  EXPECT_EQ(said_of("1 / 0 == 1"), Strings{"warning: the condition is an error for every event"});
  EXPECT_EQ(said_of("b1 && !(1 > 2)"), Strings{"warning: `!(1 > 2)` is always true"});
  EXPECT_EQ(said_of("(i1 + 1) > (3) && (i1 + 1) > (2)"),
            Strings{"warning: `(i1 + 1) > (2)` adds nothing: it holds wherever `(i1 + 1) > (3)` (2:4) does"});
  EXPECT_EQ(said_of("b1 || 1 > 2"), Strings{"warning: `1 > 2` is always false"});
}

// Whatever is said of a random condition, evaluation must not gainsay it.
TEST(Contradiction, NoEventMeetsWhatIsCalledNeverTrue) {
  constexpr std::array kBounds{"1", "2", "3"};
  constexpr std::array kSigns{"==", "!=", "<", "<=", ">", ">="};
  std::uint32_t state = 7;
  const auto below = [&state](std::size_t bound) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % bound;
  };
  const auto atom = [&] {
    const std::string name = below(2) == 0 ? "i1" : "i2";
    const std::string text = below(4) == 0
                                 ? name + " in [" + kBounds[below(3)] + ", " + kBounds[below(3)] + "]"
                                 : name + " " + kSigns[below(6)] + " " + (below(4) == 0 ? "i1" : kBounds[below(3)]);
    return below(4) == 0 ? "!(" + text + ")" : text;
  };
  std::size_t dead = 0;
  std::size_t alive = 0;
  for (int round = 0; round < 3'000; ++round) {
    const auto pair = [&] { return "(" + atom() + (below(2) == 0 ? " && " : " || ") + atom() + ")"; };
    const auto condition = pair() + (below(3) > 0 ? " && " : " || ") + pair() + (below(2) == 0 ? " && " + atom() : "");
    Issues issues;
    const auto root = parse("when: '" + condition + "'\n");
    (void)check_expression(root.find("when"), vocabulary(), cel::Type::simple(cel::TypeKind::kBool), issues);
    auto world = cel::maker_world();
    const auto program = cel::compile(condition, {}, world.environment(), cel::Type::simple(cel::TypeKind::kBool));
    ASSERT_TRUE(program.ok()) << condition;
    cel::Scratch scratch;
    bool hit = false;
    const auto slot = [&](const char* name) { return world.environment().find(name)->slot; };
    for (int a = 0; a <= 4; ++a) {
      for (int b = 0; b <= 4; ++b) {
        world.slots()[slot("i1")] = Value::int64(a);
        world.slots()[slot("i2")] = Value::int64(b);
        hit = hit || program->evaluate(world.slots(), scratch).as_bool();
      }
    }
    EXPECT_FALSE(hit && issues.has_errors()) << condition << '\n' << issues.render();
    ++(issues.has_errors() ? dead : alive);
  }
  EXPECT_GT(dead, 200U);
  EXPECT_GT(alive, 1'000U);
}

}  // namespace
}  // namespace weir::book
