#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include "engine/base/check.h"

namespace weir {
namespace {

constexpr std::size_t kBlockBytes = 64;

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

// Fetched once: looking the algorithm up for every hash costs a third of the hash of a kilobyte.
const EVP_MD* algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  WEIR_CHECK(md != nullptr, "OpenSSL has no SHA-256");
  return md;
}

Context make_context() {
  Context context(EVP_MD_CTX_new());
  WEIR_CHECK(context != nullptr, "out of memory");
  return context;
}

void start(EVP_MD_CTX* context) { WEIR_CHECK(EVP_DigestInit_ex(context, algorithm(), nullptr) == 1, "SHA-256 init"); }
void add(EVP_MD_CTX* context, const void* data, std::size_t size) {
  WEIR_CHECK(EVP_DigestUpdate(context, data, size) == 1, "SHA-256 update");
}
Digest finish(EVP_MD_CTX* context) {
  Digest digest;
  WEIR_CHECK(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1, "SHA-256 final");
  return digest;
}

}  // namespace

struct Sha256::State {
  Context context = make_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Digest Sha256::hash(std::string_view bytes) {
  auto* context = state_->context.get();
  start(context);
  add(context, bytes.data(), bytes.size());
  return finish(context);
}

Digest Sha256::hash_with_prefix(std::uint8_t prefix, std::string_view bytes) {
  auto* context = state_->context.get();
  start(context);
  add(context, &prefix, 1);
  add(context, bytes.data(), bytes.size());
  return finish(context);
}

// The two keyed blocks are hashed once; each authentication copies their states.
struct HmacSha256::State {
  Context inner = make_context();
  Context outer = make_context();
  Context work = make_context();
};

HmacSha256::HmacSha256(std::string_view key) : state_(std::make_unique<State>()) {
  std::array<std::uint8_t, kBlockBytes> block{};
  if (key.size() > kBlockBytes) {
    const auto digest = Sha256().hash(key);
    std::copy(digest.begin(), digest.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  auto keyed = block;
  for (auto& byte : keyed) byte ^= 0x36U;
  start(state_->inner.get());
  add(state_->inner.get(), keyed.data(), keyed.size());
  keyed = block;
  for (auto& byte : keyed) byte ^= 0x5cU;
  start(state_->outer.get());
  add(state_->outer.get(), keyed.data(), keyed.size());
}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Digest HmacSha256::authenticate(std::string_view bytes) {
  auto* work = state_->work.get();
  WEIR_CHECK(EVP_MD_CTX_copy_ex(work, state_->inner.get()) == 1, "HMAC copy");
  add(work, bytes.data(), bytes.size());
  const auto inner = finish(work);
  WEIR_CHECK(EVP_MD_CTX_copy_ex(work, state_->outer.get()) == 1, "HMAC copy");
  add(work, inner.data(), inner.size());
  return finish(work);
}

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
}

std::string hex(const Digest& digest) {
  std::string out;
  append_hex(out, {reinterpret_cast<const char*>(digest.data()), digest.size()});
  return out;
}

bool parse_hex(std::string_view text, Digest& out) {
  if (text.size() != 2 * out.size()) return false;
  const auto nibble = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace weir
