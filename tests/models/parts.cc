#include "tests/models/parts.h"

#include <algorithm>
#include <cmath>

namespace weir::models::testing {
namespace {

std::int64_t rescale_exactly(std::int64_t sum, std::int64_t multiplier, int shift) {
  // Floor division, so that nothing here depends on how a shift treats signs.
  const std::int64_t divisor = std::int64_t{1} << shift;
  const std::int64_t dividend = sum * multiplier + divisor / 2;
  return dividend >= 0 ? dividend / divisor : -((-dividend + divisor - 1) / divisor);
}

std::int64_t floor_shift(std::int64_t value, int shift) {
  const std::int64_t divisor = std::int64_t{1} << shift;
  return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

std::int64_t entry(const std::vector<std::int16_t>& entries, std::int64_t argument) {
  return entries[static_cast<std::size_t>(floor_shift(std::clamp<std::int64_t>(argument, -8192, 8191) + 8192, 3))];
}

}  // namespace

std::vector<std::int16_t> tanh_entries() {
  std::vector<std::int16_t> entries;
  for (std::int64_t i = 0; i < 2048; ++i) {
    const std::int64_t x = 2 * (i - 1024) + 1;  // in 1/256; x / (1 + |x|) is the shape
    entries.push_back(static_cast<std::int16_t>(32767 * x / (256 + std::abs(x)) * 17 / 16));
  }
  return entries;
}

std::vector<std::int16_t> sigmoid_entries() {
  std::vector<std::int16_t> entries;
  for (const auto value : tanh_entries()) entries.push_back(static_cast<std::int16_t>((value + 32767) / 2));
  return entries;
}

RecurrentTensors RecurrentParts::tensors() const {
  return {width, weights, multipliers, shift, bias, candidate_bias, {fields.begin(), fields.end()}, sigmoid, tanh};
}

std::vector<std::int8_t> RecurrentParts::run(const std::vector<std::uint16_t>& events) const {
  std::vector<std::int64_t> state(width, 0), next(width), state8(width, 0);
  const auto product = [&](std::size_t row) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += weights[row * width + i] * state8[i];
    return rescale_exactly(sum, multipliers[row], shift);
  };
  for (std::size_t at = 0; at < events.size(); at += fields.size()) {
    const auto input = [&](std::size_t row) {
      std::int64_t sum = bias[row];
      for (std::size_t field = 0; field < fields.size(); ++field)
        sum += fields[field][events[at + field] * 3 * width + row];
      return sum;
    };
    for (std::size_t i = 0; i < width; ++i) {
      const auto r = entry(sigmoid, input(i) + product(i));
      const auto z = entry(sigmoid, input(width + i) + product(width + i));
      const auto u = std::clamp<std::int64_t>(product(2 * width + i) + candidate_bias[i], -32768, 32768);
      const auto n = entry(tanh, input(2 * width + i) + rescale_exactly(r, u, 15));
      next[i] = n + floor_shift(z * floor_shift(state[i] - n, 1) + 8192, 14);
    }
    state = next;
    for (std::size_t i = 0; i < width; ++i)
      state8[i] = std::clamp<std::int64_t>(floor_shift(state[i] + 128, 8), -127, 127);
  }
  return {state8.begin(), state8.end()};
}

RecurrentParts make_recurrent(Dice& dice, std::uint32_t width, std::size_t fields, std::uint32_t codes) {
  RecurrentParts made;
  made.width = width;
  made.shift = 14;
  made.weights = dice.many<std::int8_t>(std::size_t{3} * width * width, -127, 127);
  // Such that the states neither die out nor stick at their ends.
  made.multipliers = dice.many<std::int32_t>(std::size_t{3} * width, 100, 500);
  made.bias = dice.many<std::int32_t>(std::size_t{3} * width, -700, 700);
  made.candidate_bias = dice.many<std::int32_t>(width, -300, 300);
  for (std::size_t i = 0; i < fields; ++i) {
    made.fields.push_back(dice.many<std::int16_t>(std::size_t{3} * width * codes, -900, 900));
  }
  made.sigmoid = sigmoid_entries();
  made.tanh = tanh_entries();
  return made;
}

HeadTensors HeadParts::tensors() const {
  HeadTensors tensors{.inputs = inputs,
                      .hidden = hidden,
                      .outputs = outputs,
                      .weights = weights,
                      .multipliers = multipliers,
                      .shift = shift,
                      .bias = bias,
                      .features = {},
                      .hidden_shift = hidden_shift,
                      .output_weights = output_weights,
                      .output_multipliers = output_multipliers,
                      .output_shift = output_shift,
                      .output_bias = output_bias};
  for (std::size_t i = 0; i < rows.size(); ++i) tensors.features.push_back({rows[i], tables[i]});
  return tensors;
}

std::vector<std::int64_t> HeadParts::run(const std::vector<std::int8_t>& vectors,
                                         const std::vector<std::uint16_t>& codes) const {
  std::vector<std::int64_t> layer(hidden), logits(outputs);
  for (std::size_t row = 0; row < hidden; ++row) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < inputs; ++i) sum += weights[row * inputs + i] * vectors[i];
    std::int64_t value = bias[row] + (inputs == 0 ? 0 : rescale_exactly(sum, multipliers[row], shift));
    for (std::size_t i = 0; i < rows.size(); ++i) value += tables[i][std::size_t{rows[i][codes[i]]} * hidden + row];
    layer[row] = std::clamp<std::int64_t>(rescale_exactly(value, 1, hidden_shift), 0, 127);
  }
  for (std::size_t row = 0; row < outputs; ++row) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < hidden; ++i) sum += output_weights[row * hidden + i] * layer[i];
    logits[row] = output_bias[row] + rescale_exactly(sum, output_multipliers[row], output_shift);
  }
  return logits;
}

HeadParts make_head(Dice& dice, std::uint32_t inputs, std::uint32_t hidden, std::uint32_t outputs,
                    const std::vector<std::uint32_t>& feature_codes) {
  HeadParts made;
  made.inputs = inputs;
  made.hidden = hidden;
  made.outputs = outputs;
  made.shift = inputs > 0 ? 12 : 0;
  made.hidden_shift = 6;
  made.output_shift = 3;
  made.weights = dice.many<std::int8_t>(std::size_t{hidden} * inputs, -127, 127);
  made.output_weights = dice.many<std::int8_t>(std::size_t{outputs} * hidden, -127, 127);
  made.multipliers = dice.many<std::int32_t>(inputs > 0 ? hidden : 0, 20, 300);
  made.bias = dice.many<std::int32_t>(hidden, -2000, 2000);
  made.output_multipliers = dice.many<std::int32_t>(outputs, 1000, 20000);
  made.output_bias = dice.many<std::int64_t>(outputs, -(1 << 25), 1 << 25);
  for (const auto codes : feature_codes) {
    made.rows.push_back(dice.many<std::uint16_t>(codes, 0, 4));
    made.tables.push_back(dice.many<std::int16_t>(std::size_t{5} * hidden, -1500, 1500));
  }
  return made;
}

TextTensors TextParts::tensors() const { return {width, table, multipliers, shift}; }

std::vector<std::int8_t> TextParts::encode(const std::vector<std::uint32_t>& grams) const {
  std::vector<std::int8_t> out;
  for (std::size_t i = 0; i < width; ++i) {
    std::int64_t sum = 0;
    for (const auto gram : grams) sum += table[std::size_t{gram} * width + i];
    const auto mean = rescale_exactly(sum, multipliers[grams.size() - 1], shift);
    out.push_back(static_cast<std::int8_t>(std::clamp<std::int64_t>(mean, -127, 127)));
  }
  return out;
}

TextParts make_text(Dice& dice, std::uint32_t width, std::uint32_t buckets, std::uint32_t max_grams) {
  TextParts made;
  made.width = width;
  made.shift = 15;
  made.table = dice.many<std::int8_t>(std::size_t{width} * buckets, -127, 127);
  for (std::uint32_t grams = 1; grams <= max_grams; ++grams) {
    made.multipliers.push_back(static_cast<std::int32_t>((2U << 15U) / grams));
  }
  return made;
}

std::int64_t ForestParts::sum(const std::vector<float>& features) const {
  std::int64_t total = 0;
  for (const auto root : roots) {
    const auto* node = &nodes[root];
    while (node->feature != TreeNode::kLeaf) {
      const float value = features[node->feature];
      const float threshold = values[starts[node->feature] + node->threshold];
      const bool left = std::isnan(value) ? node->missing_left : value < threshold;
      node = &nodes[node->left + (left ? 0 : 1)];
    }
    total += node->leaf;
  }
  return total;
}

ForestParts make_forest(Dice& dice, std::size_t features, std::size_t thresholds, std::size_t trees, int depth) {
  ForestParts made;
  made.starts.push_back(0);
  for (std::size_t feature = 0; feature < features; ++feature) {
    float value = -100;
    for (std::size_t i = 0; i < thresholds; ++i) {
      value += static_cast<float>(dice.between(1, 64)) / 8;
      made.values.push_back(value);
    }
    made.starts.push_back(static_cast<std::uint32_t>(made.values.size()));
  }
  for (std::size_t tree = 0; tree < trees; ++tree) {
    made.roots.push_back(static_cast<std::uint32_t>(made.nodes.size()));
    // A level after the other; some branches end early.
    std::vector<std::size_t> level = {made.nodes.size()};
    made.nodes.emplace_back();
    for (int at = 0; at <= depth; ++at) {
      std::vector<std::size_t> next;
      for (const auto node : level) {
        made.nodes[node].cover = static_cast<float>(dice.between(1, 1000));
        if (at == depth || (at > 0 && dice.between(0, 4) == 0)) {
          made.nodes[node].leaf = static_cast<std::int32_t>(dice.between(-(1 << 24), 1 << 24));
          continue;
        }
        made.nodes[node].feature = static_cast<std::uint32_t>(dice.between(0, static_cast<std::int64_t>(features) - 1));
        made.nodes[node].threshold =
            static_cast<std::uint16_t>(dice.between(0, static_cast<std::int64_t>(thresholds) - 1));
        made.nodes[node].missing_left = dice.between(0, 1) == 1;
        made.nodes[node].left = static_cast<std::uint32_t>(made.nodes.size());
        next.push_back(made.nodes.size());
        next.push_back(made.nodes.size() + 1);
        made.nodes.resize(made.nodes.size() + 2);
      }
      level = next;
    }
  }
  return made;
}

}  // namespace weir::models::testing
