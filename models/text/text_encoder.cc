#include "models/text/text_encoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

#include "models/kernels/fixed_point.h"

namespace weir::models {
namespace {

// Sixteen columns of a row, as eight times two: the odd ones are the upper halves of int16.
constexpr std::uint32_t kColumns = 16;
using ShortLanes = std::int16_t __attribute__((vector_size(kColumns)));
static_assert(std::endian::native == std::endian::little);
// For so many n-grams a sum fits 16 bits: 256 times 127.
constexpr std::size_t kShortSums = 256;

Status check(const TextTensors& tensors) {
  const std::size_t width = tensors.width;
  if (width == 0 || width > TextEncoder::kMaxWidth || width % 16 != 0) {
    return Error{"a width of " + std::to_string(width) + "; a multiple of 16 up to " +
                 std::to_string(TextEncoder::kMaxWidth) + " is possible"};
  }
  const auto buckets = tensors.table.size() / width;
  if (tensors.table.size() % width != 0 || !std::has_single_bit(buckets) || buckets > TextEncoder::kMaxBuckets) {
    return Error{"a table of " + std::to_string(tensors.table.size()) + " values: a power of two of rows of " +
                 std::to_string(width) + ", up to " + std::to_string(TextEncoder::kMaxBuckets) + ", is possible"};
  }
  if (std::ranges::find(tensors.table, std::int8_t{-128}) != tensors.table.end()) {
    return Error{"a value of the table is -128; -127 to 127 are possible"};
  }
  if (tensors.multipliers.empty() || tensors.multipliers.size() > TextEncoder::kMaxGrams) {
    return Error{std::to_string(tensors.multipliers.size()) + " multipliers; 1 to " +
                 std::to_string(TextEncoder::kMaxGrams) + " are possible"};
  }
  if (tensors.shift < 1 || tensors.shift > 30) {
    return Error{"a shift of " + std::to_string(tensors.shift) + "; 1 to 30 are possible"};
  }
  for (std::size_t i = 0; i < tensors.multipliers.size(); ++i) {
    const std::int64_t largest = std::int64_t{127} * static_cast<std::int64_t>(i + 1) * tensors.multipliers[i] +
                                 (std::int64_t{1} << (tensors.shift - 1));
    if (tensors.multipliers[i] < 0 || largest > std::numeric_limits<std::int32_t>::max()) {
      return Error{"the multiplier for " + std::to_string(i + 1) + " n-grams may overflow"};
    }
  }
  return {};
}

}  // namespace

Result<TextEncoder> TextEncoder::create(const TextTensors& tensors) {
  if (auto ok = check(tensors); !ok) return ok.error();
  TextEncoder made;
  made.width_ = tensors.width;
  made.buckets_ = static_cast<std::uint32_t>(tensors.table.size() / tensors.width);
  made.shift_ = tensors.shift;
  made.table_.assign(tensors.table.begin(), tensors.table.end());
  made.multipliers_.assign(tensors.multipliers.begin(), tensors.multipliers.end());
  return made;
}

void TextEncoder::encode(std::span<const std::uint32_t> grams, std::span<std::int32_t> sums, std::int8_t* out) const {
  const auto multiplier = multipliers_[grams.size() - 1];
  std::ranges::fill(sums, 0);
  for (; !grams.empty(); grams = grams.subspan(std::min(grams.size(), kShortSums))) {
    const auto some = grams.first(std::min(grams.size(), kShortSums));
    for (std::uint32_t column = 0; column < width_; column += kColumns) {
      ShortLanes even{}, odd{};
      for (const auto gram : some) {
        ShortLanes row;
        std::memcpy(&row, table_.data() + std::size_t{gram} * width_ + column, sizeof row);
        even += row << 8 >> 8;
        odd += row >> 8;
      }
      for (std::uint32_t i = 0; i < kColumns; i += 2) {
        sums[column + i] += even[i / 2];
        sums[column + i + 1] += odd[i / 2];
      }
    }
  }
  for (std::uint32_t i = 0; i < width_; ++i) out[i] = to_int8(rescale(sums[i], multiplier, shift_));
}

}  // namespace weir::models
