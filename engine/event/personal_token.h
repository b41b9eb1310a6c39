// Personal text enters the core as a token only: the first 16 bytes of HMAC-SHA-256(key, domain || 0x00 || text) in
// lower-case hexadecimal. The same text in the same domain gives the same token, and no way leads back without the key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/sha256.h"

namespace weir::event {

inline constexpr std::size_t kTokenChars = 32;

// One per thread.
class PersonalTokens {
 public:
  // `key` may be empty only if no token is ever asked for.
  explicit PersonalTokens(std::string_view key);

  // The view lives until the next call.
  std::string_view token(std::string_view domain, std::string_view text);

 private:
  bool has_key_;
  HmacSha256 hmac_;
  std::string message_;
  std::string token_;
};

}  // namespace weir::event
