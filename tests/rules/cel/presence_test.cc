// Which expressions may use a variable that may be absent.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <random>

#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

Environment payments() {
  Environment out;
  std::uint32_t slot = 0;
  const auto declare = [&](const char* name, Type type, bool optional) {
    EXPECT_TRUE(out.declare({name, std::move(type), slot++, optional}).ok());
  };
  for (const auto* name : {"x", "y", "card.count"}) declare(name, Type::simple(TypeKind::kInt), true);
  declare("card.mean", Type::simple(TypeKind::kMoney), true);
  declare("email", Type::simple(TypeKind::kString), true);
  declare("flag", Type::simple(TypeKind::kBool), true);
  declare("tags", Type::map(Type::simple(TypeKind::kString), Type::simple(TypeKind::kInt)), true);
  declare("c", Type::simple(TypeKind::kBool), false);
  declare("n", Type::simple(TypeKind::kInt), false);
  declare("l", Type::list(Type::simple(TypeKind::kInt)), false);
  return out;
}

// The variables that may be absent where they are used, or "".
std::string faults(std::string_view text) {
  const auto program = compile(text, {nullptr, 1, 1, 1}, payments(), Type::dyn());
  if (program.ok()) return "";
  std::string out;
  for (const auto& issue : program.error().all()) {
    const auto end = issue.message.find("` may be absent");
    if (end == std::string::npos) return issue.message;
    out.append(out.empty() ? "" : " ").append(issue.message.substr(1, end - 1));
  }
  return out;
}

TEST(Presence, AUseNeedsToKnow) {
  EXPECT_EQ(faults("x > 5"), "x");
  EXPECT_EQ(faults("x"), "x");
  EXPECT_EQ(faults("n > 5 && c"), "");
  EXPECT_EQ(faults("x > y || y > x || card.count > 1"), "x y card.count");
  EXPECT_EQ(faults("has(x) && y > 5"), "y");
  EXPECT_EQ(faults("[x, n]"), "x");
  EXPECT_EQ(faults("{'a': x}"), "x");
  EXPECT_EQ(faults("tags.a > 1"), "tags");
  EXPECT_EQ(faults("has(tags.a)"), "tags");
  EXPECT_EQ(faults("has(tags) && has(tags.a) && tags.a > 1"), "");
  EXPECT_EQ(faults("x > 5 && has(x)"), "x");
  EXPECT_EQ(faults("has(x) == (x > 5)"), "x");
  EXPECT_EQ(faults("optional.of(x).hasValue()"), "x");
}

TEST(Presence, AndOrAndNotPassOnWhatIsKnown) {
  EXPECT_EQ(faults("has(x) && x > 5"), "");
  EXPECT_EQ(faults("!has(x) || x > 5"), "");
  EXPECT_EQ(faults("has(x) || x > 5"), "x");
  EXPECT_EQ(faults("!has(x) && x > 5"), "x");
  EXPECT_EQ(faults("c && has(x) && n > 1 && x > 5"), "");
  EXPECT_EQ(faults("has(x) && (c || x > 1)"), "");
  EXPECT_EQ(faults("has(x) && c || x > 1"), "x");
  EXPECT_EQ(faults("(has(x) || c) && x > 1"), "x");
  EXPECT_EQ(faults("(has(x) && c || n > 1 && has(x)) && x > 1"), "");
  EXPECT_EQ(faults("!(!has(x)) && x > 1"), "");
  EXPECT_EQ(faults("!(!has(x) || c) && x > 1"), "");
  EXPECT_EQ(faults("!(has(x) && c) || x > 1"), "");
  EXPECT_EQ(faults("!(has(x) || c) || x > 1"), "x");
  EXPECT_EQ(faults("has(x) == true && x > 1 || has(x) != true || x > 1"), "");
  EXPECT_EQ(faults("false == has(x) || x > 1"), "");
  EXPECT_EQ(faults("has(x) && has(y) && x > y"), "");
  EXPECT_EQ(faults("!has(x) || !has(y) || x > y"), "");
}

TEST(Presence, BranchesKnowTheirCondition) {
  EXPECT_EQ(faults("has(x) ? x : 0"), "");
  EXPECT_EQ(faults("!has(x) ? 0 : x"), "");
  EXPECT_EQ(faults("has(x) ? 0 : x"), "x");
  EXPECT_EQ(faults("has(x) ? (has(y) ? x + y : x) : has(y) ? y : 0"), "");
  EXPECT_EQ(faults("(c ? has(x) : has(x) && n > 1) && x > 1"), "");
  EXPECT_EQ(faults("(c ? has(x) : has(y)) && x > 1"), "x");
  EXPECT_EQ(faults("(has(x) ? c : false) && x > 1"), "");
  EXPECT_EQ(faults("(has(x) ? c : true) || x > 1"), "");
  EXPECT_EQ(faults("(has(x) ? c : false) || x > 1"), "x");
  EXPECT_EQ(faults("(!has(x) ? true : c) || x > 1"), "");
  EXPECT_EQ(faults("(c ? x : 1) > 1"), "x");
  EXPECT_EQ(faults("false && x > 1"), "");
}

TEST(Presence, MacrosAndNames) {
  EXPECT_EQ(faults("l.exists(e, e > x)"), "x");
  EXPECT_EQ(faults("has(x) && l.exists(e, e > x)"), "");
  EXPECT_EQ(faults("l.exists(e, has(x) && e > x)"), "");
  EXPECT_EQ(faults("l.exists(e, has(x) && e > 1) && x > 1"), "");
  EXPECT_EQ(faults("l.all(e, has(x)) && x > 1"), "x");
  EXPECT_EQ(faults("!l.all(e, !has(x)) && x > 1"), "");
  EXPECT_EQ(faults("l.map(e, has(x), e + x).size()"), "");
  EXPECT_EQ(faults("l.transformList(i, e, has(x), i + x).size()"), "");
  EXPECT_EQ(faults("l.filter(e, has(x)).size() + x"), "x");
  EXPECT_EQ(faults("cel.bind(known, has(x), known && x > 1)"), "");
  EXPECT_EQ(faults("cel.bind(unknown, !has(x), unknown || x > 1)"), "");
  EXPECT_EQ(faults("cel.bind(v, x + 1, has(x) && v > 1)"), "x");
  EXPECT_EQ(faults("has(x) && cel.bind(v, x + 1, v > 1)"), "");
  EXPECT_EQ(faults("cel.block([has(x), has(y)], cel.index(0) && cel.index(1) && x > y)"), "");
  EXPECT_EQ(faults("l.exists(e, has(x)) || cel.bind(e, c, e) && x > 1"), "x");
}

TEST(Presence, OptionalsAskForThemselves) {
  EXPECT_EQ(faults("x.orValue(0) > 5"), "");
  EXPECT_EQ(faults("card.?mean.orValue(eur('0')) > eur('1')"), "");
  EXPECT_EQ(faults("x.hasValue() && x > 5"), "");
  EXPECT_EQ(faults("!x.hasValue() || x > 5"), "");
  EXPECT_EQ(faults("x.optMap(v, v + x).orValue(0)"), "");
  EXPECT_EQ(faults("x.optMap(v, v + y).orValue(0)"), "y");
  EXPECT_EQ(faults("x.orValue(y)"), "y");
  EXPECT_EQ(faults("x.or(y).hasValue() && x > 1"), "x");
  EXPECT_EQ(faults("x.optMap(v, v + 1).hasValue() && x > 1"), "");
  EXPECT_EQ(faults("cel.bind(o, card.?count, o.hasValue() && card.count > 1)"), "");
  EXPECT_EQ(faults("flag.orValue(false) && email.orValue('').size() > 1"), "");
}

TEST(Presence, TheIssueSaysWhatToWrite) {
  const auto file = std::make_shared<const SourceFile>(SourceFile{"rule.yaml", "c && card.mean > eur('5')"});
  const auto program = compile(file->text, {file, 1, 1, 1}, payments(), Type::dyn());
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().render(),
            "rule.yaml:1:6: error: `card.mean` may be absent: then there is nothing to use here\n"
            "    c && card.mean > eur('5')\n"
            "         ^~~~~~~~~\n"
            "    write has(card.mean) && ..., or card.mean.orValue(eur('0.00'))\n");
}

// Random conditions about three variables that may be absent, with errors of other kinds among them.
class GuardMaker {
 public:
  explicit GuardMaker(std::uint32_t seed) : random_(seed) {}

  std::string condition(int depth) {
    if (depth <= 0) return leaf();
    switch (random_() % 12) {
      case 0:
      case 1:
        return "(" + condition(depth - 1) + " && " + condition(depth - 1) + ")";
      case 2:
        return "(" + condition(depth - 1) + " && " + condition(depth - 1) + " && " + condition(depth - 2) + ")";
      case 3:
      case 4:
        return "(" + condition(depth - 1) + " || " + condition(depth - 1) + ")";
      case 5:
        return "!" + condition(depth - 1);
      case 6:
        return "(" + condition(depth - 1) + " ? " + condition(depth - 1) + " : " + condition(depth - 1) + ")";
      case 7:
        return "[0, 1]." + std::string(std::array{"all", "exists", "exists_one"}[random_() % 3]) + "(e, " +
               condition(depth - 1) + ")";
      case 8:
        return "cel.bind(k, " + condition(depth - 1) + ", (k " + (random_() % 2 == 0 ? "&&" : "||") + " " +
               condition(depth - 1) + "))";
      case 9:
        return "(" + condition(depth - 1) + std::array{" == ", " != "}[random_() % 2] +
               std::array{"true", "false"}[random_() % 2] + ")";
      case 10:
        return "(" + variable() + ".optMap(v, v + " + variable() + ").orValue(0) > 1)";
      default:
        return "[1, 2].map(e, " + condition(depth - 1) + ", e)" + (random_() % 2 == 0 ? ".size() > 0" : "[0] == 1");
    }
  }

 private:
  std::string variable() { return std::array{"x", "y", "card.count"}[random_() % 3]; }
  std::string leaf() {
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        return "has(" + variable() + ")";
      case 3:
        return variable() + ".hasValue()";
      case 4:
        return "(" + variable() + ".orValue(0) > 1)";
      case 5:
        return std::array{"c", "(1 / n > 0)", "true", "false"}[random_() % 4];
      default:
        return "(" + variable() + " > 1)";
    }
  }

  std::mt19937 random_;
};

bool is_absent(const Value& value) { return value.is_error() && value.code() == ErrorCode::kAbsentValue; }

TEST(Presence, WhatPassesNeverMeetsAnAbsentValue) {
  const auto environment = payments();
  GuardMaker maker(20260227);
  Scratch scratch;
  int passed = 0;
  int needed = 0;  // those that would fail without their guards
  for (int i = 0; i < 6'000; ++i) {
    const auto text = maker.condition(1 + i % 4);
    const auto program = compile(text, {nullptr, 1, 1, 1}, environment, Type::dyn());
    if (!program.ok()) {
      ++needed;
      continue;
    }
    ++passed;
    for (unsigned there = 0; there < 64; ++there) {
      std::vector<Value> slots(10);
      for (std::size_t slot = 0; slot < 3; ++slot) {
        if ((there >> slot & 1U) != 0) slots[slot] = Value::int64(static_cast<std::int64_t>(slot) * 2);
      }
      slots[7] = Value::boolean((there & 8U) != 0);
      slots[8] = Value::int64(there >> 4U);
      ASSERT_FALSE(is_absent(program->evaluate(slots, scratch))) << text << there;
    }
  }
  std::cout << passed << " expressions passed, " << needed << " were refused\n";
  EXPECT_GT(passed, 1'000);
  EXPECT_GT(needed, 1'000);
}

}  // namespace
}  // namespace weir::cel
