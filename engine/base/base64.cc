#include "engine/base/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace weir {
namespace {

// OpenSSL counts in int.
constexpr std::size_t kPieceBytes = std::size_t{3} << 20;
constexpr std::size_t kPieceCharacters = base64_size(kPieceBytes);

}  // namespace

void encode_base64(std::string_view bytes, char* out) {
  *out = '\0';
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    const auto piece = bytes.substr(at, kPieceBytes);
    out += EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out), reinterpret_cast<const unsigned char*>(piece.data()),
                           static_cast<int>(piece.size()));
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  for (std::size_t at = 0; at < text.size(); at += kPieceCharacters) {
    const auto piece = text.substr(at, kPieceCharacters);
    const int size =
        EVP_DecodeBlock(out, reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size()));
    if (size < 0) return std::nullopt;
    out += size;
  }
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  bytes.resize(bytes.size() - padding);
  // OpenSSL is lenient about white space and stray bits.
  std::string again(text.size() + 1, '\0');
  encode_base64(bytes, again.data());
  if (std::string_view(again).substr(0, text.size()) != text) return std::nullopt;
  return bytes;
}

}  // namespace weir
