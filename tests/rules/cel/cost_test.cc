// The bound of an evaluation's cost is never below what it costs, and near it where that can be known.
#include "rules/cel/cost.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <string>

#include "rules/cel/expression.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::cel {
namespace {

std::unique_ptr<Expression> checked(const World& world, std::string_view text, const Type& wanted = Type::dyn()) {
  auto made = Expression::check(text, {nullptr, 1, 1, 1}, world.environment(), wanted);
  EXPECT_TRUE(made.ok()) << text << '\n' << (made.ok() ? "" : made.error().render());
  return made.ok() ? *std::move(made) : nullptr;
}

std::uint64_t longest_text(const std::vector<Value>& slots) {
  std::uint64_t longest = 0;
  for (const auto& value : slots) {
    const bool text = value.is(ValueKind::kString) || value.is(ValueKind::kBytes);
    longest = std::max<std::uint64_t>(longest, text ? value.as_string().size() : 0);
  }
  return longest;
}

struct Costs {
  std::uint64_t bound = 0;
  std::uint64_t spent = 0;
};

Costs costs_of(const World& world, const std::string& text, std::uint64_t text_bytes) {
  const auto expression = checked(world, text);
  if (expression == nullptr) return {};
  Scratch scratch;
  const auto root = expression->ast().root;
  (void)expression->compile(root).evaluate(world.slots(), scratch);
  return {worst_case_cost(expression->ast(), root, text_bytes).units, scratch.spent()};
}

TEST(Cost, IsNeverAboveItsBound) {
  constexpr std::array kKinds{TypeKind::kBool, TypeKind::kInt, TypeKind::kDouble, TypeKind::kString, TypeKind::kBytes};
  std::mt19937 random(20261121);
  Scratch scratch;
  std::size_t costly = 0;
  std::size_t known = 0;
  for (int round = 0; round < 12'000; ++round) {
    std::vector<std::uint8_t> bytes(200);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    ExpressionMaker maker(bytes);
    auto world = maker_world();
    maker.fill(world.slots());
    const auto kind = kKinds[bytes.back() % kKinds.size()];
    const auto text = maker.expression(kind, 5);
    const auto expression = checked(world, text, Type::simple(kind));
    ASSERT_NE(expression, nullptr);
    const auto root = expression->ast().root;
    (void)expression->compile(root).evaluate(world.slots(), scratch);
    const auto bound = worst_case_cost(expression->ast(), root, longest_text(world.slots()));
    ASSERT_LE(scratch.spent(), bound.units) << text;
    costly += scratch.spent() > 0 ? 1 : 0;
    known += scratch.spent() > 0 && bound.units < kMaxCost ? 1 : 0;
  }
  std::cout << costly << " expressions cost something, " << known << " of them with a bound below the limit\n";
  EXPECT_GT(costly, 2'000U);
  EXPECT_GT(known, 500U);
}

// Texts as long as they may be, and nothing that ends early.
TEST(Cost, IsNearItsBoundWhereTheWorstHappens) {
  const std::string long_text(6'400, 'x');
  auto world = World()
                   .with("s", TypeKind::kString, Value::string(long_text))
                   .with("t", TypeKind::kString, Value::string(long_text))
                   .with("i", TypeKind::kInt, Value::int64(7));
  const auto near = [&](const std::string& text, std::uint64_t factor) {
    const auto [bound, spent] = costs_of(world, text, long_text.size());
    EXPECT_GE(bound, spent) << text;
    EXPECT_GT(spent, 0U) << text;
    EXPECT_LE(bound, spent * factor + 8) << text << ": " << spent << " spent";
  };
  near("s.matches('y+')", 1);
  near("s == t", 1);
  near("s < t", 1);
  near("s.contains('y')", 1);
  near("(s + t).size() > 5", 1);
  near("s.split('').size() > 5", 2);
  near("s.replace('x', 'yy').size() > 5", 2);
  near("s.lowerAscii().reverse().trim() == t", 2);
  near("s.split('').all(c, c == 'x')", 3);
  near("[i, 2, 3].all(x, [i, 2, 3, 4].all(y, [i, 2, 3, 4, 5].all(z, x + y + z > 0)))", 4);
  near("[s, t, s].sort()[0] == 'x'", 3);
  near("lists.range(1000).all(x, x >= 0 || i == 8)", 3);
  near("i in [100, 101, i * 2, 103, 104, 105, 106, 107, 108, 109, 110, 111]", 3);
  near("'%s %s'.format([s, t]) == ''", 6);
  near("base64.encode(bytes(s)) == ''", 1);
  near("[1, 2, 3, i].map(x, x * 2).filter(x, x > 0).distinct().size() > 0", 12);
}

TEST(Cost, OfSimpleConditionsIsSmall) {
  const auto world = World()
                         .with("s", TypeKind::kString, Value::string("x"))
                         .with("i", TypeKind::kInt, Value::int64(7))
                         .with("m", TypeKind::kMoney, Value::money(100, 978));
  EXPECT_EQ(costs_of(world, "i > 3", 8'192).bound, 1U);
  EXPECT_EQ(costs_of(world, "i > 3 && s == 'online' && m > eur('1.00')", 8'192).bound, 2U);
  EXPECT_EQ(costs_of(world, "s in ['a', 'b', 'c']", 8'192).bound, 4U);
  EXPECT_EQ(costs_of(world, "s.matches('a+')", 8'192).bound, 129U);
  EXPECT_EQ(costs_of(world, "[1, 2, 3].all(x, x > 0)", 8'192).bound, 4U) << "only its length counts: it is computed when it is compiled";
}

TEST(Cost, OfAListInASlotIsThatOfTheLongestThatThereCanBe) {
  const auto world = World()
                         .with("ls", Type::list(Type::simple(TypeKind::kString)), Value::absent())
                         .with("any", Type::dyn(), Value::absent());
  EXPECT_GT(costs_of(world, "ls.exists(x, x == 'a')", 64).bound, 262'144U);
  EXPECT_EQ(costs_of(world, "ls.exists(x, ls.exists(y, ls.exists(z, x + y == z)))", 64).bound, 1'000'000'000'000'000U);
  EXPECT_GE(costs_of(world, "any.exists(x, x == 'a')", 64).bound, kMaxCost);
}

TEST(Cost, TheCostliestPartIsNamed) {
  const auto world =
      World().with("s", TypeKind::kString, Value::string("x")).with("b", TypeKind::kBool, Value::boolean(true));
  const auto costliest = [&](const std::string& text) {
    const auto expression = checked(world, text);
    const auto& ast = expression->ast();
    return std::string(expression->source().text(ast[worst_case_cost(ast, ast.root, 8'192).costliest].range));
  };
  EXPECT_EQ(costliest("b && s.matches('a') && s == 'b'"), "s.matches('a')");
  EXPECT_EQ(costliest("b && (s == 'a' || !s.split(' ').exists(x, x == 'a')) && s.matches('a')"),
            "s.split(' ').exists(x, x == 'a')");
  EXPECT_EQ(costliest("b"), "b");
}

}  // namespace
}  // namespace weir::cel
