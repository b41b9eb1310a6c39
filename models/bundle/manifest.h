// The manifest's JSON, read.
#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "models/bundle/model.h"

namespace weir::models {

// The layout that this program reads; a file of another one is refused.
inline constexpr std::int64_t kBundleFormat = 1;

Result<Manifest> read_manifest(std::string_view json);

}  // namespace weir::models
