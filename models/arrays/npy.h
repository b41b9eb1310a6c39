// Reads NumPy's .npy format, version 1.0: a magic text, a header of a few words, the values row by row. Little-endian
// and in C order alone. Everything is checked before it is used: a file is an outside input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "models/arrays/mapped_file.h"
#include "models/kernels/float32.h"

namespace weir::models {

// How the header writes a type.
template <class T>
struct NpyType;
template <>
struct NpyType<std::uint16_t> {
  static constexpr std::string_view kText = "<u2";
};
template <>
struct NpyType<std::uint32_t> {
  static constexpr std::string_view kText = "<u4";
};
template <>
struct NpyType<std::uint64_t> {
  static constexpr std::string_view kText = "<u8";
};
template <>
struct NpyType<std::int64_t> {
  static constexpr std::string_view kText = "<i8";
};
template <>
struct NpyType<Float32> {
  static constexpr std::string_view kText = "<f4";
};

// What the header says.
struct NpyHeader {
  std::string type;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t values_at = 0;  // first byte behind the header

  // `file`: any bytes.
  static Result<NpyHeader> read(std::string_view file);
};

class Npy {
 public:
  static constexpr std::size_t kMaxDimensions = 8;

  static Result<Npy> open(const std::string& path);

  const std::vector<std::uint64_t>& shape() const { return header_.shape; }

  // The values, row by row, valid as long as this object. Type and shape must be these.
  template <class T>
  Result<std::span<const T>> values(const std::vector<std::uint64_t>& shape) const {
    auto bytes = checked(NpyType<T>::kText, shape, sizeof(T), alignof(T));
    if (!bytes) return bytes.error();
    return std::span(reinterpret_cast<const T*>(bytes->data()), bytes->size() / sizeof(T));
  }

 private:
  Npy(std::string path, MappedFile file, NpyHeader header)
      : path_(std::move(path)), file_(std::move(file)), header_(std::move(header)) {}
  Result<std::string_view> checked(std::string_view type, const std::vector<std::uint64_t>& shape, std::size_t size,
                                   std::size_t alignment) const;

  std::string path_;
  MappedFile file_;
  NpyHeader header_;
};

}  // namespace weir::models
