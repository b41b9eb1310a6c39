#include "models/bundle/model.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "models/bundle/manifest.h"
#include "models/bundle/safetensors.h"

namespace weir::models {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they stand in the file");

// Puts a model together from its tensors, part by part.
class Assembly {
 public:
  Assembly(SafeTensors& tensors, Model& model) : tensors_(tensors), model_(model) {}

  Status run() {
    for (const auto part : {&Assembly::thresholds, &Assembly::trees, &Assembly::sequence, &Assembly::texts,
                            &Assembly::head, &Assembly::calibration, &Assembly::reasons}) {
      auto ok = (this->*part)();
      // A tensor that is not there is the better reason for a size that is wrong.
      if (!tensors_.fault().empty()) return Error{tensors_.fault()};
      if (!ok) return ok;
    }
    return parts_fit();
  }

 private:
  Status thresholds() {
    const auto& features = model_.manifest_.features;
    if (features.empty()) return {};
    const auto starts = tensors_.values<std::uint32_t>("thresholds.starts");
    const auto values = tensors_.values<Float32>("thresholds.values");
    auto made = Thresholds::create(starts, values);
    if (!made) return Error{"the thresholds: " + made.error().message};
    if (made->features() != features.size()) {
      return Error{"thresholds of " + std::to_string(made->features()) + " features; the manifest names " +
                   std::to_string(features.size())};
    }
    model_.thresholds_ = std::move(*made);
    for (std::size_t i = 0; i < features.size(); ++i) {
      model_.shape_.feature_codes.push_back(static_cast<std::uint32_t>(model_.thresholds_.count(i) + 2));
    }
    return {};
  }

  Status trees() {
    if (!tensors_.has("trees.roots")) return {};
    const auto roots = tensors_.values<std::uint32_t>("trees.roots");
    const auto feature = tensors_.values<std::uint32_t>("trees.feature");
    const auto threshold = tensors_.values<std::uint16_t>("trees.threshold");
    const auto missing_left = tensors_.values<std::uint8_t>("trees.missing_left");
    const auto left = tensors_.values<std::uint32_t>("trees.left");
    const auto leaf = tensors_.values<std::int32_t>("trees.leaf");
    const auto cover = tensors_.values<Float32>("trees.cover");
    for (const auto size : {threshold.size(), missing_left.size(), left.size(), leaf.size(), cover.size()}) {
      if (size != feature.size()) return Error{"the trees: tensors of different lengths"};
    }
    std::vector<TreeNode> nodes(feature.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (missing_left[i] > 1) return Error{"the trees: node " + std::to_string(i) + " has a missing_left above 1"};
      nodes[i] = {feature[i], threshold[i], missing_left[i] == 1, left[i], leaf[i], cover[i]};
    }
    auto made = Forest::create(roots, nodes, model_.thresholds_);
    if (!made) return Error{"the trees: " + made.error().message};
    model_.trees_ = std::move(*made);
    return {};
  }

  Status sequence() {
    const auto& fields = model_.manifest_.event_fields;
    if (fields.empty()) return {};
    std::vector<std::vector<std::int16_t>> tables;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      tables.push_back(tensors_.values<std::int16_t>("sequence.field." + std::to_string(i)));
    }
    const auto weights = tensors_.values<std::int8_t>("sequence.weights");
    const auto multipliers = tensors_.values<std::int32_t>("sequence.multipliers");
    const auto bias = tensors_.values<std::int32_t>("sequence.bias");
    const auto candidate_bias = tensors_.values<std::int32_t>("sequence.candidate_bias");
    const auto sigmoid = tensors_.values<std::int16_t>("sequence.sigmoid");
    const auto tanh = tensors_.values<std::int16_t>("sequence.tanh");
    RecurrentTensors parts{.width = static_cast<std::uint32_t>(std::min<std::size_t>(candidate_bias.size(), 1U << 30U)),
                           .weights = weights,
                           .multipliers = multipliers,
                           .shift = tensors_.value<std::int32_t>("sequence.shift"),
                           .bias = bias,
                           .candidate_bias = candidate_bias,
                           .fields = {tables.begin(), tables.end()},
                           .sigmoid = sigmoid,
                           .tanh = tanh};
    auto made = Recurrent::create(parts);
    if (!made) return Error{"the sequence: " + made.error().message};
    model_.sequence_ = std::move(*made);
    model_.shape_.max_events = model_.manifest_.events;
    for (std::size_t i = 0; i < fields.size(); ++i) model_.shape_.event_codes.push_back(model_.sequence_->codes(i));
    vectors_ += model_.sequence_->width();
    return {};
  }

  Status texts() {
    for (std::size_t i = 0; i < model_.manifest_.texts.size(); ++i) {
      const auto name = "text." + std::to_string(i);
      const auto& shape = tensors_.shape(name + ".table");
      const auto table = tensors_.values<std::int8_t>(name + ".table");
      const auto multipliers = tensors_.values<std::int32_t>(name + ".multipliers");
      auto made = TextEncoder::create({.width = shape.size() == 2 ? static_cast<std::uint32_t>(shape[1]) : 0,
                                       .table = table,
                                       .multipliers = multipliers,
                                       .shift = tensors_.value<std::int32_t>(name + ".shift")});
      if (!made) return Error{"text " + std::to_string(i) + ": " + made.error().message};
      model_.shape_.texts.push_back({made->buckets(), static_cast<std::uint32_t>(made->max_grams())});
      vectors_ += made->width();
      model_.texts_.push_back(std::move(*made));
    }
    return {};
  }

  Status head() {
    if (!tensors_.has("head.output_weights")) return {};
    const auto weights = vectors_ > 0 ? tensors_.values<std::int8_t>("head.weights") : std::vector<std::int8_t>{};
    const auto multipliers =
        vectors_ > 0 ? tensors_.values<std::int32_t>("head.multipliers") : std::vector<std::int32_t>{};
    const auto bias = tensors_.values<std::int32_t>("head.bias");
    const auto output_weights = tensors_.values<std::int8_t>("head.output_weights");
    const auto output_multipliers = tensors_.values<std::int32_t>("head.output_multipliers");
    const auto output_bias = tensors_.values<std::int64_t>("head.output_bias");
    std::vector<std::vector<std::uint16_t>> rows;
    std::vector<std::vector<std::int16_t>> tables;
    for (std::size_t i = 0; i < model_.manifest_.head_features.size(); ++i) {
      rows.push_back(tensors_.values<std::uint16_t>("head.feature." + std::to_string(i) + ".rows"));
      tables.push_back(tensors_.values<std::int16_t>("head.feature." + std::to_string(i) + ".table"));
    }
    HeadTensors parts{.inputs = static_cast<std::uint32_t>(vectors_),
                      .hidden = static_cast<std::uint32_t>(std::min<std::size_t>(bias.size(), 1U << 30U)),
                      .outputs = static_cast<std::uint32_t>(model_.manifest_.outputs.size()),
                      .weights = weights,
                      .multipliers = multipliers,
                      .shift = vectors_ > 0 ? tensors_.value<std::int32_t>("head.shift") : 0,
                      .bias = bias,
                      .features = {},
                      .hidden_shift = tensors_.value<std::int32_t>("head.hidden_shift"),
                      .output_weights = output_weights,
                      .output_multipliers = output_multipliers,
                      .output_shift = tensors_.value<std::int32_t>("head.output_shift"),
                      .output_bias = output_bias};
    for (std::size_t i = 0; i < rows.size(); ++i) parts.features.push_back({rows[i], tables[i]});
    auto made = Head::create(parts);
    if (!made) return Error{"the head: " + made.error().message};
    model_.head_ = std::move(*made);
    return {};
  }

  Status calibration() {
    if (model_.manifest_.outputs.size() != 1) return {};
    model_.base_ = tensors_.value<std::int64_t>("base");
    if (model_.base_ < -kMaxBase || model_.base_ > kMaxBase) return Error{"the base is beyond 2^40"};
    const auto knots = tensors_.values<std::int32_t>("calibration.knots");
    auto made = Calibration::create(knots);
    if (!made) return Error{"the calibration: " + made.error().message};
    model_.calibration_ = std::move(*made);
    return {};
  }

  Status reasons() {
    if (model_.manifest_.outputs.size() != 1) return {};
    auto& neutral = model_.neutral_;
    if (!model_.manifest_.features.empty()) neutral.features = tensors_.values<std::uint16_t>("reasons.neutral");
    if (model_.sequence_) {
      neutral.events = tensors_.values<std::uint16_t>("reasons.neutral_event");
      if (neutral.events.size() != model_.sequence_->fields()) {
        return Error{"the neutral event has " + std::to_string(neutral.events.size()) + " codes; an event has " +
                     std::to_string(model_.sequence_->fields())};
      }
    }
    neutral.texts.resize(model_.texts_.size());
    if (auto ok = model_.shape_.check(neutral); !ok) return Error{"the neutral payment: " + ok.error().message};
    return {};
  }

  // Whether each part has somebody to read it, and the codes that it needs.
  Status parts_fit() const {
    if (!model_.head_) {
      if (vectors_ > 0) return Error{"there are encoders, and no head that reads them"};
      if (!model_.trees_) return Error{"there are neither trees nor a head"};
      if (!model_.manifest_.head_features.empty()) return Error{"there are features of a head, and no head"};
    }
    if (model_.trees_ && model_.manifest_.outputs.size() != 1) return Error{"trees have one output"};
    for (std::size_t i = 0; model_.head_ && i < model_.head_->features(); ++i) {
      const auto feature = model_.manifest_.head_features[i];
      if (model_.head_->codes(i) != model_.shape_.feature_codes[feature]) {
        return Error{"the head knows " + std::to_string(model_.head_->codes(i)) + " codes of feature " +
                     std::to_string(feature) + ", which has " + std::to_string(model_.shape_.feature_codes[feature])};
      }
    }
    return {};
  }

  static constexpr std::int64_t kMaxBase = std::int64_t{1} << 40;

  SafeTensors& tensors_;
  Model& model_;
  std::size_t vectors_ = 0;
};

Result<std::shared_ptr<const Model>> Model::load(std::string_view file) {
  auto tensors = SafeTensors::parse(file);
  if (!tensors) return tensors.error();
  auto manifest = read_manifest(tensors->metadata("weir"));
  if (!manifest) return Error{"not a model of Weir: " + manifest.error().message};
  const auto made = std::make_shared<Model>();
  made->manifest_ = std::move(*manifest);
  made->card_ = tensors->metadata("card");
  if (made->card_.empty()) return Error{"the model has no card"};
  const auto refused = [&](const std::string& why) { return Error{"model \"" + made->manifest_.name + "\": " + why}; };
  if (auto ok = Assembly(*tensors, *made).run(); !ok) return refused(ok.error().message);
  const auto inputs = tensors->values<std::uint8_t>("examples.inputs");
  const auto starts = tensors->values<std::uint32_t>("examples.starts");
  const auto logits = tensors->values<std::int64_t>("examples.logits");
  const auto probabilities =
      made->calibration_ ? tensors->values<std::int32_t>("examples.probabilities") : std::vector<std::int32_t>{};
  if (!tensors->fault().empty()) return refused(tensors->fault());
  if (const auto unread = tensors->unread(); !unread.empty()) return refused("tensor \"" + unread + "\" has no use");
  if (auto ok = made->try_examples(inputs, starts, logits, probabilities); !ok) return refused(ok.error().message);
  made->hash_ = Sha256().hash(file);
  return std::shared_ptr<const Model>(made);
}

Status Model::try_examples(std::span<const std::uint8_t> inputs, std::span<const std::uint32_t> starts,
                           std::span<const std::int64_t> logits, std::span<const std::int32_t> probabilities) const {
  if (starts.size() < 2 || logits.size() != (starts.size() - 1) * outputs() ||
      (calibration_ && probabilities.size() != starts.size() - 1)) {
    return Error{"the examples' tensors do not fit each other, or there are none"};
  }
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    if (starts[i] > starts[i + 1] || starts[i + 1] > inputs.size()) {
      return Error{"example " + std::to_string(i) + " lies outside of its tensor"};
    }
    const auto bytes = inputs.subspan(starts[i], starts[i + 1] - starts[i]);
    auto read = read_inputs({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, shape_);
    if (!read) return Error{"example " + std::to_string(i) + ": " + read.error().message};
    for (const auto kernel : kernels_here()) {
      Evaluator evaluator(*this, kernel);
      const auto out = evaluator.logits(*read);
      if (!std::ranges::equal(out, logits.subspan(i * outputs(), outputs())) ||
          (calibration_ && calibration_->probability(out[0]) != probabilities[i])) {
        return Error{"example " + std::to_string(i) + " does not come out as the training said (kernel " +
                     std::string(kernel_name(kernel)) + ")"};
      }
    }
  }
  return {};
}

Model::Evaluator::Evaluator(const Model& model, Kernel kernel)
    : model_(model), kernel_(kernel), head_codes_(model.manifest_.head_features.size()), logits_(model.outputs()) {
  if (model.sequence_) sequence_.emplace(*model.sequence_);
  if (model.head_) head_.emplace(*model.head_);
}

void Model::Evaluator::encode(const Inputs& inputs) {
  auto* out = head_->inputs();
  if (sequence_) {
    model_.sequence_->run(kernel_, inputs.events, *sequence_, out);
    out += model_.sequence_->width();
  }
  for (std::size_t i = 0; i < model_.texts_.size(); ++i) {
    const auto& text = model_.texts_[i];
    text_sums_.resize(text.width());
    if (inputs.texts[i].empty()) {
      std::fill_n(out, text.width(), std::int8_t{0});
    } else {
      text.encode(inputs.texts[i], text_sums_, out);
    }
    out += text.width();
  }
}

std::span<const std::int64_t> Model::Evaluator::logits(const Inputs& inputs) {
  std::ranges::fill(logits_, 0);
  if (head_) {
    encode(inputs);
    const auto& features = model_.manifest_.head_features;
    for (std::size_t i = 0; i < features.size(); ++i) head_codes_[i] = inputs.features[features[i]];
    model_.head_->run(kernel_, head_codes_, *head_, logits_);
  }
  logits_[0] += model_.base_;
  if (model_.trees_) logits_[0] += model_.trees_->sum(inputs.features, trees_);
  return logits_;
}

Score Model::Evaluator::score(const Inputs& inputs) {
  const auto logit = logits(inputs)[0];
  return {logit, model_.calibration_->probability(logit)};
}

}  // namespace weir::models
