// Whether bytes are UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace weir::event {

// Where the first ill-formed sequence begins, if there is one.
std::optional<std::size_t> invalid_utf8_at(std::string_view bytes);

}  // namespace weir::event
