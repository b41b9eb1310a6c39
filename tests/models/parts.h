// Parts of models with weights drawn from a seed, and what they must come to, computed as plainly as can be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/fusion/head.h"
#include "models/sequence/recurrent.h"
#include "models/text/text_encoder.h"
#include "models/trees/forest.h"

namespace weir::models::testing {

// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers with every compiler.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    auto z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  // low to high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <class T>
  std::vector<T> many(std::size_t count, std::int64_t low, std::int64_t high) {
    std::vector<T> values(count);
    for (auto& value : values) value = static_cast<T>(between(low, high));
    return values;
  }

 private:
  std::uint64_t state_;
};

struct RecurrentParts {
  std::uint32_t width = 0;
  int shift = 0;
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> multipliers, bias, candidate_bias;
  std::vector<std::vector<std::int16_t>> fields;
  std::vector<std::int16_t> sigmoid, tanh;

  RecurrentTensors tensors() const;
  // The state after those events.
  std::vector<std::int8_t> run(const std::vector<std::uint16_t>& events) const;
};
RecurrentParts make_recurrent(Dice& dice, std::uint32_t width, std::size_t fields, std::uint32_t codes);

// Sigmoid and hyperbolic tangent in integers alone, near enough for a test: rational approximations that rise.
std::vector<std::int16_t> sigmoid_entries();
std::vector<std::int16_t> tanh_entries();

struct HeadParts {
  std::uint32_t inputs = 0, hidden = 0, outputs = 0;
  int shift = 0, hidden_shift = 0, output_shift = 0;
  std::vector<std::int8_t> weights, output_weights;
  std::vector<std::int32_t> multipliers, bias, output_multipliers;
  std::vector<std::int64_t> output_bias;
  std::vector<std::vector<std::uint16_t>> rows;
  std::vector<std::vector<std::int16_t>> tables;

  HeadTensors tensors() const;
  std::vector<std::int64_t> run(const std::vector<std::int8_t>& vectors, const std::vector<std::uint16_t>& codes) const;
};
HeadParts make_head(Dice& dice, std::uint32_t inputs, std::uint32_t hidden, std::uint32_t outputs,
                    const std::vector<std::uint32_t>& feature_codes);

struct TextParts {
  std::uint32_t width = 0;
  int shift = 0;
  std::vector<std::int8_t> table;
  std::vector<std::int32_t> multipliers;

  TextTensors tensors() const;
  std::vector<std::int8_t> encode(const std::vector<std::uint32_t>& grams) const;
};
TextParts make_text(Dice& dice, std::uint32_t width, std::uint32_t buckets, std::uint32_t max_grams);

struct ForestParts {
  std::vector<std::uint32_t> starts;
  std::vector<float> values;
  std::vector<std::uint32_t> roots;
  std::vector<TreeNode> nodes;

  // Compares floats, as the training did; NaN is no value.
  std::int64_t sum(const std::vector<float>& features) const;
};
ForestParts make_forest(Dice& dice, std::size_t features, std::size_t thresholds, std::size_t trees, int depth);

}  // namespace weir::models::testing
