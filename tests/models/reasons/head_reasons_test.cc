#include "models/reasons/head_reasons.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/models/parts.h"
#include "tests/models/reasons/shapley.h"

namespace weir::models {
namespace {

using testing::Dice;

// What the head sees of a payment.
struct Seen {
  std::vector<std::uint16_t> codes;
  std::vector<std::int8_t> vectors;
};

Seen draw(Dice& dice, const testing::HeadParts& parts) {
  Seen seen;
  for (const auto& rows : parts.rows) {
    seen.codes.push_back(static_cast<std::uint16_t>(dice.between(0, static_cast<std::int64_t>(rows.size()) - 1)));
  }
  seen.vectors = dice.many<std::int8_t>(parts.inputs, -127, 127);
  return seen;
}

void expect_shapley(Dice& dice, const testing::HeadParts& parts, const std::vector<HeadReasons::Group>& groups) {
  const auto head = Head::create(parts.tensors());
  ASSERT_TRUE(head.ok()) << head.error().message;
  const auto neutral = draw(dice, parts);
  const HeadReasons reasons(*head, groups, neutral.codes, neutral.vectors);
  EXPECT_EQ(reasons.neutral(), parts.run(neutral.vectors, neutral.codes)[0]);
  for (int round = 0; round < 5; ++round) {
    const auto payment = draw(dice, parts);
    const auto value = [&](std::uint32_t coalition) {
      auto mixed = neutral;
      for (std::size_t group = 0; group < groups.size(); ++group) {
        if ((coalition >> group & 1U) == 0) continue;
        for (const auto feature : groups[group].features) mixed.codes[feature] = payment.codes[feature];
        for (const auto& [begin, width] : groups[group].vectors) {
          std::copy_n(payment.vectors.begin() + begin, width, mixed.vectors.begin() + begin);
        }
      }
      return static_cast<double>(parts.run(mixed.vectors, mixed.codes)[0]);
    };
    const auto wanted = testing::shapley_values(groups.size(), value);
    const auto rounding = static_cast<double>(groups.size()) / 2 + 1e-3;
    std::vector<std::int64_t> first;
    for (const auto kernel : kernels_here()) {
      HeadReasons::Scratch scratch(reasons);
      std::vector<std::int64_t> shares(groups.size(), 77);
      reasons.shares(kernel, payment.codes, payment.vectors, scratch, shares);
      for (std::size_t i = 0; i < groups.size(); ++i) {
        EXPECT_NEAR(static_cast<double>(shares[i]), wanted[i], rounding) << kernel_name(kernel) << ", group " << i;
      }
      const auto sum = std::accumulate(shares.begin(), shares.end(), reasons.neutral());
      EXPECT_NEAR(static_cast<double>(sum), static_cast<double>(parts.run(payment.vectors, payment.codes)[0]),
                  rounding * static_cast<double>(groups.size()));
      if (first.empty()) first = shares;
      EXPECT_EQ(shares, first) << kernel_name(kernel);
    }
  }
}

TEST(HeadReasons, AreShapleyValues) {
  Dice dice(21);
  expect_shapley(dice, testing::make_head(dice, 64, 32, 1, {7, 30, 4}),
                 {{{0, 2}, {}}, {{}, {{0, 32}}}, {{1}, {{32, 32}}}});
  expect_shapley(dice, testing::make_head(dice, 0, 16, 1, {9, 5}), {{{0}, {}}, {{1}, {}}});
  expect_shapley(dice, testing::make_head(dice, 48, 64, 1, {}), {{{}, {{0, 16}, {32, 16}}}, {{}, {{16, 16}}}});
  expect_shapley(dice, testing::make_head(dice, 16, 16, 1, {3}), {{{0}, {{0, 16}}}});
}

TEST(HeadReasons, AreShapleyValuesOfTheMostGroups) {
  Dice dice(22);
  std::vector<HeadReasons::Group> groups;
  std::vector<std::uint32_t> codes;
  for (std::uint32_t i = 0; i + 1 < HeadReasons::kMaxGroups; ++i) {
    groups.push_back({{i}, {}});
    codes.push_back(5);
  }
  groups.push_back({{}, {{0, 32}}});
  expect_shapley(dice, testing::make_head(dice, 32, 32, 1, codes), groups);
}

}  // namespace
}  // namespace weir::models
