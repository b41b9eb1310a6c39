// Bytes as text (RFC 4648, section 4: with padding, no line breaks).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

constexpr std::size_t base64_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// Writes base64_size() characters to `out`, and a NUL behind them.
void encode_base64(std::string_view bytes, char* out);

// Only what encode_base64() writes: anything else is nothing.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace weir
