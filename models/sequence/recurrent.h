// A gated recurrent unit (Cho and others, 2014; the variant with the reset gate behind the recurrent product) over the
// last events of an entity, in integers. It begins with a state of zeros at every call: nothing is carried from one
// decision to the next.
//
//   r = sigmoid(x_r + U_r h)   z = sigmoid(x_z + U_z h)   n = tanh(x_n + r (U_n h + b_n))   h' = n + z (h - n)
//
// x is the bias plus one row of a table for each field of an event: a table holds the product of a code's embedding and
// the input weights, so that no product with the input is left to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/aligned.h"
#include "models/kernels/kernel.h"
#include "models/kernels/lanes.h"
#include "models/kernels/matrix.h"
#include "models/kernels/nonlinearity.h"

namespace weir::models {

// What a Recurrent is made of. Gates stand in the order r, z, n; H is the width.
struct RecurrentTensors {
  std::uint32_t width = 0;                            // H, a multiple of 16, 16 to 256
  std::span<const std::int8_t> weights;               // U: 3H x H
  std::span<const std::int32_t> multipliers;          // 3H: from a sum of U h to 2^-kPreBits
  int shift = 0;                                      // of all of them
  std::span<const std::int32_t> bias;                 // 3H, in 2^-kPreBits, up to 2^24 either way
  std::span<const std::int32_t> candidate_bias;       // H: b_n
  std::vector<std::span<const std::int16_t>> fields;  // one a field: codes x 3H, in 2^-kPreBits
  std::span<const std::int16_t> sigmoid;              // Nonlinearity's entries, none below 0
  std::span<const std::int16_t> tanh;
};

class Recurrent {
 public:
  static constexpr std::uint32_t kMaxWidth = 256;
  static constexpr std::size_t kMaxFields = 32;

  static Result<Recurrent> create(const RecurrentTensors& tensors);

  std::uint32_t width() const { return width_; }
  std::size_t fields() const { return codes_.size(); }
  // How many codes a field has: its codes are 0 to that number less one.
  std::uint32_t codes(std::size_t field) const { return codes_[field]; }

  // One per thread.
  class Scratch {
   public:
    explicit Scratch(const Recurrent& model);

   private:
    friend class Recurrent;
    AlignedVector<std::int32_t> input_, product_, state_;
    AlignedVector<std::int8_t> state8_;
  };

  // `events`: fields() codes for each, oldest first, each below codes(field). The state after the last one goes to
  // `state`, width() values from -127 to 127 in 1/127 (after no event, zeros).
  void run(Kernel kernel, std::span<const std::uint16_t> events, Scratch& scratch, std::int8_t* state) const;

 private:
  // One event; compiled once for each target.
  using Step = void (*)(const Recurrent&, const std::uint16_t* codes, Scratch&);
  static Step step_for(Kernel kernel);
  template <class Target>
  static void step_body(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch);
  static void step_portable(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch);
#if defined(__x86_64__)
  static void step_avx2(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch);
  static void step_vnni(const Recurrent& model, const std::uint16_t* codes, Scratch& scratch);
#endif
  // All 3H rows: what the event's fields give.
  template <class Target>
  void add_input(const std::uint16_t* codes, std::int32_t* input) const;
  // Of the rows from `at` on, as many as a target has lanes: what the state gives.
  template <class Target>
  void add_recurrent(std::size_t at, const std::int32_t* product, typename Target::Lanes& lanes) const;

  std::uint32_t width_ = 0;
  int shift_ = 0;
  Matrix weights_;
  AlignedVector<std::int32_t> multipliers_, bias_, candidate_bias_;
  std::vector<std::uint32_t> codes_;
  std::vector<AlignedVector<std::int16_t>> tables_;
  Nonlinearity sigmoid_, tanh_;
};

}  // namespace weir::models
