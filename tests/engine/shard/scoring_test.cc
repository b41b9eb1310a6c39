#include "tests/engine/shard/scoring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/audit/parsed_record.h"
#include "engine/policy/policy.h"
#include "engine/shard/core.h"
#include "models/bundle/model.h"
#include "tests/engine/shard/world.h"

namespace weir::shard::test {
namespace {

// Plays the small bank's payments through a core; `take` gets each transaction.
void play(const std::shared_ptr<const policy::Policy>& policy, const auto& take,
          std::shared_ptr<const policy::Policy> shadow = nullptr) {
  auto core = make_core(policy, nullptr, {}, nullptr, std::move(shadow));
  ASSERT_TRUE(core.ok()) << core.error().message;
  World world(3);
  FakeLog payments("payments", 1), labels("labels", 1);
  world.produce(payments, labels, 400);
  Output out;
  Input input;
  input.topic = "payments";
  input.clock_ms = world.now_ms();
  for (const auto& record : payments.partitions[0]) {
    if (!record.value) continue;
    input.value = *record.value;
    ASSERT_TRUE(core->step->transaction(input, out).ok());
    ++input.offset;
    take(out);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

audit::TransactionDetails details_of(const Output& out, audit::RecordReader& reader, audit::ParsedRecord& record) {
  std::string json;
  audit::append_envelope(out.audit, out.leaf, {"e", 1, {}}, json);
  EXPECT_TRUE(reader.read(json, record).ok());
  auto details = reader.details();
  EXPECT_TRUE(details.ok()) << (details.ok() ? "" : details.error().message);
  return details.ok() ? *details : audit::TransactionDetails{};
}

TEST(Scoring, AScoreIsComputedAgainFromTheRecordAlone) {
  const auto policy = scoring_policy();
  ASSERT_NE(policy, nullptr);
  const auto& model = *policy->model->model;
  models::Model::Evaluator evaluator(model);
  audit::RecordReader reader;
  audit::ParsedRecord record;
  int scored = 0, explained = 0, by_model = 0;
  play(policy, [&](const Output& out) {
    if (out.kind != audit::Kind::kTransaction) return;
    const auto details = details_of(out, reader, record);
    ASSERT_TRUE(details.model.has_value());
    EXPECT_EQ(details.model->sha256, hex(model.hash()));
    const auto inputs = models::read_inputs(details.model->inputs, model.shape());
    ASSERT_TRUE(inputs.ok()) << inputs.error().message;
    const auto score = evaluator.score(*inputs);
    EXPECT_EQ(score.logit, details.model->logit);
    EXPECT_EQ(score.probability, details.model->probability);
    ++scored;
    const bool flagged = details.outcome != "approve" || !details.control.empty();
    EXPECT_EQ(details.model->contributions.empty(), !flagged);
    explained += details.model->contributions.empty() ? 0 : 1;
    const bool hit = std::any_of(details.rules.begin(), details.rules.end(),
                                 [](const auto& rule) { return rule.rule == "by-model"; });
    EXPECT_EQ(hit, score.probability > 450'000'000);
    by_model += hit ? 1 : 0;
  });
  EXPECT_GT(scored, 300);
  EXPECT_GT(explained, 20);
  EXPECT_GT(by_model, 20);
  EXPECT_LT(by_model, scored - 20);
}

TEST(Scoring, ContributionsAddUpToTheLogit) {
  play(scoring_policy(), [&](const Output& out) {
    if (!out.model || out.model->explanation == nullptr) return;
    const auto& told = *out.model->explanation;
    auto sum = told.base + told.residual;
    for (const auto& part : told.contributions) sum += part.logit;
    EXPECT_EQ(sum, out.model->score.logit);
    EXPECT_LE(std::abs(told.residual), 16);
  });
}

TEST(Scoring, ADuplicateIsToldTheSame) {
  auto core = make_core(scoring_policy(), nullptr, {});
  ASSERT_TRUE(core.ok()) << core.error().message;
  World world(4);
  FakeLog payments("payments", 1), labels("labels", 1);
  world.produce(payments, labels, 200);
  int told_twice = 0;
  Output out;
  Input input;
  input.topic = "payments";
  input.clock_ms = world.now_ms();
  std::string first;
  for (const auto& record : payments.partitions[0]) {
    if (!record.value) continue;
    input.value = *record.value;
    ASSERT_TRUE(core->step->transaction(input, out).ok());
    if (out.kind != audit::Kind::kTransaction) continue;
    first = out.decision;
    ASSERT_NE(first.find("\"model\":{"), std::string::npos);
    ASSERT_TRUE(core->step->transaction(input, out).ok());
    ASSERT_EQ(out.kind, audit::Kind::kDuplicate);
    ASSERT_EQ(out.decision, first);
    ++told_twice;
  }
  EXPECT_GT(told_twice, 100);
}

// The shadow has a model and a sequence that the policy that decides has not.
TEST(Scoring, AModelInTheShadowScoresAsIfItDecided) {
  const auto policy = scoring_policy();
  std::vector<std::string> alone;
  audit::RecordReader reader;
  audit::ParsedRecord record;
  play(policy, [&](const Output& out) {
    if (out.kind == audit::Kind::kTransaction) alone.push_back(details_of(out, reader, record).model->inputs);
  });
  std::size_t at = 0;
  play(
      small_policy(),
      [&](const Output& out) {
        if (out.kind != audit::Kind::kTransaction) return;
        const auto details = details_of(out, reader, record);
        EXPECT_FALSE(details.model.has_value());
        ASSERT_TRUE(details.shadow && details.shadow->model);
        ASSERT_LT(at, alone.size());
        EXPECT_EQ(details.shadow->model->inputs, alone[at++]);
      },
      policy);
  EXPECT_EQ(at, alone.size());
}

TEST(Scoring, WhatTheModelWasTrainedOnMustBeThere) {
  const auto policy = scoring_policy();
  const auto refusal = [&](const std::string& from, const std::string& to) {
    auto files = policy->files;
    for (auto& file : files) {
      if (file.path != "inputs.yaml") continue;
      const auto place = file.text.find(from);
      EXPECT_NE(place, std::string::npos) << from;
      file.text.replace(place, from.size(), to);
    }
    const auto loaded = policy::load_policy(std::move(files), "");
    return loaded.ok() ? "" : loaded.error().all().front().message;
  };
  const std::string start = "the model does not go with this policy: ";
  EXPECT_EQ(refusal("count_1h:", "count_2h:"),
            start + "it reads the feature `count_1h`, which inputs.yaml does not have");
  const auto other = refusal("count_1h: card.count_1h", "count_1h: card.count_1h + 1");
  EXPECT_TRUE(other.starts_with(start + "it was trained on another feature `count_1h`: its version is ")) << other;
  EXPECT_TRUE(refusal("events: 4", "events: 5").starts_with(start + "it was trained on another field of an event"));
  EXPECT_TRUE(refusal("buckets: 32", "buckets: 64").starts_with(start + "it was trained on another text `merchant`"));
  EXPECT_EQ(refusal("  count_1h:", "  more: amount == eur('1.00')\n  count_1h:"), "") << "others may stand there";
}

TEST(Scoring, AFileThatIsNoModelIsRefused) {
  auto files = scoring_policy()->files;
  const auto file =
      std::find_if(files.begin(), files.end(), [](const auto& f) { return f.path.starts_with("model/"); });
  const auto good = file->text;
  file->text.resize(good.size() - 1);
  auto loaded = policy::load_policy(files, "p/");
  ASSERT_FALSE(loaded.ok());
  EXPECT_TRUE(loaded.error().render().starts_with("p/model/test.safetensors: error: this is no model: "))
      << loaded.error().render();
  file->text = good;
  files.push_back({"model/second.safetensors", good});
  loaded = policy::load_policy(files, "p/");
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.error().render().find("a policy has one model"), std::string::npos);
}

}  // namespace
}  // namespace weir::shard::test
