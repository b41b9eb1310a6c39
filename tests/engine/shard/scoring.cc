#include "tests/engine/shard/scoring.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/shard/made_model.h"
#include "tests/engine/shard/world.h"

namespace weir::shard::test {
namespace {

// What made_model() asks for.
constexpr const char* kInputs = R"(features:
  vendor: score_in
  count_1h: card.count_1h
sequence:
  of: card
  events: 4
  fields:
    merchant: {hash: merchant_id, codes: 12}
    payment: {hash: payment_id, codes: 12}
    channel: {hash: channel, codes: 12}
texts:
  merchant: {of: merchant_id, grams: [whole, characters], characters: [1, 2], buckets: 32, at_most: 8}
  both: {of: card_id + merchant_id, grams: [characters], characters: [2, 2], buckets: 64, at_most: 5}
)";

constexpr const char* kRule = R"(id: by-model
description: The model takes it for fraud
reason: M01
when: model.score > 0.45
then: {points: 450}
)";

std::shared_ptr<const policy::Policy> load(std::vector<policy::PolicyFile> files) {
  auto loaded = policy::load_policy(std::move(files), "scoring/");
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().render());
  return loaded ? std::make_shared<const policy::Policy>(std::move(*loaded)) : nullptr;
}

}  // namespace

std::shared_ptr<const policy::Policy> scoring_policy() {
  auto files = small_policy()->files;
  files.push_back({"inputs.yaml", kInputs});
  const auto without_model = load(files);
  if (without_model == nullptr) return nullptr;
  files.push_back({"model/test.safetensors", made_model(*without_model->inputs)});
  files.push_back({"rules/model.yaml", kRule});
  return load(std::move(files));
}

}  // namespace weir::shard::test
