// An audit stream read from its beginning to where it ends now.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir::command {

// Calls `take` with each record's offset and text, in order, until it gives false.
Status read_audit_stream(const std::string& url, std::int32_t partition,
                         const std::function<Result<bool>(std::int64_t offset, std::string_view text)>& take);

}  // namespace weir::command
