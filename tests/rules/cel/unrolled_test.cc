// Quantifiers over a few constants, which the compiler makes without a loop: the reference knows nothing of that.
#include <gtest/gtest.h>

#include <string>

#include "rules/cel/program.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

World world() {
  return World()
      .with("i", TypeKind::kInt, Value::int64(3))
      .with("zero", TypeKind::kInt, Value::int64(0))
      .with("s", TypeKind::kString, Value::string("casino"))
      .with("gone", TypeKind::kInt, Value::absent())
      .with("b", TypeKind::kBool, Value::boolean(true));
}

std::string numbers(int count) {
  std::string out = "[0";
  for (int n = 1; n < count; ++n) out += ", " + std::to_string(n);
  return out + "]";
}

// Long lists keep their loop.
std::size_t size_of(const std::string& text) {
  const auto program = compile(text, {nullptr, 1, 1, 1}, world().environment(), Type::dyn());
  EXPECT_TRUE(program.ok()) << text;
  return program->size();
}

TEST(Unrolled, GivesWhatALoopGives) {
  const auto w = world();
  EXPECT_EQ(w.result("['a', 'casino'].exists(w, w == s)"), "true");
  EXPECT_EQ(w.result("['a', 'b'].exists(w, w == s)"), "false");
  EXPECT_EQ(w.result("[1, 2, 3].all(n, n <= i)"), "true");
  EXPECT_EQ(w.result("[1, 4].all(n, n <= i)"), "false");
  EXPECT_EQ(w.result("['sin', 'xyz'].exists(w, s.contains(w)) && b"), "true");
  EXPECT_EQ(w.result("[].exists(n, n == i)"), "false");
  EXPECT_EQ(w.result("[].all(n, n == i)"), "true");
  EXPECT_EQ(w.result("[3, 7].exists(place, n, place == 1 && n == i + 4)"), "true");
  EXPECT_EQ(w.result("[3, 7].all(place, n, n == i + place * 4)"), "true");
  EXPECT_EQ(w.result("[[1, 2], [3]].exists(l, i in l)"), "true");
  EXPECT_EQ(w.result("[[1, 2], [3]].all(l, l.exists(n, n >= i - 1))"), "true");
  EXPECT_EQ(w.result("[1, 2].all(n, [1, 2].exists(m, n + m == i))"), "true");
  EXPECT_EQ(w.result("cel.bind(l, [1, 2, 3], l.exists(n, n == i))"), "true");
  EXPECT_EQ(w.result("[1, 2].exists(n, cel.bind(twice, n * 2, twice == i + 1))"), "true");
  EXPECT_EQ(w.result("[1, 2].exists(n, [1, 2].map(m, m * n)[1] == i + 1)"), "true");
  EXPECT_EQ(w.result("['Europe/Berlin', 'UTC'].exists(z, timestamp(i).getHours(z) == 1)"), "true");
}

TEST(Unrolled, ErrorsAreAbsorbedAsInALoop) {
  const auto w = world();
  EXPECT_EQ(w.result("[0, 1].exists(n, i / n == 3)"), "true");
  EXPECT_EQ(w.result("[1, 0].exists(n, i / n == 3)"), "true");
  EXPECT_EQ(w.result("[0, 1].exists(n, i / n == 4)"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("[0, 1].all(n, i / n == 4)"), "false");
  EXPECT_EQ(w.result("[0, 1].all(n, i / n == 3)"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("[1, 2].exists(n, n == gone)"), "error absent_value (gone)");
  EXPECT_EQ(w.result("[1, 2].all(n, n == gone && n > 5)"), "false");
  EXPECT_EQ(w.result("[1, 2].exists(n, gone == n || n == 2)"), "true");
  EXPECT_EQ(w.result("[0, 0].all(n, dyn(i + n))"), "error no_such_overload (&&)");
  EXPECT_EQ(w.result("[1 / zero, 1].exists(n, n == 1)"), "error divide_by_zero (/)");
  EXPECT_EQ(w.result("[1 / 0, 1].exists(n, n == i)"), "error divide_by_zero (/)");
}

TEST(Unrolled, IsWhatHasAtMostSixteenElements) {
  constexpr std::size_t kLoop = 40;
  EXPECT_LT(size_of(numbers(16) + ".exists(n, n == i)"), kLoop);
  EXPECT_GT(size_of(numbers(17) + ".exists(n, n == i)"), kLoop);
  EXPECT_GT(size_of("[i, 2].exists(n, n == 3)"), kLoop) << "no constant";
  const auto w = world();
  for (const int count : {15, 16, 17}) {
    const auto last = std::to_string(count - 1);
    EXPECT_EQ(w.result(numbers(count) + ".exists(n, n == i - 3 + " + last + ")"), "true");
    EXPECT_EQ(w.result(numbers(count) + ".all(n, n < i - 3 + " + last + ")"), "false");
  }
}

TEST(Unrolled, NestedOnesStaySmall) {
  std::string text = "a + b + c + d + i == 63";
  for (const char* name : {"d", "c", "b", "a"}) text = numbers(16) + ".exists(" + name + ", " + text + ")";
  EXPECT_EQ(world().result(text), "true");
  EXPECT_LT(size_of(text), 3'000U);
}

TEST(Unrolled, APatternMustBeOneBeforeAnyEvaluationAllTheSame) {
  for (const auto& list : {std::string("['a', 'b']"), numbers(17) + ".map(n, string(n))"}) {
    EXPECT_NE(world().issues(list + ".exists(p, s.matches(p))").find("error"), std::string::npos) << list;
  }
}

}  // namespace
}  // namespace weir::cel
