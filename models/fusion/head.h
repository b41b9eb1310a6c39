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
    const std::int8_t* inputs() const { return inputs_.data(); }

   private:
    friend class Head;
    AlignedVector<std::int8_t> inputs_, hidden8_;
    AlignedVector<std::int32_t> rows_, products_, logits_;
  };

  // `codes`: one for each of features(), below codes(i). `logits`: outputs() values in 2^-kLogitBits.
  void run(Kernel kernel, std::span<const std::uint16_t> codes, Scratch& scratch, std::span<std::int64_t> logits) const;

  // The steps of run(), for whoever exchanges one input after the other (models/reasons). What the hidden layer adds up
  // before it clips, hidden() values each: rows, which the features add to, and products, of the encoders' vectors.
  std::size_t hidden() const { return hidden_; }
  std::span<const std::int32_t> bias() const { return bias_; }
  std::span<const std::int16_t> row(std::size_t i, std::uint16_t code) const {
    return std::span(features_[i].table).subspan(std::size_t{features_[i].rows[code]} * hidden_, hidden_);
  }
  // `vectors`: inputs() values, zero up to a multiple of 4. Nothing to do, and no product, if there are no inputs().
  void multiply(Kernel kernel, const std::int8_t* vectors, std::span<std::int32_t> products) const;
  // `rows`: with the bias. `products`: empty if there are no inputs().
  void finish(Kernel kernel, std::span<const std::int32_t> rows, std::span<const std::int32_t> products,
              Scratch& scratch, std::span<std::int64_t> logits) const;

 private:
  struct Feature {
    std::vector<std::uint16_t> rows;
    AlignedVector<std::int16_t> table;
  };
  static Status check(const HeadTensors& tensors);

  // The hidden layer out of its sums; compiled once for each target. With one output, also that output's sum.
  using Clip = std::int32_t (*)(const Head&, const std::int32_t* rows, const std::int32_t* products, std::int8_t* out);
  static Clip clip_for(Kernel kernel);
  template <class Target>
  static std::int32_t clip_body(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                std::int8_t* out);
  static std::int32_t clip_portable(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                    std::int8_t* out);
#if defined(__x86_64__)
  static std::int32_t clip_avx2(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                std::int8_t* out);
  static std::int32_t clip_vnni(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                std::int8_t* out);
#endif

  std::uint32_t inputs_ = 0;
  std::uint32_t hidden_ = 0;
  std::uint32_t outputs_ = 0;
  int shift_ = 0;
  int hidden_shift_ = 0;
  int output_shift_ = 0;
  Matrix weights_, output_weights_;
  AlignedVector<std::int16_t> one_output_;  // the same weights if there is one output alone
  AlignedVector<std::int32_t> multipliers_, bias_;
  std::vector<Feature> features_;
  std::vector<std::int32_t> output_multipliers_;
  std::vector<std::int64_t> output_bias_;
};

}  // namespace weir::models
