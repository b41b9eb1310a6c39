// The values that literals and conversions from text stand for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cel {

struct EscapeFault {
  std::size_t offset = 0;  // where the escape begins in the body
  std::size_t length = 0;
  std::string message;
};

// Decodes the body of a quoted literal that isn't raw. In a string, \x and octal escapes are code points; in bytes they
// are bytes, and \u and \U are refused. Returns the first fault, or nothing.
std::optional<EscapeFault> decode_escapes(std::string_view body, bool bytes, std::string& out);

enum class RealFault : std::uint8_t { kNone, kNotANumber, kOutOfRange };

struct Real {
  double value = 0;
  RealFault fault = RealFault::kNone;
};

// [+-]digits[.digits][e[+-]digits], also with no digit before or after the point, or NaN, inf, infinity in any case;
// rounded to nearest. What is too small becomes 0, what is too large is kOutOfRange.
Real parse_real(std::string_view text);

}  // namespace weir::cel
