// The key that personal fields are tokenised with.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace weir::command {

struct TokenKey {
  std::string bytes;
  std::string id;  // the first 16 hexadecimal digits of its SHA-256: stands in records, tells keys apart
};

// An empty path gives an empty key. Fails on a file that is shorter than 32 bytes or that others may read.
Result<TokenKey> read_token_key(const std::string& path);
// Writes 32 random bytes to a new file that its owner alone may read.
Status make_token_key(const std::string& path);

}  // namespace weir::command
