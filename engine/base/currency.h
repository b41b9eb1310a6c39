// ISO 4217 currencies: alphabetic code, numeric code, number of decimals. The table is the list of active codes at the
// end of 2024, without funds codes, units of account that have no minor unit, precious metals and test codes; and,
// since histories name them, the codes that were withdrawn from 2021 on (ANG, CUC, HRK, SLL, ZWL).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

struct Currency {
  std::string_view code;  // "EUR"; static storage
  std::uint16_t numeric;  // 978
  std::uint8_t exponent;  // 2: one euro is 10^2 minor units
};

std::optional<Currency> currency_by_code(std::string_view alphabetic_code);  // upper case
// ANG and XCG share 532, as ISO kept the number when one became the other at par: it answers with XCG.
std::optional<Currency> currency_by_number(std::uint16_t numeric);

}  // namespace weir
