// Decimal text to scaled integers and back, exactly: no double is involved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir {

enum class DecimalError : std::uint8_t {
  kNotANumber,       // not [+-]digits[.digits][e[+-]digits] (a JSON number, and besides it a leading '+')
  kTooManyDecimals,  // digits other than 0 beyond the exponent
  kOutOfRange,       // does not fit int64
};

// value * 10^exponent as an integer: parse_decimal("12.5", 2) is 1250. `exponent` is 0 to 18. "1.230" at exponent 2 is
// 123; "1.234" is kTooManyDecimals. "1.5e3" is accepted, as JSON writers emit it.
Result<std::int64_t, DecimalError> parse_decimal(std::string_view text, int exponent);

// As parse_decimal, but digits beyond the exponent are rounded half to even.
Result<std::int64_t, DecimalError> parse_decimal_rounded(std::string_view text, int exponent);

// Appends e.g. "-12.50" for (-1250, 2), "7" for (7, 0).
void append_decimal(std::string& out, std::int64_t scaled, int exponent);

}  // namespace weir
