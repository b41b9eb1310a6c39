#include "engine/event/personal_token.h"

#include "engine/base/check.h"

namespace weir::event {

PersonalTokens::PersonalTokens(std::string_view key) : has_key_(!key.empty()), hmac_(key) {}

std::string_view PersonalTokens::token(std::string_view domain, std::string_view text) {
  WEIR_CHECK(has_key_, "a schema with personal fields needs a token key");
  message_.assign(domain);
  message_.push_back('\0');
  message_.append(text);
  const Digest digest = hmac_.authenticate(message_);
  token_.clear();
  append_hex(token_, {reinterpret_cast<const char*>(digest.data()), kTokenChars / 2});
  return token_;
}

}  // namespace weir::event
