#include "ops/command/array_file.h"

#include <bit>
#include <utility>

#include "engine/base/check.h"

namespace weir::command {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are written as they stand in memory");

constexpr std::size_t kHeaderBytes = 128;  // room for any shape, and a multiple of 64 as the format wants
constexpr std::size_t kBufferBytes = 1 << 20;

std::string header(const std::string& type, std::uint64_t rows, const std::vector<std::uint64_t>& row_shape) {
  std::string shape = std::to_string(rows) + ",";
  for (const auto size : row_shape) shape += " " + std::to_string(size) + ",";
  if (!row_shape.empty()) shape.pop_back();
  std::string text("\x93NUMPY\x01\x00", 8);
  constexpr auto kTextBytes = kHeaderBytes - 10;
  text.push_back(static_cast<char>(kTextBytes & 0xFFU));
  text.push_back(static_cast<char>(kTextBytes >> 8U));
  text += "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  WEIR_CHECK(text.size() < kHeaderBytes, "an array's header has room");
  text.append(kHeaderBytes - 1 - text.size(), ' ');
  return text + "\n";
}

}  // namespace

ArrayFile::ArrayFile(std::string path, std::string_view type, std::vector<std::uint64_t> row_shape)
    : path_(std::move(path)), type_(type), row_shape_(std::move(row_shape)), file_(path_, std::ios::binary) {
  buffer_.reserve(kBufferBytes);
  const auto text = header(type_, 0, row_shape_);
  append(std::span<const char>(text));
}

void ArrayFile::append_bytes(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void ArrayFile::flush() {
  file_.write(reinterpret_cast<const char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

Status ArrayFile::close(std::uint64_t rows) {
  flush();
  const auto text = header(type_, rows, row_shape_);
  file_.seekp(0);
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  file_.close();
  if (file_.fail()) return Error{"can't write " + path_};
  return {};
}

}  // namespace weir::command
