// The bytes of a file, decompressed if its first bytes say that it is gzip, xz or zstd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace weir::event {

class ByteStream {
 public:
  // "-" is stdin.
  static Result<ByteStream> open(const std::string& path);
  ~ByteStream();
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;

  // Up to `size` bytes to `out`; 0 is the end. Fails on I/O errors and on compressed data that is corrupt, cut short or
  // followed by something else.
  Result<std::size_t> read(char* out, std::size_t size);

  std::uint64_t bytes_read() const;   // of the file as stored
  std::uint64_t bytes_total() const;  // 0 if not known

 private:
  struct State;
  explicit ByteStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::event
