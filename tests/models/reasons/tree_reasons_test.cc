#include "models/reasons/tree_reasons.h"

#include <gtest/gtest.h>

#include <numeric>

#include "models/reasons/quadrature.h"
#include "tests/models/parts.h"
#include "tests/models/reasons/shapley.h"

namespace weir::models {
namespace {

using testing::Dice;
using testing::ForestParts;

constexpr double kNear = 1e-3;  // In 2^-24 of a logit, where a leaf is up to 2^24.

Forest forest_of(const ForestParts& parts) {
  return *Forest::create(parts.roots, parts.nodes, *Thresholds::create(parts.starts, parts.values));
}

std::vector<std::uint32_t> one_each(std::size_t features) {
  std::vector<std::uint32_t> groups(features);
  std::iota(groups.begin(), groups.end(), 0);
  return groups;
}

// The same bits with every kernel; then what comes out.
std::vector<double> shares_of(const TreeReasons& reasons, std::size_t groups, std::span<const FeatureCode> codes) {
  std::vector<double> first;
  for (const auto kernel : kernels_here()) {
    TreeReasons::Scratch scratch(reasons);
    std::vector<double> shares(groups, 77);
    // The second time, nothing of the first may be left.
    reasons.shares(kernel, std::vector<FeatureCode>(codes.size(), 0), scratch, shares);
    reasons.shares(kernel, codes, scratch, shares);
    if (first.empty()) first = shares;
    EXPECT_EQ(shares, first) << kernel_name(kernel);
  }
  return first;
}

void expect_exact(const ForestParts& parts, std::size_t features, std::int64_t most_code, Dice& dice, int rounds) {
  const auto forest = forest_of(parts);
  const TreeReasons reasons(forest, one_each(features), features);
  EXPECT_NEAR(reasons.expected(), testing::known_value(forest, std::vector<FeatureCode>(features), 0), kNear);
  Forest::Scratch scratch;
  for (int round = 0; round < rounds; ++round) {
    const auto codes = dice.many<FeatureCode>(features, 0, most_code);
    const auto shares = shares_of(reasons, features, codes);
    const auto wanted = testing::shapley_values(
        features, [&](std::uint32_t known) { return testing::known_value(forest, codes, known); });
    for (std::size_t i = 0; i < features; ++i) EXPECT_NEAR(shares[i], wanted[i], kNear) << "feature " << i;
    const auto sum = std::accumulate(shares.begin(), shares.end(), reasons.expected());
    EXPECT_NEAR(sum, static_cast<double>(forest.sum(codes, scratch)), kNear);
  }
}

TEST(Quadrature, IsExactUpToItsDegree) {
  for (const std::size_t points : {1U, 4U, 8U, 32U}) {
    const auto made = quadrature(points);
    ASSERT_EQ(made.size(), points);
    for (std::size_t power = 0; power < 2 * points; ++power) {
      double sum = 0;
      for (const auto& [at, weight] : made) {
        double value = weight;
        for (std::size_t i = 0; i < power; ++i) value *= at;
        sum += value;
      }
      EXPECT_NEAR(sum, 1.0 / static_cast<double>(power + 1), 1e-14) << points << " points, power " << power;
    }
  }
  const auto two = quadrature(2);
  EXPECT_NEAR(two[0].at, 0.21132486540518712, 1e-16);
  EXPECT_NEAR(two[1].at, 0.78867513459481288, 1e-16);
  EXPECT_NEAR(two[0].weight, 0.5, 1e-15);
}

// By hand: a card that pays 900 at night. Rows: 100, of them 80 small payments (leaf -2), 20 large: 15 by day (0), 5 at
// night (4). Nothing known: (80 * -2 + 15 * 0 + 5 * 4) / 100 = -1.4. Large alone: 5/20 * 4 = 1. Night alone: 0.8 * -2 +
// 0.2 * 4 = -0.8. Both: 4. Large: ((1 + 1.4) + (4 + 0.8)) / 2 = 3.6; night: ((-0.8 + 1.4) + (4 - 1)) / 2 = 1.8.
TEST(TreeReasons, ASmallTreeByHand) {
  ForestParts parts;
  parts.starts = {0, 1, 2};
  parts.values = {500, 22};
  parts.roots = {0};
  constexpr std::int32_t kOne = 1 << 24;
  parts.nodes = {{.feature = 0, .left = 1, .cover = 100},
                 {.leaf = -2 * kOne, .cover = 80},
                 {.feature = 1, .left = 3, .cover = 20},
                 {.leaf = 0, .cover = 15},
                 {.leaf = 4 * kOne, .cover = 5}};
  const TreeReasons reasons(forest_of(parts), one_each(2), 2);
  EXPECT_NEAR(reasons.expected(), -1.4 * kOne, kNear);
  const auto shares = shares_of(reasons, 2, std::vector<FeatureCode>{2, 2});
  EXPECT_NEAR(shares[0], 3.6 * kOne, kNear);
  EXPECT_NEAR(shares[1], 1.8 * kOne, kNear);
}

TEST(TreeReasons, AreShapleyValues) {
  Dice dice(11);
  for (const int depth : {0, 1, 3, 5, 7}) {
    for (const std::size_t features : {1U, 2U, 5U, 9U}) {
      expect_exact(testing::make_forest(dice, features, 6, 7, depth), features, 7, dice, 5);
    }
  }
}

// More different features on a way than four points of the quadrature can do, some of them twice.
TEST(TreeReasons, AreShapleyValuesInDeepTrees) {
  Dice dice(12);
  for (const std::size_t features : {8U, 9U, 12U}) {
    ForestParts parts = testing::make_forest(dice, features, 6, 1, 0);
    std::size_t inner = 0;
    for (std::size_t depth = 0; depth < 20; ++depth) {
      const auto left = parts.nodes.size();
      parts.nodes[inner] = {.feature = static_cast<std::uint32_t>(depth % features),
                            .threshold = static_cast<std::uint16_t>(dice.between(0, 5)),
                            .missing_left = dice.between(0, 1) == 0,
                            .left = static_cast<std::uint32_t>(left),
                            .cover = static_cast<float>(dice.between(1, 1000))};
      for (int child = 0; child < 2; ++child) {
        parts.nodes.push_back({.leaf = static_cast<std::int32_t>(dice.between(-(1 << 24), 1 << 24)),
                               .cover = static_cast<float>(dice.between(1, 300))});
      }
      inner = left + static_cast<std::size_t>(dice.between(0, 1));
    }
    expect_exact(parts, features, 7, dice, 5);
  }
}

TEST(TreeReasons, AGroupGetsWhatItsFeaturesGet) {
  Dice dice(13);
  const auto forest = forest_of(testing::make_forest(dice, 6, 10, 20, 6));
  const TreeReasons each(forest, one_each(6), 6);
  const TreeReasons grouped(forest, std::vector<std::uint32_t>{1, 0, 1, 1, 0, 2}, 4);
  for (int round = 0; round < 20; ++round) {
    const auto codes = dice.many<FeatureCode>(6, 0, 11);
    const auto shares = shares_of(each, 6, codes);
    const auto groups = shares_of(grouped, 4, codes);
    EXPECT_NEAR(groups[0], shares[1] + shares[4], kNear);
    EXPECT_NEAR(groups[1], shares[0] + shares[2] + shares[3], kNear);
    EXPECT_NEAR(groups[2], shares[5], kNear);
    EXPECT_EQ(groups[3], 0);
  }
}

// Covers may lie as far from each other as float32 can: no share may become 0 / 0.
TEST(TreeReasons, ExtremeCoversStayNumbers) {
  Dice dice(14);
  auto parts = testing::make_forest(dice, 3, 6, 5, 6);
  for (auto& node : parts.nodes) node.cover = dice.between(0, 1) == 0 ? 1e-45F : 3e38F;
  const auto forest = forest_of(parts);
  const TreeReasons reasons(forest, one_each(3), 3);
  Forest::Scratch scratch;
  for (int round = 0; round < 50; ++round) {
    const auto codes = dice.many<FeatureCode>(3, 0, 7);
    const auto shares = shares_of(reasons, 3, codes);
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), reasons.expected()),
                static_cast<double>(forest.sum(codes, scratch)), kNear);
  }
}

}  // namespace
}  // namespace weir::models
