#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/engine/features/scenario.h"

namespace weir::features {
namespace {

void expect_equal(std::uint64_t seed, const ScenarioShape& shape) {
  const std::string difference = Scenario(seed, shape).run();
  if (!difference.empty()) RC_FAIL(difference);
}

RC_GTEST_PROP(WindowProperty, SmallTreesOfAnyShapeEqualTheReference, (std::uint64_t seed)) {
  ScenarioShape shape;
  shape.events = *rc::gen::inRange<std::uint32_t>(1, 220);
  shape.leaf_rows = *rc::gen::inRange<std::uint32_t>(2, 9);
  shape.fanout = *rc::gen::inRange<std::uint32_t>(4, 17);
  shape.dense_ids = *rc::gen::element<std::uint32_t>(0, 4, 64, 4096);
  shape.inline_label = *rc::gen::arbitrary<bool>();
  shape.late_in_100 = *rc::gen::element<std::uint32_t>(0, 15, 60);
  shape.label_in_100 = *rc::gen::element<std::uint32_t>(0, 30, 60);
  shape.values = *rc::gen::element<std::uint32_t>(3, 12, 200);
  expect_equal(seed, shape);
}

RC_GTEST_PROP(WindowProperty, TreesOfTheUsualShapeEqualTheReference, (std::uint64_t seed)) {
  RC_PRE(true);
  ScenarioShape shape;
  shape.events = *rc::gen::inRange<std::uint32_t>(1, 700);
  shape.queried_in_100 = 25;
  shape.inline_label = *rc::gen::arbitrary<bool>();
  shape.values = *rc::gen::element<std::uint32_t>(12, 400);
  shape.exact_most = *rc::gen::element<std::uint32_t>(20, 1024);
  expect_equal(seed, shape);
}

TEST(Window, DeepTreesEqualTheReference) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    ScenarioShape shape;
    shape.events = 5'000;
    shape.queried_in_100 = 4;
    shape.leaf_rows = seed % 2 == 0 ? 64 : 4;
    shape.fanout = seed % 2 == 0 ? 16 : 4;
    shape.dense_ids = seed % 3 == 0 ? 64 : 4096;
    shape.values = 2'000;
    shape.exact_most = 600;
    shape.eviction = seed != 0;
    shape.restarts = seed < 4;
    EXPECT_EQ(Scenario(seed, shape).run(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir::features
