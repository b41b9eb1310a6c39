#include "tests/models/bundle/file_maker.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/fusion/calibration.h"

namespace weir::models::testing {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + "\"";
}

}  // namespace

std::string FileMaker::type_name(TensorType type) {
  switch (type) {
    case TensorType::kI8:
      return "I8";
    case TensorType::kU8:
      return "U8";
    case TensorType::kI16:
      return "I16";
    case TensorType::kU16:
      return "U16";
    case TensorType::kI32:
      return "I32";
    case TensorType::kU32:
      return "U32";
    case TensorType::kI64:
      return "I64";
    case TensorType::kF32:
      return "F32";
  }
  return {};
}

std::string FileMaker::file_of(const std::string& header, const std::string& data) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i)));
  return file + header + data;
}

std::string FileMaker::file() const {
  std::string header = "{\"__metadata__\":{", data;
  for (const auto& [name, text] : metadata) {
    header += (header.back() == '{' ? "" : ",") + quoted(name) + ":" + quoted(text);
  }
  header += "}";
  for (const auto& [name, tensor] : tensors) {
    header += "," + quoted(name) + ":{\"dtype\":\"" + tensor.type + "\",\"shape\":[";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
      header += (i > 0 ? "," : "") + std::to_string(tensor.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(data.size()) + "," +
              std::to_string(data.size() + tensor.bytes.size()) + "]}";
    data += tensor.bytes;
  }
  return file_of(header + "}", data);
}

WholeModel::WholeModel(std::uint64_t seed)
    : dice(seed),
      sequence(make_recurrent(dice, 16, 3, 12)),
      texts({make_text(dice, 16, 32, 8), make_text(dice, 32, 64, 5)}),
      head(make_head(dice, 64, 16, 1, {22})),
      forest(make_forest(dice, 2, 20, 10, 3)) {
  for (std::int64_t i = 0; i < 2049; ++i) knots.push_back(static_cast<std::int32_t>(kCertain * i / 2048));
}

Inputs WholeModel::draw(std::vector<float>& features) {
  Inputs inputs;
  features.clear();
  for (std::size_t feature = 0; feature < 2; ++feature) {
    const auto begin = forest.values.begin() + forest.starts[feature];
    const auto end = forest.values.begin() + forest.starts[feature + 1];
    const bool absent = dice.between(0, 4) == 0;
    features.push_back(absent ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(dice.between(-110, 60)));
    const auto code = absent ? 0 : std::upper_bound(begin, end, features.back()) - begin + 1;
    inputs.features.push_back(static_cast<std::uint16_t>(code));
  }
  inputs.events = dice.many<std::uint16_t>(static_cast<std::size_t>(3 * dice.between(0, 4)), 0, 11);
  inputs.texts = {dice.many<std::uint32_t>(static_cast<std::size_t>(dice.between(0, 8)), 0, 31),
                  dice.many<std::uint32_t>(static_cast<std::size_t>(dice.between(0, 5)), 0, 63)};
  return inputs;
}

std::int64_t WholeModel::logit(const Inputs& inputs, const std::vector<float>& features) const {
  auto vectors = sequence.run(inputs.events);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // No text is a vector of zeros.
    const auto text =
        inputs.texts[i].empty() ? std::vector<std::int8_t>(texts[i].width, 0) : texts[i].encode(inputs.texts[i]);
    vectors.insert(vectors.end(), text.begin(), text.end());
  }
  return head.run(vectors, {inputs.features[1]})[0] + forest.sum(features) + base;
}

FileMaker WholeModel::file() {
  FileMaker made;
  made.metadata["weir"] =
      R"({"format":1,"name":"test","demonstration":true,"features":[{"name":"amount","version":"1"},)"
      R"({"name":"card.count_1h","version":"2"}],"event_fields":[{"name":"amount","version":"1"},)"
      R"({"name":"gap","version":"1"},{"name":"channel","version":"1"}],"events":4,)"
      R"("texts":[{"name":"merchant","version":"1"},{"name":"memo","version":"1"}],"outputs":["fraud"],)"
      R"("head_features":[1],"reasons":[{"name":"amount","features":[0],"events":false,"texts":[]},)"
      R"({"name":"the card's last payments","features":[1],"events":true,"texts":[]},)"
      R"({"name":"merchant","features":[],"events":false,"texts":[0]},)"
      R"({"name":"memo","features":[],"events":false,"texts":[1]}]})";
  made.metadata["card"] = "# test\n\ndemonstration, not validated\n";
  made.put("base", std::vector{base});
  made.put("reasons.neutral", neutral.features);
  made.put("reasons.neutral_event", neutral.events);
  made.put("calibration.knots", knots);
  made.put("thresholds.starts", forest.starts);
  made.put("thresholds.values", forest.values);
  std::vector<std::uint32_t> feature, left;
  std::vector<std::uint16_t> threshold;
  std::vector<std::uint8_t> missing_left;
  std::vector<std::int32_t> leaf;
  std::vector<float> cover;
  for (const auto& node : forest.nodes) {
    feature.push_back(node.feature);
    threshold.push_back(node.threshold);
    missing_left.push_back(node.missing_left ? 1 : 0);
    left.push_back(node.left);
    leaf.push_back(node.leaf);
    cover.push_back(node.cover);
  }
  made.put("trees.roots", forest.roots);
  made.put("trees.feature", feature);
  made.put("trees.threshold", threshold);
  made.put("trees.missing_left", missing_left);
  made.put("trees.left", left);
  made.put("trees.leaf", leaf);
  made.put("trees.cover", cover);
  for (std::size_t i = 0; i < 3; ++i) made.put("sequence.field." + std::to_string(i), sequence.fields[i], {12, 48});
  made.put("sequence.weights", sequence.weights, {48, 16});
  made.put("sequence.multipliers", sequence.multipliers);
  made.put("sequence.shift", std::vector<std::int32_t>{sequence.shift});
  made.put("sequence.bias", sequence.bias);
  made.put("sequence.candidate_bias", sequence.candidate_bias);
  made.put("sequence.sigmoid", sequence.sigmoid);
  made.put("sequence.tanh", sequence.tanh);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto name = "text." + std::to_string(i);
    made.put(name + ".table", texts[i].table, {texts[i].table.size() / texts[i].width, texts[i].width});
    made.put(name + ".multipliers", texts[i].multipliers);
    made.put(name + ".shift", std::vector<std::int32_t>{texts[i].shift});
  }
  made.put("head.weights", head.weights, {16, 64});
  made.put("head.multipliers", head.multipliers);
  made.put("head.shift", std::vector<std::int32_t>{head.shift});
  made.put("head.bias", head.bias);
  made.put("head.feature.0.rows", head.rows[0]);
  made.put("head.feature.0.table", head.tables[0], {5, 16});
  made.put("head.hidden_shift", std::vector<std::int32_t>{head.hidden_shift});
  made.put("head.output_weights", head.output_weights, {1, 16});
  made.put("head.output_multipliers", head.output_multipliers);
  made.put("head.output_shift", std::vector<std::int32_t>{head.output_shift});
  made.put("head.output_bias", head.output_bias);

  std::string bytes;
  std::vector<std::uint32_t> starts = {0};
  std::vector<std::int64_t> logits;
  std::vector<std::int32_t> probabilities;
  const auto calibration = *Calibration::create(knots);
  for (int i = 0; i < 20; ++i) {
    std::vector<float> features;
    const auto inputs = draw(features);
    append_inputs(bytes, inputs);
    starts.push_back(static_cast<std::uint32_t>(bytes.size()));
    logits.push_back(logit(inputs, features));
    probabilities.push_back(calibration.probability(logits.back()));
  }
  made.put("examples.inputs", std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  made.put("examples.starts", starts);
  made.put("examples.logits", logits);
  made.put("examples.probabilities", probabilities);
  return made;
}

FileMaker WholeModel::file_of_trees() {
  auto made = file();
  std::erase_if(made.tensors, [](const auto& entry) {
    return entry.first.starts_with("sequence") || entry.first.starts_with("text") || entry.first.starts_with("head") ||
           entry.first == "reasons.neutral_event";
  });
  made.metadata["weir"] =
      R"({"format":1,"name":"trees","demonstration":false,"features":[{"name":"a","version":""},)"
      R"({"name":"b","version":""}],"event_fields":[],"events":0,"texts":[],"outputs":["fraud"],"head_features":[],)"
      R"("reasons":[{"name":"a","features":[0],"events":false,"texts":[]},)"
      R"({"name":"b","features":[1],"events":false,"texts":[]}]})";
  const auto logit = forest.sum({NAN, NAN}) + base;
  made.put("examples.inputs", std::vector<std::uint8_t>{2, 0, 0, 0, 0});
  made.put("examples.starts", std::vector<std::uint32_t>{0, 5});
  made.put("examples.logits", std::vector{logit});
  made.put("examples.probabilities", std::vector{Calibration::create(knots)->probability(logit)});
  return made;
}

}  // namespace weir::models::testing
