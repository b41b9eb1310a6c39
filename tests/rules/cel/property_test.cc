// Random well-typed expressions on random slots: the compiled evaluator, which folds, jumps and takes fast paths, and
// the plain reference must agree in every bit of the result.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::cel {
namespace {

// RapidCheck reads its parameters when the first property runs. A seed of the caller's own goes before.
const int kFixedSeed = setenv("RC_PARAMS", "seed=20260227 max_size=400", 0);

constexpr std::array kKinds{TypeKind::kBool,      TypeKind::kInt,      TypeKind::kUint,
                            TypeKind::kDouble,    TypeKind::kString,   TypeKind::kBytes,
                            TypeKind::kTimestamp, TypeKind::kDuration, TypeKind::kMoney};

struct Tally {
  int values = 0;
  int errors = 0;
};

// An expression that does not compile is a fault of the maker.
void agree_on(std::span<const std::uint8_t> bytes, Scratch& scratch, Tally& tally) {
  ExpressionMaker maker(bytes);
  auto world = maker_world();
  maker.fill(world.slots());
  const auto kind = kKinds[bytes.empty() ? 0 : bytes.back() % kKinds.size()];
  const auto text = maker.expression(kind, 5);
  const auto program = compile(text, {nullptr, 1, 1, 1}, world.environment(), Type::simple(kind));
  if (!program.ok()) RC_FAIL(text + "\n" + program.error().render());
  const auto reference = Reference::make(text, world.environment(), Type::simple(kind));
  RC_ASSERT(reference.ok());
  scratch.set_exchange(world.exchange());
  const Value value = program->evaluate(world.slots(), scratch);
  const auto expected = reference->evaluate(world.slots(), world.exchange());
  ++(value.is_error() ? tally.errors : tally.values);
  if (!agree(expected, value)) {
    RC_FAIL(text + "\n  compiled:  " + to_text(reference_from(value)) + "\n  reference: " + to_text(expected));
  }
}

TEST(Property, CompiledCodeAgreesWithTheReferenceAndShrinks) {
  Scratch scratch;
  Tally tally;
  EXPECT_TRUE(rc::check("any bytes", [&](const std::vector<std::uint8_t>& bytes) { agree_on(bytes, scratch, tally); }));
}

TEST(Property, CompiledCodeAgreesWithTheReferenceOnManyLargeOnes) {
  Scratch scratch;
  Tally tally;
  std::mt19937 random(20260227);
  const bool agreed = rc::check("a fixed sequence", [&] {
    for (int i = 0; i < 100; ++i) {
      std::vector<std::uint8_t> bytes(300);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
      agree_on(bytes, scratch, tally);
    }
  });
  EXPECT_TRUE(agreed);
  std::cout << tally.values << " values, " << tally.errors << " errors\n";
  // Neither kind of result may be rare, or the comparison would show little.
  EXPECT_GT(tally.values, 3'000);
  EXPECT_GT(tally.errors, 3'000);
}

}  // namespace
}  // namespace weir::cel
