// The little of UTF-8 that the rule language needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cel {

// Code points of a valid text; of any other, the bytes that don't continue one.
std::size_t code_points(std::string_view text);

// The first byte that isn't part of valid UTF-8 (RFC 3629: no overlong forms, no surrogates), or text.size().
std::size_t first_invalid_utf8(std::string_view text);

// Whether `code_point` is a Unicode scalar value.
bool is_scalar_value(std::uint32_t code_point);
// `code_point` must be a scalar value.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace weir::cel
