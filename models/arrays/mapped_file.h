// A file's bytes in memory as the system maps them: read when first touched, shared by whoever reads the same file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir::models {

class MappedFile {
 public:
  // The file must not be made shorter while it is mapped: touching what is gone would end the process.
  static Result<MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}

  const char* data_ = nullptr;  // null for an empty file
  std::size_t size_ = 0;
};

}  // namespace weir::models
