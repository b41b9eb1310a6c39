// A JSON member name as it stands in a record, with its closing quote, compared with a text in a few machine words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::event {

class QuotedName {
 public:
  static constexpr std::size_t kReadable = 32;

  // A name that with its quote has more than kReadable bytes, or that JSON must escape, never matches.
  explicit QuotedName(std::string_view name = {});

  // Whether `text`, the inside of a string without bare control characters, begins with it. kReadable bytes must be
  // readable there.
  bool begins(const char* text) const {
    if ((difference(text, 0) | difference(text, 1)) != 0) return false;
    return !long_ || (difference(text, 2) | difference(text, 3)) == 0;
  }

 private:
  std::uint64_t difference(const char* text, std::size_t i) const {
    std::uint64_t word = 0;
    std::memcpy(&word, text + 8 * i, 8);
    return (word ^ bytes_[i]) & mask_[i];
  }

  std::array<std::uint64_t, kReadable / 8> bytes_{};
  std::array<std::uint64_t, kReadable / 8> mask_{};
  bool long_ = false;
};

}  // namespace weir::event
