// Unsigned integers in groups of seven bits, least significant first, and signed ones folded to small unsigned ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::history {

inline std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// Writes varint_size(value) bytes.
inline std::size_t write_varint(char* at, std::uint64_t value) {
  std::size_t size = 0;
  for (; value >= 0x80; value >>= 7) at[size++] = static_cast<char>(value | 0x80);
  at[size++] = static_cast<char>(value);
  return size;
}

inline void append_varint(std::string& out, std::uint64_t value) {
  char bytes[10];
  out.append(bytes, write_varint(bytes, value));
}

// Reads what write_varint wrote; returns how many bytes.
inline std::size_t read_varint(const char* at, std::uint64_t& value) {
  value = 0;
  std::size_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(at[size++]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return size;
  }
}

inline std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1))); }

}  // namespace weir::history
