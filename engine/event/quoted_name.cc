#include "engine/event/quoted_name.h"

#include <algorithm>

namespace weir::event {

QuotedName::QuotedName(std::string_view name) {
  const bool is_plain = std::none_of(
      name.begin(), name.end(), [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  if (!is_plain || name.size() + 1 > kReadable) {
    mask_[0] = ~std::uint64_t{0};  // eight zero bytes, which no text begins with
    return;
  }
  std::array<char, kReadable> bytes{};
  std::array<char, kReadable> mask{};
  std::copy(name.begin(), name.end(), bytes.begin());
  bytes[name.size()] = '"';
  std::fill_n(mask.begin(), name.size() + 1, static_cast<char>(0xFF));
  std::memcpy(bytes_.data(), bytes.data(), kReadable);
  std::memcpy(mask_.data(), mask.data(), kReadable);
  long_ = name.size() + 1 > 16;
}

}  // namespace weir::event
