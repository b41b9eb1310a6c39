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
namespace {

// `tiles`: of kBlocks blocks, `y`: where their sums go. Several blocks at once share what x needs, and no product waits
// for the one before.
//
// vpmaddubsw wants one factor unsigned and saturates at 16 bits: |x| times the weight with the sign of x is the same
// product, and two of at most 127 * 127 fit.
template <std::size_t kBlocks>
WEIR_TARGET_AVX2 void add_blocks_avx2(const std::int8_t* tiles, std::size_t groups, const std::int8_t* x,
                                      std::int32_t* y) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i sums[2 * kBlocks];
#pragma GCC unroll 8
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (std::size_t group = 0; group < groups; ++group) {
    const __m256i factor = _mm256_set1_epi32(four(x + 4 * group));
    const __m256i size = _mm256_abs_epi8(factor);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < 2 * kBlocks; ++i) {
      const auto* half = tiles + (i / 2 * groups + group) * 64 + i % 2 * 32;
      const __m256i weights = _mm256_load_si256(reinterpret_cast<const __m256i*>(half));
      const __m256i pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(weights, factor));
      sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, ones));
    }
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 2 * kBlocks; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + 8 * i), sums[i]);
}

// As add_blocks_avx2; x + 128 is unsigned, and `offset` takes away what it is too much.
template <std::size_t kBlocks>
WEIR_TARGET_VNNI void add_blocks_vnni(const std::int8_t* tiles, std::size_t groups, const std::int8_t* x,
                                      const std::int32_t* offset, std::int32_t* y) {
  const __m512i flip = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i sums[kBlocks];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < kBlocks; ++i) sums[i] = _mm512_load_si512(offset + 16 * i);
  for (std::size_t group = 0; group < groups; ++group) {
    const __m512i factor = _mm512_xor_si512(_mm512_set1_epi32(four(x + 4 * group)), flip);
#pragma GCC unroll 12
    for (std::size_t i = 0; i < kBlocks; ++i) {
      sums[i] = _mm512_dpbusd_epi32(sums[i], factor, _mm512_load_si512(tiles + (i * groups + group) * 64));
    }
  }
#pragma GCC unroll 12
  for (std::size_t i = 0; i < kBlocks; ++i) _mm512_storeu_si512(y + 16 * i, sums[i]);
}

}  // namespace

WEIR_TARGET_AVX2 void Matrix::multiply_avx2(const std::int8_t* x, std::int32_t* y) const {
  std::size_t block = 0;
  const auto tiles = [&] { return tiles_.data() + block * groups_ * kTile; };
  for (; block + 4 <= blocks_; block += 4) add_blocks_avx2<4>(tiles(), groups_, x, y + block * kBlockRows);
  for (; block < blocks_; ++block) add_blocks_avx2<1>(tiles(), groups_, x, y + block * kBlockRows);
}

WEIR_TARGET_VNNI void Matrix::multiply_vnni(const std::int8_t* x, std::int32_t* y) const {
  std::size_t block = 0;
  const auto tiles = [&] { return tiles_.data() + block * groups_ * kTile; };
  const auto offset = [&] { return offset_.data() + block * kBlockRows; };
  for (; block + 12 <= blocks_; block += 12) add_blocks_vnni<12>(tiles(), groups_, x, offset(), y + block * kBlockRows);
  for (; block + 4 <= blocks_; block += 4) add_blocks_vnni<4>(tiles(), groups_, x, offset(), y + block * kBlockRows);
  for (; block < blocks_; ++block) add_blocks_vnni<1>(tiles(), groups_, x, offset(), y + block * kBlockRows);
}
#endif

}  // namespace weir::models
