#include "models/fusion/head.h"

#include <algorithm>
#include <string>

#include "models/kernels/fixed_point.h"
#include "models/kernels/lanes.h"

namespace weir::models {
namespace {

constexpr std::int32_t kMaxBias = 1 << 24;
constexpr std::int64_t kMaxOutputBias = std::int64_t{1} << 40;
constexpr std::int32_t kMaxOutputMultiplier = 1 << 30;

Status check_size(const std::string& what, std::size_t size, std::size_t wanted) {
  if (size == wanted) return {};
  return Error{what + " has " + std::to_string(size) + " values; " + std::to_string(wanted) + " are needed"};
}

Status check_range(const std::string& what, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return Error{what + " is " + std::to_string(value) + "; " + std::to_string(low) + " to " + std::to_string(high) +
               " are possible"};
}

Status check_feature(std::size_t at, const HeadTensors::Feature& feature, std::size_t hidden) {
  const auto name = "feature " + std::to_string(at);
  if (feature.rows.empty() || feature.rows.size() > 65536) {
    return Error{name + " has " + std::to_string(feature.rows.size()) + " codes; 1 to 65536 are possible"};
  }
  if (feature.table.empty() || feature.table.size() % hidden != 0) {
    return Error{"the table of " + name + " has " + std::to_string(feature.table.size()) + " values: rows of " +
                 std::to_string(hidden) + " are needed"};
  }
  const auto rows = feature.table.size() / hidden;
  for (const auto row : feature.rows) {
    if (row >= rows) return Error{name + " asks for row " + std::to_string(row) + " of " + std::to_string(rows)};
  }
  return {};
}

// `v` padded to what a matrix of so many columns reads.
std::size_t padded(std::uint32_t columns) { return (columns + 3) / 4 * 4; }

}  // namespace

Status Head::check(const HeadTensors& tensors) {
  const std::size_t hidden = tensors.hidden;
  if (auto ok = check_range("the hidden width", tensors.hidden, 16, kMaxHidden); !ok) return ok;
  if (hidden % 16 != 0) return Error{"the hidden width " + std::to_string(hidden) + " is no multiple of 16"};
  if (auto ok = check_range("the number of outputs", tensors.outputs, 1, kMaxOutputs); !ok) return ok;
  if (auto ok = check_range("the number of inputs", tensors.inputs, 0, Matrix::kMaxColumns); !ok) return ok;
  if (tensors.inputs == 0 && tensors.features.empty()) return Error{"the head has neither inputs nor features"};
  if (tensors.features.size() > kMaxFeatures) return Error{"the head has more than 1024 features"};
  if (auto ok = check_size("the multipliers", tensors.multipliers.size(), tensors.inputs == 0 ? 0 : hidden); !ok) {
    return ok;
  }
  if (auto ok = check_size("the bias", tensors.bias.size(), hidden); !ok) return ok;
  for (const auto value : tensors.bias) {
    if (auto ok = check_range("a bias", value, -kMaxBias, kMaxBias); !ok) return ok;
  }
  for (std::size_t i = 0; i < tensors.features.size(); ++i) {
    if (auto ok = check_feature(i, tensors.features[i], hidden); !ok) return ok;
  }
  if (auto ok = check_range("the shift of the hidden layer", tensors.hidden_shift, 1, 16); !ok) return ok;
  if (auto ok = check_range("the shift of the outputs", tensors.output_shift, 1, 40); !ok) return ok;
  if (auto ok = check_size("the outputs' multipliers", tensors.output_multipliers.size(), tensors.outputs); !ok) {
    return ok;
  }
  for (const auto value : tensors.output_multipliers) {
    if (auto ok = check_range("an output's multiplier", value, 0, kMaxOutputMultiplier); !ok) return ok;
  }
  if (auto ok = check_size("the outputs' bias", tensors.output_bias.size(), tensors.outputs); !ok) return ok;
  for (const auto value : tensors.output_bias) {
    if (auto ok = check_range("an output's bias", value, -kMaxOutputBias, kMaxOutputBias); !ok) return ok;
  }
  if (tensors.inputs == 0) return {};
  return check_scales(tensors.multipliers, tensors.shift, tensors.inputs);
}

Result<Head> Head::create(const HeadTensors& tensors) {
  if (auto ok = check(tensors); !ok) return ok.error();
  Head made;
  if (tensors.inputs > 0) {
    auto weights = Matrix::create(tensors.hidden, tensors.inputs, tensors.weights);
    if (!weights) return weights.error();
    made.weights_ = std::move(*weights);
  }
  auto output_weights = Matrix::create(tensors.outputs, tensors.hidden, tensors.output_weights);
  if (!output_weights) return Error{"the outputs: " + output_weights.error().message};
  made.output_weights_ = std::move(*output_weights);
  if (tensors.outputs == 1) made.one_output_.assign(tensors.output_weights.begin(), tensors.output_weights.end());
  made.inputs_ = tensors.inputs;
  made.hidden_ = tensors.hidden;
  made.outputs_ = tensors.outputs;
  made.shift_ = tensors.shift;
  made.hidden_shift_ = tensors.hidden_shift;
  made.output_shift_ = tensors.output_shift;
  made.multipliers_.assign(tensors.multipliers.begin(), tensors.multipliers.end());
  made.bias_.assign(tensors.bias.begin(), tensors.bias.end());
  made.output_multipliers_.assign(tensors.output_multipliers.begin(), tensors.output_multipliers.end());
  made.output_bias_.assign(tensors.output_bias.begin(), tensors.output_bias.end());
  for (const auto& feature : tensors.features) {
    made.features_.push_back(
        {{feature.rows.begin(), feature.rows.end()}, {feature.table.begin(), feature.table.end()}});
  }
  return made;
}

Head::Scratch::Scratch(const Head& model)
    : inputs_(padded(model.inputs_)),
      hidden8_(model.hidden_),
      rows_(model.hidden_),
      products_(model.inputs_ > 0 ? model.hidden_ : 0),
      logits_(model.output_weights_.padded_rows()) {}

void Head::run(Kernel kernel, std::span<const std::uint16_t> codes, Scratch& scratch,
               std::span<std::int64_t> logits) const {
  auto& rows = scratch.rows_;
  std::ranges::copy(bias_, rows.begin());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const auto added = row(i, codes[i]);
    for (std::uint32_t j = 0; j < hidden_; ++j) rows[j] += added[j];
  }
  multiply(kernel, scratch.inputs_.data(), scratch.products_);
  finish(kernel, rows, scratch.products_, scratch, logits);
}

void Head::multiply(Kernel kernel, const std::int8_t* vectors, std::span<std::int32_t> products) const {
  // The hidden width is a multiple of 16, so that no row is padded.
  if (inputs_ > 0) weights_.multiply(kernel, vectors, products.data());
}

void Head::finish(Kernel kernel, std::span<const std::int32_t> rows, std::span<const std::int32_t> products,
                  Scratch& scratch, std::span<std::int64_t> logits) const {
  const auto sum = clip_for(kernel)(*this, rows.data(), products.data(), scratch.hidden8_.data());
  if (outputs_ == 1) {
    scratch.logits_[0] = sum;
  } else {
    output_weights_.multiply(kernel, scratch.hidden8_.data(), scratch.logits_.data());
  }
  const std::int64_t rounding = std::int64_t{1} << (output_shift_ - 1);
  for (std::uint32_t i = 0; i < outputs_; ++i) {
    logits[i] =
        output_bias_[i] + ((std::int64_t{scratch.logits_[i]} * output_multipliers_[i] + rounding) >> output_shift_);
  }
}

template <class Target>
WEIR_EVERY_TARGET std::int32_t Head::clip_body(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                               std::int8_t* out) {
  typename Target::Lanes sums{};
  for (std::size_t block = 0; block < head.hidden_; block += Target::kLanes) {
    typename Target::Lanes lanes;
    load(rows + block, lanes);
    if (head.inputs_ > 0) {
      typename Target::Lanes product, multiplier;
      load(products + block, product);
      load(head.multipliers_.data() + block, multiplier);
      lanes += (product * multiplier + (1 << (head.shift_ - 1))) >> head.shift_;
    }
    lanes = (lanes + (1 << (head.hidden_shift_ - 1))) >> head.hidden_shift_;
    clamp(lanes, 0, 127);
    if (head.outputs_ == 1) {
      typename Target::Lanes weights{};
      add<Target>(head.one_output_.data() + block, weights);
      sums += lanes * weights;
    } else {
      store_bytes<Target>(lanes, out + block);
    }
  }
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < Target::kLanes; ++i) sum += sums[i];
  return sum;
}

std::int32_t Head::clip_portable(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                 std::int8_t* out) {
  return clip_body<PortableTarget>(head, rows, products, out);
}
#if defined(__x86_64__)
WEIR_TARGET_AVX2 std::int32_t Head::clip_avx2(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                              std::int8_t* out) {
  return clip_body<Avx2Target>(head, rows, products, out);
}
WEIR_TARGET_VNNI std::int32_t Head::clip_vnni(const Head& head, const std::int32_t* rows, const std::int32_t* products,
                                              std::int8_t* out) {
  return clip_body<VnniTarget>(head, rows, products, out);
}
#endif

Head::Clip Head::clip_for(Kernel kernel) {
  switch (kernel) {
#if defined(__x86_64__)
    case Kernel::kVnni:
      return clip_vnni;
    case Kernel::kAvx2:
      return clip_avx2;
#else
    case Kernel::kVnni:
    case Kernel::kAvx2:
#endif
    case Kernel::kPortable:
      break;
  }
  return clip_portable;
}

}  // namespace weir::models
