// What joins the encoders: one hidden layer over their vectors and over the codes of some features, and one logit for
// each output.
//
//   hidden = clip(W v + sum over features of a table's row, 0, 127)      logit = w hidden + b
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/aligned.h"
#include "models/kernels/kernel.h"
#include "models/kernels/matrix.h"

namespace weir::models {

struct HeadTensors {
  std::uint32_t inputs = 0;                   // width of v; 0 if there is no encoder
  std::uint32_t hidden = 0;                   // M, a multiple of 16, 16 to 512
  std::uint32_t outputs = 0;                  // 1 to 1024
  std::span<const std::int8_t> weights;       // M x inputs
  std::span<const std::int32_t> multipliers;  // M: from a sum to 2^-kPreBits
  int shift = 0;
  std::span<const std::int32_t> bias;  // M, in 2^-kPreBits, up to 2^24 either way
  // One for each of the head's features: the row of each of its codes in the table below, and the table, rows x M, in
  // 2^-kPreBits.
  struct Feature {
    std::span<const std::uint16_t> rows;
    std::span<const std::int16_t> table;
  };
  std::vector<Feature> features;
  int hidden_shift = 0;                              // from 2^-kPreBits to a step of the hidden layer: 1 to 16
  std::span<const std::int8_t> output_weights;       // outputs x M
  std::span<const std::int32_t> output_multipliers;  // outputs: from a sum to a logit, times 2^output_shift; 0 to 2^30
  int output_shift = 0;                              // 1 to 40
  std::span<const std::int64_t> output_bias;         // outputs, in 2^-kLogitBits, up to 2^40 either way
};

class Head {
 public:
  static constexpr std::uint32_t kMaxHidden = 512;
  static constexpr std::uint32_t kMaxOutputs = 1024;
  static constexpr std::size_t kMaxFeatures = 1024;

  static Result<Head> create(const HeadTensors& tensors);

  std::uint32_t inputs() const { return inputs_; }
  std::uint32_t outputs() const { return outputs_; }
  std::size_t features() const { return features_.size(); }
  // How many codes feature i may have.
  std::size_t codes(std::size_t i) const { return features_[i].rows.size(); }

  // One per thread.
  class Scratch {
   public:
    explicit Scratch(const Head& model);
    // Where the encoders' vectors go, one behind the other.
    std::int8_t* inputs() { return inputs_.data(); }

   private:
    friend class Head;
    AlignedVector<std::int8_t> inputs_, hidden8_;
    AlignedVector<std::int32_t> sums_, hidden_, logits_;
  };

  // `codes`: one for each of features(), below codes(i). `logits`: outputs() values in 2^-kLogitBits.
  void run(Kernel kernel, std::span<const std::uint16_t> codes, Scratch& scratch, std::span<std::int64_t> logits) const;

 private:
  struct Feature {
    std::vector<std::uint16_t> rows;
    AlignedVector<std::int16_t> table;
  };
  static Status check(const HeadTensors& tensors);

  std::uint32_t inputs_ = 0;
  std::uint32_t hidden_ = 0;
  std::uint32_t outputs_ = 0;
  int shift_ = 0;
  int hidden_shift_ = 0;
  int output_shift_ = 0;
  Matrix weights_, output_weights_;
  AlignedVector<std::int32_t> multipliers_, bias_;
  std::vector<Feature> features_;
  std::vector<std::int32_t> output_multipliers_;
  std::vector<std::int64_t> output_bias_;
};

}  // namespace weir::models
