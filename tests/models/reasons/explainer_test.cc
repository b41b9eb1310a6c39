#include "models/reasons/explainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "tests/models/bundle/file_maker.h"
#include "tests/models/reasons/shapley.h"

namespace weir::models {
namespace {

using testing::WholeModel;

std::shared_ptr<const Model> model_of(WholeModel& whole) {
  auto model = Model::load(whole.file().file());
  EXPECT_TRUE(model.ok()) << model.error().message;
  return *model;
}

std::int64_t contribution(const Explanation& explanation, std::uint32_t group) {
  return std::ranges::find(explanation.contributions, group, &Contribution::group)->logit;
}

TEST(Explainer, ContributionsAddUpToTheLogit) {
  WholeModel whole(6);
  const auto model = model_of(whole);
  Model::Evaluator evaluator(*model);
  Explainer explainer(*model);
  const auto base = explainer.explain(model->neutral()).base;
  for (int i = 0; i < 200; ++i) {
    std::vector<float> features;
    const auto inputs = whole.draw(features);
    const auto& explanation = explainer.explain(inputs);
    EXPECT_EQ(explanation.score, evaluator.score(inputs));
    EXPECT_EQ(explanation.base, base);
    auto sum = explanation.base + explanation.residual;
    for (const auto& one : explanation.contributions) sum += one.logit;
    EXPECT_EQ(sum, explanation.score.logit);
    EXPECT_LE(std::abs(explanation.residual), 20);
    ASSERT_EQ(explanation.contributions.size(), model->manifest().reasons.size());
    EXPECT_TRUE(std::ranges::is_sorted(explanation.contributions, std::greater{}, &Contribution::logit));
  }
}

// The trees' part and the head's part of each group, by their definitions.
TEST(Explainer, ContributionsAreShapleyValues) {
  WholeModel whole(7);
  const auto model = model_of(whole);
  const auto& groups = model->manifest().reasons;
  Explainer explainer(*model);
  const auto head = [&](const Inputs& inputs) {
    auto vectors = whole.sequence.run(inputs.events);
    for (std::size_t i = 0; i < whole.texts.size(); ++i) {
      const auto& grams = inputs.texts[i];
      const auto text =
          grams.empty() ? std::vector<std::int8_t>(whole.texts[i].width, 0) : whole.texts[i].encode(grams);
      vectors.insert(vectors.end(), text.begin(), text.end());
    }
    return static_cast<double>(whole.head.run(vectors, {inputs.features[1]})[0]);
  };
  for (int i = 0; i < 20; ++i) {
    std::vector<float> features;
    const auto inputs = whole.draw(features);
    const auto of_head = testing::shapley_values(groups.size(), [&](std::uint32_t coalition) {
      auto mixed = model->neutral();
      for (std::size_t group = 0; group < groups.size(); ++group) {
        if ((coalition >> group & 1U) == 0) continue;
        for (const auto feature : groups[group].features) mixed.features[feature] = inputs.features[feature];
        for (const auto text : groups[group].texts) mixed.texts[text] = inputs.texts[text];
        if (groups[group].events) mixed.events = inputs.events;
      }
      return head(mixed);
    });
    const auto of_trees = testing::shapley_values(
        2, [&](std::uint32_t known) { return testing::known_value(*model->trees(), inputs.features, known); });
    const auto& explanation = explainer.explain(inputs);
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      double wanted = of_head[group];
      for (const auto feature : groups[group].features) wanted += of_trees[feature];
      EXPECT_NEAR(static_cast<double>(contribution(explanation, group)), wanted, 4) << groups[group].name;
    }
  }
}

TEST(Explainer, EveryKernelGivesTheSame) {
  WholeModel whole(8);
  const auto model = model_of(whole);
  std::vector<Explainer> explainers;
  for (const auto kernel : kernels_here()) explainers.emplace_back(*model, kernel);
  for (int i = 0; i < 100; ++i) {
    std::vector<float> features;
    const auto inputs = whole.draw(features);
    const auto& first = explainers.front().explain(inputs);
    for (auto& explainer : explainers) {
      const auto& explanation = explainer.explain(inputs);
      EXPECT_EQ(explanation.score, first.score);
      EXPECT_EQ(explanation.base, first.base);
      EXPECT_EQ(explanation.residual, first.residual);
      EXPECT_EQ(explanation.contributions, first.contributions);
    }
  }
}

TEST(Explainer, NeutralisesGroups) {
  WholeModel whole(9);
  const auto model = model_of(whole);
  Model::Evaluator evaluator(*model);
  Explainer explainer(*model);
  std::vector<float> features;
  auto inputs = whole.draw(features);
  while (inputs.texts[0].empty() || inputs.texts[1].empty()) inputs = whole.draw(features);
  EXPECT_EQ(explainer.neutralised(inputs, {}), evaluator.score(inputs));
  const auto all = std::vector<std::uint32_t>{0, 1, 2, 3};
  EXPECT_EQ(explainer.neutralised(inputs, all), evaluator.score(model->neutral()));
  auto changed = inputs;
  changed.texts[0].clear();
  EXPECT_EQ(explainer.neutralised(inputs, std::vector<std::uint32_t>{2}), evaluator.score(changed));
  changed = inputs;
  changed.features[1] = model->neutral().features[1];
  changed.events = model->neutral().events;
  EXPECT_EQ(explainer.neutralised(inputs, std::vector<std::uint32_t>{1}), evaluator.score(changed));
}

TEST(Explainer, ExplainsModelsThatLackAPart) {
  WholeModel whole(10);
  const auto trees = Model::load(whole.file_of_trees().file());
  ASSERT_TRUE(trees.ok()) << trees.error().message;
  Explainer of_trees(**trees);
  const auto& first = of_trees.explain({{3, 4}, {}, {}});
  EXPECT_EQ(first.base + first.contributions[0].logit + first.contributions[1].logit + first.residual,
            first.score.logit);
  EXPECT_LE(std::abs(first.residual), 2);

  for (auto& node : whole.forest.nodes) node.leaf = 0;
  auto file = whole.file();
  std::erase_if(file.tensors, [](const auto& entry) { return entry.first.starts_with("trees."); });
  const auto head = Model::load(file.file());
  ASSERT_TRUE(head.ok()) << head.error().message;
  Explainer of_head(**head);
  std::vector<float> features;
  const auto& second = of_head.explain(whole.draw(features));
  // Nobody looks at the amount.
  EXPECT_EQ(contribution(second, 0), 0);
  EXPECT_NE(contribution(second, 1), 0);
  EXPECT_EQ(second.base, of_head.explain((*head)->neutral()).score.logit);
}

}  // namespace
}  // namespace weir::models
