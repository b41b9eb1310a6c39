// Which build this is: version and commit, as it stands in start records.
#pragma once

#include <string_view>

namespace weir::command {

std::string_view build_id();  // "0.1.0+1a2b3c4d5e6f"

}  // namespace weir::command
