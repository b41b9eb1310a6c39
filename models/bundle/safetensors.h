// Reads the safetensors format (Hugging Face, format of 2022): eight bytes with the length of a JSON header, the
// header, the tensors' bytes one behind the other. Everything is checked before it is used: a file is an outside input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/float32.h"

namespace weir::models {

enum class TensorType : std::uint8_t { kI8, kU8, kI16, kU16, kI32, kU32, kI64, kF32 };

template <class T>
struct TensorTypeOf;
template <>
struct TensorTypeOf<std::int8_t> {
  static constexpr auto kType = TensorType::kI8;
};
template <>
struct TensorTypeOf<std::uint8_t> {
  static constexpr auto kType = TensorType::kU8;
};
template <>
struct TensorTypeOf<std::int16_t> {
  static constexpr auto kType = TensorType::kI16;
};
template <>
struct TensorTypeOf<std::uint16_t> {
  static constexpr auto kType = TensorType::kU16;
};
template <>
struct TensorTypeOf<std::int32_t> {
  static constexpr auto kType = TensorType::kI32;
};
template <>
struct TensorTypeOf<std::uint32_t> {
  static constexpr auto kType = TensorType::kU32;
};
template <>
struct TensorTypeOf<std::int64_t> {
  static constexpr auto kType = TensorType::kI64;
};
template <>
struct TensorTypeOf<Float32> {
  static constexpr auto kType = TensorType::kF32;
};

class SafeTensors {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
  static constexpr std::size_t kMaxTensors = 10000;

  // Keeps views into `file`. Only the types above are taken; the tensors must cover the file without a gap.
  static Result<SafeTensors> parse(std::string_view file);

  // The header's texts about the file; empty if there is none of that name.
  std::string_view metadata(std::string_view name) const;
  bool has(const std::string& name) const { return tensors_.contains(name); }

  // A tensor's values, row by row. If it is missing, or of another type, the result is empty and fault() names the
  // first such tensor: read everything, then ask once.
  template <class T>
  std::vector<T> values(const std::string& name) {
    const auto bytes = take(name, TensorTypeOf<T>::kType);
    std::vector<T> copy(bytes.size() / sizeof(T));
    if (!copy.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
  }
  // A tensor of one value; 0 if there is none.
  template <class T>
  T value(const std::string& name) {
    const auto all = values<T>(name);
    if (all.size() == 1) return all.front();
    if (fault_.empty()) fault_ = "tensor \"" + name + "\" does not hold one value";
    return T{};
  }
  const std::vector<std::uint64_t>& shape(const std::string& name) const;

  const std::string& fault() const { return fault_; }
  // A tensor that was never read; empty if there is none.
  std::string unread() const;

 private:
  struct Tensor {
    TensorType type = TensorType::kI8;
    std::vector<std::uint64_t> shape;
    std::string_view bytes;
    bool read = false;
  };
  friend class HeaderReader;
  std::string_view take(const std::string& name, TensorType type);

  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::string, std::less<>> metadata_;
  std::string fault_;
};

}  // namespace weir::models
