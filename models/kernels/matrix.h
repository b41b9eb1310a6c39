// An int8 matrix times an int8 vector in int32. Nothing is rounded and nothing can overflow, so every kernel gives the
// same sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.h"
#include "models/kernels/aligned.h"
#include "models/kernels/kernel.h"

namespace weir::models {

class Matrix {
 public:
  static constexpr std::uint32_t kMaxRows = 4096;
  static constexpr std::uint32_t kMaxColumns = 4096;

  // `weights`: rows x columns, row by row, each from -127 to 127: of -128, one kernel could not take the sign away.
  static Result<Matrix> create(std::uint32_t rows, std::uint32_t columns, std::span<const std::int8_t> weights);

  std::uint32_t rows() const { return rows_; }
  std::uint32_t columns() const { return columns_; }
  std::size_t padded_rows() const { return blocks_ * kBlockRows; }
  std::size_t padded_columns() const { return groups_ * kGroupColumns; }

  // `x`: padded_columns() values from -127 to 127, zero behind columns(). `y`: padded_rows() values, overwritten; zero
  // behind rows().
  void multiply(Kernel kernel, const std::int8_t* x, std::int32_t* y) const;

 private:
  // Sixteen rows by four columns are one 512-bit register: a product needs no sum across a register.
  static constexpr std::size_t kBlockRows = 16;
  static constexpr std::size_t kGroupColumns = 4;
  static constexpr std::size_t kTile = kBlockRows * kGroupColumns;

  void multiply_portable(const std::int8_t* x, std::int32_t* y) const;
#if defined(__x86_64__)
  void multiply_avx2(const std::int8_t* x, std::int32_t* y) const;
  void multiply_vnni(const std::int8_t* x, std::int32_t* y) const;
#endif

  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
  std::size_t blocks_ = 0;
  std::size_t groups_ = 0;
  AlignedVector<std::int8_t> tiles_;    // block, group, row, column
  AlignedVector<std::int32_t> offset_;  // -128 times the sum of a row: VNNI takes x + 128, which is unsigned
};

}  // namespace weir::models
