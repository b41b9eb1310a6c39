// SHA-256 and HMAC-SHA-256 through OpenSSL, with contexts that are made once and reused.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

using Digest = std::array<std::uint8_t, 32>;

// One per thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Digest hash(std::string_view bytes);
  // SHA-256 of `prefix` byte followed by `bytes`: RFC 6962's leaf hash has prefix 0x00.
  Digest hash_with_prefix(std::uint8_t prefix, std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC-SHA-256 (RFC 2104) with a key that is set once. One per thread.
class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;
  Digest authenticate(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

void append_hex(std::string& out, std::string_view bytes);
std::string hex(const Digest& digest);
// Lower or upper case; false if `text` is not exactly 64 hexadecimal digits.
bool parse_hex(std::string_view text, Digest& out);

}  // namespace weir
