// A NumPy array in a file (.npy, format 1.0), written row by row: any number of rows of one shape, little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace weir::command {

class ArrayFile {
 public:
  // `type` as NumPy writes it: "<f4". `row_shape`: empty for one number a row. Writes over a file of this name.
  ArrayFile(std::string path, std::string_view type, std::vector<std::uint64_t> row_shape);

  // Elements in row order.
  template <class T>
  void append(std::span<const T> elements) {
    append_bytes(std::as_bytes(elements));
  }

  // Whether all could be written so far; a failure may show late.
  bool good() const { return !file_.fail(); }
  // The header, which says how many rows there are, and all that is not written yet.
  Status close(std::uint64_t rows);

 private:
  void append_bytes(std::span<const std::byte> bytes);
  void flush();

  std::string path_;
  std::string type_;
  std::vector<std::uint64_t> row_shape_;
  std::ofstream file_;
  std::vector<std::byte> buffer_;
};

}  // namespace weir::command
