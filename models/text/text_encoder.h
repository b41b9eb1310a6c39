// A text as the mean of the rows that its n-grams have in a table (Joulin and others, "Bag of tricks", 2016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/aligned.h"

namespace weir::models {

struct TextTensors {
  std::uint32_t width = 0;             // D, a multiple of 16, 16 to 256
  std::span<const std::int8_t> table;  // buckets x D, each -127 to 127; a power of two of buckets
  // One for each number of n-grams from 1 on, up to as many as a text may have: from a sum to 1/127, times 2^shift.
  std::span<const std::int32_t> multipliers;
  int shift = 0;
};

class TextEncoder {
 public:
  static constexpr std::uint32_t kMaxWidth = 256;
  static constexpr std::size_t kMaxBuckets = std::size_t{1} << 22;
  static constexpr std::size_t kMaxGrams = 1024;

  static Result<TextEncoder> create(const TextTensors& tensors);

  std::uint32_t width() const { return width_; }
  std::uint32_t buckets() const { return buckets_; }
  std::size_t max_grams() const { return multipliers_.size(); }

  // `grams`: 1 to max_grams() buckets, each below buckets(). `out`: width() values, -127 to 127.
  // `sums`: width() values for its own use.
  void encode(std::span<const std::uint32_t> grams, std::span<std::int32_t> sums, std::int8_t* out) const;

 private:
  std::uint32_t width_ = 0;
  std::uint32_t buckets_ = 0;
  int shift_ = 0;
  AlignedVector<std::int8_t> table_;
  std::vector<std::int32_t> multipliers_;
};

}  // namespace weir::models
