#include "tests/engine/shard/scoring.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/shard/world.h"
#include "tests/models/bundle/file_maker.h"

namespace weir::shard::test {
namespace {

// As many of each kind, of the same sizes, as models::testing::WholeModel has.
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

std::string named(const std::vector<model::InputName>& inputs) {
  std::string json;
  for (const auto& input : inputs) {
    json += (json.empty() ? "" : ",") + ("{\"name\":\"" + input.name) + "\",\"version\":\"" + input.version + "\"}";
  }
  return "[" + json + "]";
}

template <class Inputs>
std::string names_of(const Inputs& inputs) {
  std::vector<model::InputName> ids;
  for (const auto& input : inputs) ids.push_back(input.id);
  return named(ids);
}

std::string model_file(const model::InputDefinitions& inputs) {
  models::testing::WholeModel model(7);
  model.base = 0;
  auto file = model.file();
  file.metadata["weir"] =
      R"({"format":1,"name":"test","demonstration":true,"features":)" + names_of(inputs.features) +
      R"(,"event_fields":)" + names_of(inputs.sequence->fields) + R"(,"events":4,"texts":)" + names_of(inputs.texts) +
      R"(,"outputs":["fraud"],"head_features":[1],"reasons":[{"name":"vendor","features":[0],"events":false,"texts":[]},)"
      R"({"name":"the card's last payments","features":[1],"events":true,"texts":[]},)"
      R"({"name":"merchant","features":[],"events":false,"texts":[0]},)"
      R"({"name":"both","features":[],"events":false,"texts":[1]}]})";
  return file.file();
}

}  // namespace

std::shared_ptr<const policy::Policy> scoring_policy() {
  auto files = small_policy()->files;
  files.push_back({"inputs.yaml", kInputs});
  const auto without_model = load(files);
  if (without_model == nullptr) return nullptr;
  files.push_back({"model/test.safetensors", model_file(*without_model->inputs)});
  files.push_back({"rules/model.yaml", kRule});
  return load(std::move(files));
}

}  // namespace weir::shard::test
