#include "models/kernels/matrix.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <string>

namespace weir::models {
namespace {

// Four int8 of x as the one int32 that is broadcast to all rows of a tile.
std::int32_t four(const std::int8_t* x) {
  std::int32_t value;
  std::memcpy(&value, x, sizeof value);
  return value;
}

}  // namespace

Result<Matrix> Matrix::create(std::uint32_t rows, std::uint32_t columns, std::span<const std::int8_t> weights) {
  if (rows == 0 || rows > kMaxRows || columns == 0 || columns > kMaxColumns) {
    return Error{"a matrix of " + std::to_string(rows) + " x " + std::to_string(columns) + "; 1 to " +
                 std::to_string(kMaxRows) + " each are possible"};
  }
  if (weights.size() != static_cast<std::size_t>(rows) * columns) {
    return Error{std::to_string(weights.size()) + " weights for a matrix of " + std::to_string(rows) + " x " +
                 std::to_string(columns)};
  }
  if (std::ranges::find(weights, std::int8_t{-128}) != weights.end()) {
    return Error{"a weight is -128; -127 to 127 are possible"};
  }
  Matrix made;
  made.rows_ = rows;
  made.columns_ = columns;
  made.blocks_ = (rows + kBlockRows - 1) / kBlockRows;
  made.groups_ = (columns + kGroupColumns - 1) / kGroupColumns;
  made.tiles_.assign(made.blocks_ * made.groups_ * kTile, 0);
  made.offset_.assign(made.padded_rows(), 0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const auto weight = weights[row * columns + column];
      const auto tile = row / kBlockRows * made.groups_ + column / kGroupColumns;
      made.tiles_[tile * kTile + row % kBlockRows * kGroupColumns + column % kGroupColumns] = weight;
      made.offset_[row] -= 128 * weight;
    }
  }
  return made;
}

void Matrix::multiply(Kernel kernel, const std::int8_t* x, std::int32_t* y) const {
  switch (kernel) {
#if defined(__x86_64__)
    case Kernel::kVnni:
      return multiply_vnni(x, y);
    case Kernel::kAvx2:
      return multiply_avx2(x, y);
#else
    case Kernel::kVnni:
    case Kernel::kAvx2:
#endif
    case Kernel::kPortable:
      return multiply_portable(x, y);
  }
}

void Matrix::multiply_portable(const std::int8_t* x, std::int32_t* y) const {
  const auto* tile = tiles_.data();
  for (std::size_t block = 0; block < blocks_; ++block) {
    std::int32_t sums[kBlockRows] = {};
    for (std::size_t group = 0; group < groups_; ++group, tile += kTile) {
      for (std::size_t row = 0; row < kBlockRows; ++row) {
        for (std::size_t column = 0; column < kGroupColumns; ++column) {
          sums[row] += tile[row * kGroupColumns + column] * x[group * kGroupColumns + column];
        }
      }
    }
    std::copy(std::begin(sums), std::end(sums), y + block * kBlockRows);
  }
}

#if defined(__x86_64__)
// vpmaddubsw wants one factor unsigned and saturates at 16 bits: |x| times the weight with the sign of x is the same
// product, and two of at most 127 * 127 fit.
WEIR_TARGET_AVX2 void Matrix::multiply_avx2(const std::int8_t* x, std::int32_t* y) const {
  const __m256i ones = _mm256_set1_epi16(1);
  const auto* tile = tiles_.data();
  for (std::size_t block = 0; block < blocks_; ++block) {
    __m256i low = _mm256_setzero_si256();
    __m256i high = _mm256_setzero_si256();
    for (std::size_t group = 0; group < groups_; ++group, tile += kTile) {
      const __m256i factor = _mm256_set1_epi32(four(x + group * kGroupColumns));
      const __m256i size = _mm256_abs_epi8(factor);
      const __m256i first = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile));
      const __m256i second = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile + kTile / 2));
      const __m256i pairs_low = _mm256_maddubs_epi16(size, _mm256_sign_epi8(first, factor));
      const __m256i pairs_high = _mm256_maddubs_epi16(size, _mm256_sign_epi8(second, factor));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(pairs_low, ones));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(pairs_high, ones));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + block * kBlockRows), low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + block * kBlockRows + 8), high);
  }
}

WEIR_TARGET_VNNI void Matrix::multiply_vnni(const std::int8_t* x, std::int32_t* y) const {
  const __m512i flip = _mm512_set1_epi8(static_cast<char>(0x80));
  const auto* tile = tiles_.data();
  for (std::size_t block = 0; block < blocks_; ++block) {
    __m512i even = _mm512_load_si512(offset_.data() + block * kBlockRows);
    __m512i odd = _mm512_setzero_si512();  // Two sums, so that one product need not wait for the other.
    std::size_t group = 0;
    for (; group + 2 <= groups_; group += 2, tile += 2 * kTile) {
      const __m512i one = _mm512_xor_si512(_mm512_set1_epi32(four(x + group * kGroupColumns)), flip);
      const __m512i two = _mm512_xor_si512(_mm512_set1_epi32(four(x + (group + 1) * kGroupColumns)), flip);
      even = _mm512_dpbusd_epi32(even, one, _mm512_load_si512(tile));
      odd = _mm512_dpbusd_epi32(odd, two, _mm512_load_si512(tile + kTile));
    }
    if (group < groups_) {
      const __m512i one = _mm512_xor_si512(_mm512_set1_epi32(four(x + group * kGroupColumns)), flip);
      even = _mm512_dpbusd_epi32(even, one, _mm512_load_si512(tile));
      tile += kTile;
    }
    _mm512_storeu_si512(y + block * kBlockRows, _mm512_add_epi32(even, odd));
  }
}
#endif

}  // namespace weir::models
