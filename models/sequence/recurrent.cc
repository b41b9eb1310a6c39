#include "models/sequence/recurrent.h"

#include <algorithm>
#include <string>

#include "models/kernels/fixed_point.h"

namespace weir::models {
namespace {

constexpr std::int32_t kMaxBias = 1 << 24;
constexpr std::int32_t kHalf = 1 << 14;
constexpr std::int32_t kMaxProduct = 1 << 15;  // In 2^-kPreBits: 32, where any gate has long been flat.

Status check_size(const char* what, std::size_t size, std::size_t wanted) {
  if (size == wanted) return {};
  return Error{std::string(what) + " has " + std::to_string(size) + " values; " + std::to_string(wanted) +
               " are needed"};
}

Status check_bias(const char* what, std::span<const std::int32_t> values) {
  for (const auto value : values) {
    if (value < -kMaxBias || value > kMaxBias) return Error{std::string(what) + " holds a value beyond 2^24"};
  }
  return {};
}

Status check(const RecurrentTensors& tensors) {
  const std::size_t width = tensors.width;
  if (width == 0 || width > Recurrent::kMaxWidth || width % 16 != 0) {
    return Error{"a width of " + std::to_string(width) + "; a multiple of 16 up to " +
                 std::to_string(Recurrent::kMaxWidth) + " is possible"};
  }
  if (tensors.fields.empty() || tensors.fields.size() > Recurrent::kMaxFields) {
    return Error{std::to_string(tensors.fields.size()) + " fields of an event; 1 to " +
                 std::to_string(Recurrent::kMaxFields) + " are possible"};
  }
  for (const auto& field : tensors.fields) {
    if (field.empty() || field.size() % (3 * width) != 0 || field.size() / (3 * width) > 65536) {
      return Error{"the table of a field has " + std::to_string(field.size()) + " values: 1 to 65536 rows of " +
                   std::to_string(3 * width) + " are possible"};
    }
  }
  if (auto ok = check_size("the weights", tensors.weights.size(), 3 * width * width); !ok) return ok;
  if (auto ok = check_size("the multipliers", tensors.multipliers.size(), 3 * width); !ok) return ok;
  if (auto ok = check_size("the bias", tensors.bias.size(), 3 * width); !ok) return ok;
  if (auto ok = check_size("the candidate's bias", tensors.candidate_bias.size(), width); !ok) return ok;
  if (auto ok = check_bias("the bias", tensors.bias); !ok) return ok;
  if (auto ok = check_bias("the candidate's bias", tensors.candidate_bias); !ok) return ok;
  return check_scales(tensors.multipliers, tensors.shift, tensors.width);
}

}  // namespace

Result<Recurrent> Recurrent::create(const RecurrentTensors& tensors) {
  if (auto ok = check(tensors); !ok) return ok.error();
  auto weights = Matrix::create(3 * tensors.width, tensors.width, tensors.weights);
  if (!weights) return weights.error();
  auto sigmoid = Nonlinearity::create(tensors.sigmoid);
  if (!sigmoid) return Error{"the sigmoid: " + sigmoid.error().message};
  if (tensors.sigmoid.front() < 0) return Error{"the sigmoid: entry 0 is below 0"};
  auto tanh = Nonlinearity::create(tensors.tanh);
  if (!tanh) return Error{"the hyperbolic tangent: " + tanh.error().message};

  Recurrent made;
  made.width_ = tensors.width;
  made.shift_ = tensors.shift;
  made.weights_ = std::move(*weights);
  made.multipliers_.assign(tensors.multipliers.begin(), tensors.multipliers.end());
  made.bias_.assign(tensors.bias.begin(), tensors.bias.end());
  made.candidate_bias_.assign(tensors.candidate_bias.begin(), tensors.candidate_bias.end());
  made.sigmoid_ = *sigmoid;
  made.tanh_ = *tanh;
  for (const auto& field : tensors.fields) {
    made.codes_.push_back(static_cast<std::uint32_t>(field.size() / (3 * tensors.width)));
    made.tables_.emplace_back(field.begin(), field.end());
  }
  return made;
}

Recurrent::Scratch::Scratch(const Recurrent& model)
    : input_(3 * std::size_t{model.width_}),
      product_(model.weights_.padded_rows()),
      state_(model.width_),
      state8_(model.weights_.padded_columns()) {}

void Recurrent::run(Kernel kernel, std::span<const std::uint16_t> events, Scratch& scratch, std::int8_t* state) const {
  const auto step = step_for(kernel);
  std::ranges::fill(scratch.state_, 0);
  std::ranges::fill(scratch.state8_, std::int8_t{0});
  for (std::size_t at = 0; at + codes_.size() <= events.size(); at += codes_.size()) {
    step(*this, events.data() + at, scratch);
  }
  std::copy_n(scratch.state8_.begin(), width_, state);
}

// The input needs no state, so the CPU works on it while it waits for the step before.
template <class Target>
WEIR_EVERY_TARGET void Recurrent::step_body(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch) {
  model.add_input<Target>(codes, scratch.input_.data());
  model.weights_.multiply(Target::kKernel, scratch.state8_.data(), scratch.product_.data());
  const std::size_t width = model.width_;
  auto* input = scratch.input_.data();
  const auto* product = scratch.product_.data();
  // All gates first: a look-up takes its time, and these don't wait for each other.
  for (std::size_t block = 0; block < 2 * width; block += Target::kLanes) {
    typename Target::Lanes gate;
    load(input + block, gate);
    model.add_recurrent<Target>(block, product, gate);
    model.sigmoid_.apply<Target>(gate);
    store(gate, input + block);
  }
  for (std::size_t block = 0; block < width; block += Target::kLanes) {
    typename Target::Lanes r, z, n, u, h;
    load(input + block, r);
    load(input + width + block, z);
    load(input + 2 * width + block, n);
    load(model.candidate_bias_.data() + block, u);
    model.add_recurrent<Target>(2 * width + block, product, u);
    clamp(u, -kMaxProduct, kMaxProduct);
    n += (r * u + kHalf) >> 15;
    model.tanh_.apply<Target>(n);
    load(scratch.state_.data() + block, h);
    // h - n may need 17 bits, and times z 32: halved before, it fits.
    h = n + ((z * ((h - n) >> 1) + kHalf / 2) >> 14);
    store(h, scratch.state_.data() + block);
    h = (h + (1 << 7)) >> 8;
    clamp(h, -127, 127);
    store_bytes<Target>(h, scratch.state8_.data() + block);
  }
}

template <class Target>
WEIR_EVERY_TARGET void Recurrent::add_input(const std::uint16_t* codes, std::int32_t* input) const {
  const std::size_t row = 3 * std::size_t{width_};
  const std::size_t fields = tables_.size();
  const std::int16_t* rows[kMaxFields];
  for (std::size_t field = 0; field < fields; ++field) rows[field] = tables_[field].data() + codes[field] * row;
  // Three blocks at once, so that looking a field's row up is paid once for all of them: a row is 3 * width long.
  constexpr std::size_t kLanes = Target::kLanes;
  for (std::size_t at = 0; at < row; at += 3 * kLanes) {
    typename Target::Lanes first, second, third;
    load(bias_.data() + at, first);
    load(bias_.data() + at + kLanes, second);
    load(bias_.data() + at + 2 * kLanes, third);
    for (std::size_t field = 0; field < fields; ++field) {
      add<Target>(rows[field] + at, first);
      add<Target>(rows[field] + at + kLanes, second);
      add<Target>(rows[field] + at + 2 * kLanes, third);
    }
    store(first, input + at);
    store(second, input + at + kLanes);
    store(third, input + at + 2 * kLanes);
  }
}

template <class Target>
WEIR_EVERY_TARGET void Recurrent::add_recurrent(std::size_t at, const std::int32_t* product,
                                                typename Target::Lanes& lanes) const {
  typename Target::Lanes sum, multiplier;
  load(product + at, sum);
  load(multipliers_.data() + at, multiplier);
  lanes += (sum * multiplier + (1 << (shift_ - 1))) >> shift_;
}

void Recurrent::step_portable(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch) {
  step_body<PortableTarget>(model, codes, scratch);
}
#if defined(__x86_64__)
WEIR_TARGET_AVX2 void Recurrent::step_avx2(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch) {
  step_body<Avx2Target>(model, codes, scratch);
}
WEIR_TARGET_VNNI void Recurrent::step_vnni(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch) {
  step_body<VnniTarget>(model, codes, scratch);
}
#endif

Recurrent::Step Recurrent::step_for(Kernel kernel) {
  switch (kernel) {
#if defined(__x86_64__)
    case Kernel::kVnni:
      return step_vnni;
    case Kernel::kAvx2:
      return step_avx2;
#else
    case Kernel::kVnni:
    case Kernel::kAvx2:
#endif
    case Kernel::kPortable:
      break;
  }
  return step_portable;
}

}  // namespace weir::models
