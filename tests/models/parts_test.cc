#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/models/parts.h"

namespace weir::models {
namespace {

using testing::Dice;

TEST(Recurrent, EveryKernelGivesThePlainResult) {
  Dice dice(2);
  for (const std::uint32_t width : {16U, 48U, 64U, 128U}) {
    const auto parts = testing::make_recurrent(dice, width, 3, 20);
    const auto model = Recurrent::create(parts.tensors());
    ASSERT_TRUE(model.ok()) << model.error().message;
    for (const std::size_t events : {0U, 1U, 2U, 33U}) {
      const auto codes = dice.many<std::uint16_t>(events * 3, 0, 19);
      const auto wanted = parts.run(codes);
      for (const auto kernel : kernels_here()) {
        Recurrent::Scratch scratch(*model);
        std::vector<std::int8_t> state(width, 99);
        model->run(kernel, codes, scratch, state.data());
        EXPECT_EQ(state, wanted) << kernel_name(kernel) << ", width " << width << ", " << events << " events";
      }
    }
  }
}

// With the largest scales, biases and tables that are taken, nothing overflows (the sanitizers look on).
TEST(Recurrent, TheLargestValuesThatAreTakenDoNotOverflow) {
  Dice dice(3);
  auto parts = testing::make_recurrent(dice, 16, 32, 2);
  parts.shift = 1;
  for (auto& multiplier : parts.multipliers) multiplier = 2147483646 / (127 * 127 * 16);
  for (std::size_t i = 0; i < parts.bias.size(); ++i) parts.bias[i] = i % 2 == 0 ? 1 << 24 : -(1 << 24);
  for (std::size_t i = 0; i < parts.candidate_bias.size(); ++i) parts.candidate_bias[i] = parts.bias[i];
  for (auto& field : parts.fields) {
    for (std::size_t i = 0; i < field.size(); ++i) field[i] = i % 2 == 0 ? 32767 : -32768;
  }
  const auto model = Recurrent::create(parts.tensors());
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto codes = dice.many<std::uint16_t>(std::size_t{20} * 32, 0, 1);
  for (const auto kernel : kernels_here()) {
    Recurrent::Scratch scratch(*model);
    std::vector<std::int8_t> state(16);
    model->run(kernel, codes, scratch, state.data());
    EXPECT_EQ(state, parts.run(codes)) << kernel_name(kernel);
  }
}

// A state that is used again would make a decision depend on the one before it.
TEST(Recurrent, BeginsAnewAtEveryCall) {
  Dice dice(4);
  const auto parts = testing::make_recurrent(dice, 32, 2, 10);
  const auto model = Recurrent::create(parts.tensors());
  ASSERT_TRUE(model.ok());
  const auto codes = dice.many<std::uint16_t>(20, 0, 9);
  Recurrent::Scratch scratch(*model);
  std::vector<std::int8_t> first(32), second(32);
  model->run(fastest_kernel(), codes, scratch, first.data());
  model->run(fastest_kernel(), dice.many<std::uint16_t>(64, 0, 9), scratch, second.data());
  EXPECT_NE(first, second);
  model->run(fastest_kernel(), codes, scratch, second.data());
  EXPECT_EQ(first, second);
}

TEST(Recurrent, RefusesTensorsThatDoNotFit) {
  Dice dice(5);
  const auto good = testing::make_recurrent(dice, 16, 2, 4);
  const auto refuses = [&](auto change, const char* why) {
    auto parts = good;
    change(parts);
    const auto made = Recurrent::create(parts.tensors());
    ASSERT_FALSE(made.ok()) << why;
    EXPECT_NE(made.error().message.find(why), std::string::npos) << made.error().message;
  };
  refuses([](auto& p) { p.width = 24; }, "a width of 24");
  refuses([](auto& p) { p.width = 272; }, "a width of 272");
  refuses([](auto& p) { p.weights.pop_back(); }, "the weights has 767 values");
  refuses([](auto& p) { p.weights[3] = -128; }, "a weight is -128");
  refuses([](auto& p) { p.multipliers[0] = 1 << 20; }, "may overflow");
  refuses([](auto& p) { p.shift = 0; }, "a shift of 0");
  refuses([](auto& p) { p.bias[0] = (1 << 24) + 1; }, "beyond 2^24");
  refuses([](auto& p) { p.candidate_bias.push_back(0); }, "the candidate's bias has 17 values");
  refuses([](auto& p) { p.fields.clear(); }, "0 fields of an event");
  refuses([](auto& p) { p.fields[1].pop_back(); }, "the table of a field has 191 values");
  refuses([](auto& p) { p.sigmoid[0] = -1; }, "below 0");
  refuses([](auto& p) { p.tanh.pop_back(); }, "the hyperbolic tangent: 2047 entries");
}

TEST(Head, EveryKernelGivesThePlainResult) {
  Dice dice(6);
  struct Case {
    std::uint32_t inputs, hidden, outputs;
    std::vector<std::uint32_t> codes;
  };
  for (const auto& one : {Case{64, 32, 1, {}}, Case{0, 16, 1, {7, 300}}, Case{83, 64, 35, {4}}}) {
    const auto parts = testing::make_head(dice, one.inputs, one.hidden, one.outputs, one.codes);
    const auto head = Head::create(parts.tensors());
    ASSERT_TRUE(head.ok()) << head.error().message;
    const auto vectors = dice.many<std::int8_t>(one.inputs, -127, 127);
    std::vector<std::uint16_t> codes;
    for (const auto count : one.codes) codes.push_back(static_cast<std::uint16_t>(dice.between(0, count - 1)));
    for (const auto kernel : kernels_here()) {
      Head::Scratch scratch(*head);
      std::ranges::copy(vectors, scratch.inputs());
      std::vector<std::int64_t> logits(one.outputs);
      head->run(kernel, codes, scratch, logits);
      EXPECT_EQ(logits, parts.run(vectors, codes)) << kernel_name(kernel);
    }
  }
}

TEST(Head, RefusesTensorsThatDoNotFit) {
  Dice dice(7);
  const auto good = testing::make_head(dice, 16, 16, 2, {5});
  ASSERT_TRUE(Head::create(good.tensors()).ok());
  const auto refuses = [&](auto change, const char* why) {
    auto parts = good;
    change(parts);
    const auto made = Head::create(parts.tensors());
    ASSERT_FALSE(made.ok()) << why;
    EXPECT_NE(made.error().message.find(why), std::string::npos) << made.error().message;
  };
  refuses([](auto& p) { p.hidden = 24; }, "no multiple of 16");
  refuses([](auto& p) { p.outputs = 0; }, "the number of outputs is 0");
  refuses([](auto& p) { p.rows[0][2] = 5; }, "asks for row 5 of 5");
  refuses([](auto& p) { p.rows[0].clear(); }, "has 0 codes");
  refuses([](auto& p) { p.tables[0].pop_back(); }, "the table of feature 0");
  refuses([](auto& p) { p.hidden_shift = 17; }, "the shift of the hidden layer is 17");
  refuses([](auto& p) { p.output_shift = 0; }, "the shift of the outputs is 0");
  refuses([](auto& p) { p.output_multipliers[1] = -1; }, "an output's multiplier is -1");
  refuses([](auto& p) { p.output_bias[0] = (std::int64_t{1} << 40) + 1; }, "an output's bias");
  refuses([](auto& p) { p.weights.pop_back(); }, "weights for a matrix");
  refuses([](auto& p) { p.bias[1] = -(1 << 24) - 1; }, "a bias is");
}

TEST(TextEncoder, GivesTheScaledSum) {
  Dice dice(8);
  const auto parts = testing::make_text(dice, 32, 256, 40);
  const auto text = TextEncoder::create(parts.tensors());
  ASSERT_TRUE(text.ok()) << text.error().message;
  for (const std::size_t count : {1U, 2U, 39U, 40U}) {
    const auto grams = dice.many<std::uint32_t>(count, 0, 255);
    std::vector<std::int32_t> sums(32);
    std::vector<std::int8_t> out(32);
    text->encode(grams, sums, out.data());
    EXPECT_EQ(out, parts.encode(grams)) << count;
  }
}

// A sum of 16 bits would not do.
TEST(TextEncoder, TheLargestSumsOfManyNGramsAreExact) {
  const std::size_t most = TextEncoder::kMaxGrams;
  for (const std::int8_t value : {std::int8_t{-127}, std::int8_t{127}}) {
    // The result is a 1024th of the sum.
    const testing::TextParts parts{.width = 16,
                                   .shift = 10,
                                   .table = std::vector<std::int8_t>(16, value),
                                   .multipliers = std::vector<std::int32_t>(most, 1)};
    const auto text = TextEncoder::create(parts.tensors());
    ASSERT_TRUE(text.ok()) << text.error().message;
    for (const std::size_t count : {std::size_t{256}, std::size_t{257}, std::size_t{513}, most}) {
      const std::vector<std::uint32_t> grams(count, 0);
      std::vector<std::int32_t> sums(16);
      std::vector<std::int8_t> out(16);
      text->encode(grams, sums, out.data());
      EXPECT_EQ(out, parts.encode(grams)) << count;
    }
  }
}

TEST(TextEncoder, RefusesTensorsThatDoNotFit) {
  Dice dice(9);
  const auto good = testing::make_text(dice, 16, 8, 4);
  const auto refuses = [&](auto change, const char* why) {
    auto parts = good;
    change(parts);
    const auto made = TextEncoder::create(parts.tensors());
    ASSERT_FALSE(made.ok()) << why;
    EXPECT_NE(made.error().message.find(why), std::string::npos) << made.error().message;
  };
  refuses([](auto& p) { p.width = 0; }, "a width of 0");
  refuses([](auto& p) { p.table.resize(16 * 6); }, "a power of two of rows");
  refuses([](auto& p) { p.table[0] = -128; }, "-128");
  refuses([](auto& p) { p.multipliers.clear(); }, "0 multipliers");
  refuses([](auto& p) { p.multipliers[3] = 1 << 23; }, "the multiplier for 4 n-grams may overflow");
  refuses([](auto& p) { p.shift = 31; }, "a shift of 31");
}

TEST(Forest, DecidesAsTheComparisonOfFloatsDoes) {
  Dice dice(10);
  for (const int depth : {0, 1, 4, 7}) {
    const auto parts = testing::make_forest(dice, 9, 30, 50, depth);
    const auto thresholds = Thresholds::create(parts.starts, parts.values);
    ASSERT_TRUE(thresholds.ok()) << thresholds.error().message;
    const auto forest = Forest::create(parts.roots, parts.nodes, *thresholds);
    ASSERT_TRUE(forest.ok()) << forest.error().message;
    Forest::Scratch scratch;
    for (int round = 0; round < 200; ++round) {
      std::vector<float> values;
      std::vector<FeatureCode> codes;
      for (std::size_t i = 0; i < 9; ++i) {
        // On a threshold, one float beside it, anywhere, or absent.
        const auto near = parts.values[static_cast<std::size_t>(dice.between(0, 9 * 30 - 1))];
        const auto kind = dice.between(0, 4);
        values.push_back(kind == 0   ? std::numeric_limits<float>::quiet_NaN()
                         : kind == 1 ? near
                         : kind == 2 ? std::nextafter(near, 1e9F)
                         : kind == 3 ? std::nextafter(near, -1e9F)
                                     : static_cast<float>(dice.between(-2000, 2000)));
        codes.push_back(thresholds->code(i, values.back()));
      }
      EXPECT_EQ(forest->sum(codes, scratch), parts.sum(values));
    }
  }
}

TEST(Thresholds, ACodeTellsHowManyAreAtOrBelow) {
  for (std::uint32_t count = 0; count < 70; ++count) {
    std::vector<Float32> values;
    for (std::uint32_t i = 0; i < count; ++i) values.push_back(static_cast<Float32>(2 * i + 1));
    // Neighbours that must not be looked at.
    values.insert(values.begin(), -100);
    values.push_back(-100);
    const auto thresholds = Thresholds::create(std::vector<std::uint32_t>{0, 1, count + 1, count + 2}, values);
    ASSERT_TRUE(thresholds.ok()) << thresholds.error().message;
    for (std::uint32_t value = 0; value <= 2 * count + 1; ++value) {
      EXPECT_EQ(thresholds->code(1, value), std::min((value + 1) / 2, count) + 1) << value << " of " << count;
    }
  }
}

TEST(Thresholds, WhatIsNotFiniteIsNoValue) {
  const auto thresholds = Thresholds::create(std::vector<std::uint32_t>{0, 2}, std::vector<float>{-1.5F, 2.0F});
  ASSERT_TRUE(thresholds.ok());
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const double value : {kInfinite, -kInfinite, std::numeric_limits<double>::quiet_NaN(), 1e39, -1e39}) {
    EXPECT_EQ(thresholds->code(0, value), 0) << value;
  }
  EXPECT_EQ(thresholds->code(0, -1.6), 1);
  EXPECT_EQ(thresholds->code(0, -1.5), 2);
  // Rounds to the threshold as float32, and so is at it.
  EXPECT_EQ(thresholds->code(0, 1.99999999999), 3);
  EXPECT_EQ(thresholds->code(0, static_cast<double>(std::numeric_limits<float>::max())), 3);
}

TEST(Thresholds, RefusesWhatDoesNotRise) {
  using Starts = std::vector<std::uint32_t>;
  EXPECT_FALSE(Thresholds::create(Starts{0}, std::vector<float>{}).ok());
  EXPECT_FALSE(Thresholds::create(Starts{0, 2}, std::vector<float>{1, 1}).ok());
  EXPECT_FALSE(Thresholds::create(Starts{0, 1}, std::vector<float>{NAN}).ok());
  EXPECT_FALSE(Thresholds::create(Starts{0, 2, 1, 3}, std::vector<float>{1, 2, 3}).ok());
  EXPECT_FALSE(Thresholds::create(Starts{0, 1}, std::vector<float>{1, 2}).ok());
  EXPECT_TRUE(Thresholds::create(Starts{0, 0, 1}, std::vector<float>{7}).ok());
}

TEST(Forest, RefusesTreesThatAreNone) {
  const auto thresholds = Thresholds::create(std::vector<std::uint32_t>{0, 1, 1}, std::vector<float>{5});
  ASSERT_TRUE(thresholds.ok());
  const TreeNode leaf{.cover = 1};
  const TreeNode inner{.feature = 0, .threshold = 0, .missing_left = true, .left = 1, .leaf = 0, .cover = 2};
  const std::vector<TreeNode> good = {inner, leaf, leaf};
  ASSERT_TRUE(Forest::create(std::vector<std::uint32_t>{0}, good, *thresholds).ok());
  const auto refuses = [&](auto change, const char* why) {
    auto nodes = good;
    std::vector<std::uint32_t> roots = {0};
    change(nodes, roots);
    const auto made = Forest::create(roots, nodes, *thresholds);
    ASSERT_FALSE(made.ok()) << why;
    EXPECT_NE(made.error().message.find(why), std::string::npos) << made.error().message;
  };
  refuses([](auto&, auto& roots) { roots.clear(); }, "0 trees");
  refuses([](auto&, auto& roots) { roots[0] = 1; }, "tree 0 ends before it begins");
  refuses([](auto&, auto& roots) { roots.push_back(3); }, "tree 1 ends before it begins");
  refuses([](auto& nodes, auto&) { nodes[0].left = 0; }, "node 0 of the trees has a child outside of its tree");
  refuses([](auto& nodes, auto&) { nodes[0].left = 2; }, "has a child outside");
  refuses([](auto& nodes, auto&) { nodes[0].feature = 2; }, "asks for feature 2 of 2");
  refuses([](auto& nodes, auto&) { nodes[0].feature = 1; }, "asks for threshold 0 of 0");
  refuses([](auto& nodes, auto&) { nodes.push_back(nodes[1]); }, "node 3 of the trees is nobody's child");
  refuses([](auto& nodes, auto&) { nodes[1].cover = 0; }, "a cover that is not above 0");
  refuses(
      [](auto& nodes, auto&) {
        nodes = {nodes[0], nodes[0], nodes[1], nodes[1]};
        nodes[1].left = 2;
      },
      "node 2 of the trees has two parents");
}

TEST(Forest, ATreeMayBeSoDeepAndNoDeeper) {
  const auto thresholds = Thresholds::create(std::vector<std::uint32_t>{0, 1}, std::vector<float>{5});
  ASSERT_TRUE(thresholds.ok());
  const auto chain = [](std::size_t depth) {
    std::vector<TreeNode> nodes;
    for (std::size_t i = 0; i < depth; ++i) {
      nodes.push_back({.feature = 0, .left = static_cast<std::uint32_t>(2 * i + 1), .cover = 1});
      nodes.push_back({.leaf = static_cast<std::int32_t>(i), .cover = 1});
    }
    nodes.push_back({.leaf = -1, .cover = 1});
    return nodes;
  };
  const std::vector<std::uint32_t> roots = {0};
  const auto deepest = Forest::create(roots, chain(64), *thresholds);
  ASSERT_TRUE(deepest.ok()) << deepest.error().message;
  Forest::Scratch scratch;
  EXPECT_EQ(deepest->sum(std::vector<FeatureCode>{2}, scratch), -1);
  EXPECT_EQ(deepest->sum(std::vector<FeatureCode>{1}, scratch), 0);
  const auto refused = Forest::create(roots, chain(65), *thresholds);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("is deeper than 64"), std::string::npos) << refused.error().message;
}

}  // namespace
}  // namespace weir::models
