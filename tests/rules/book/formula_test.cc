// Comparisons computed in place give what their programs give.
#include "rules/book/formula.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <string>

#include "rules/book/term.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::book {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr double kHuge = std::numeric_limits<double>::max();

cel::World world() {
  cel::World out;
  for (const char* name : {"i", "j"}) out.with(name, cel::TypeKind::kInt, Value::int64(0));
  for (const char* name : {"x", "y"}) out.with(name, cel::TypeKind::kDouble, Value::real(0));
  return out;
}

Term term_of(const cel::World& world, const std::string& text) {
  const auto made =
      cel::Expression::check(text, {nullptr, 1, 1, 1}, world.environment(), cel::Type::simple(cel::TypeKind::kBool));
  EXPECT_TRUE(made.ok()) << text;
  return make_term(**made, (*made)->ast().root);
}

Value value_of(std::mt19937& random, bool real) {
  const std::array<Value, 7> ints{Value::int64(0),
                                  Value::int64(1),
                                  Value::int64(-3),
                                  Value::int64(kMost),
                                  Value::int64(-kMost - 1),
                                  Value::absent(),
                                  Value::error(ErrorCode::kOverflow)};
  const std::array<Value, 9> reals{Value::real(0.0),       Value::real(-0.0),   Value::real(1.5),
                                   Value::real(kHuge),     Value::real(-kHuge), Value::real(1.0 / 0.0),
                                   Value::real(0.0 / 0.0), Value::absent(),     Value::string("text")};
  return real ? reals[random() % reals.size()] : ints[random() % ints.size()];
}

TEST(Formula, GivesWhatItsProgramGives) {
  std::mt19937 random(20261121);
  const auto pick = [&random](const auto& choices) { return std::string(choices[random() % choices.size()]); };
  constexpr std::array kComparisons{"==", "!=", "<", "<=", ">", ">="};
  constexpr std::array kInts{"i", "j", "3", "9223372036854775807", "-7"};
  constexpr std::array kReals{"x", "y", "2.5", "1e300", "-0.0"};
  constexpr std::array kIntOperations{"+", "-", "*"};
  constexpr std::array kRealOperations{"+", "-", "*", "/"};
  auto slots = world();
  cel::Scratch scratch;
  std::size_t in_place = 0;
  std::size_t formulas = 0;
  for (int round = 0; round < 20'000; ++round) {
    const bool real = random() % 2 == 0;
    const auto side = [&] {
      const auto operand = [&] { return real ? pick(kReals) : pick(kInts); };
      if (random() % 3 == 0) return operand();
      return operand() + " " + (real ? pick(kRealOperations) : pick(kIntOperations)) + " " + operand();
    };
    const auto text = side() + " " + pick(kComparisons) + " " + side();
    const auto term = term_of(slots, text);
    for (std::size_t i = 0; i < 4; ++i) slots.slots()[i] = value_of(random, i >= 2);
    const auto expected = term.program.evaluate(slots.slots(), scratch);
    const bool same = identical(evaluate_term(term, slots.slots(), scratch), expected);
    EXPECT_TRUE(same) << text;
    if (term.kind != TermKind::kFormula) continue;
    ++formulas;
    in_place += evaluated(term.formula, slots.slots()) ? 1 : 0;
  }
  EXPECT_GT(formulas, 10'000U);
  EXPECT_GT(in_place, 4'000U);
}

TEST(Formula, IsWhatRulesOnWindowFeaturesAreMadeOf) {
  const auto slots = world();
  const auto kind = [&slots](const std::string& text) { return term_of(slots, text).kind; };
  for (const auto* text : {"x > 5.0 * y", "x + y > 100.0", "i * 24 > j * 3", "i < j", "x / y >= 2.0", "100 < i + j"}) {
    EXPECT_EQ(kind(text), TermKind::kFormula) << text;
  }
  EXPECT_EQ(kind("i > 3"), TermKind::kCompare) << "which the index knows";
  for (const auto* text : {"i / j > 2", "i % j == 0", "x + y + 1.0 > 2.0", "-x > y", "double(i) > x"}) {
    EXPECT_EQ(kind(text), TermKind::kProgram) << text;
  }
}

}  // namespace
}  // namespace weir::book
