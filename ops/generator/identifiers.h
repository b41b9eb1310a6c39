// Made-up numbers that pass the checks a bank makes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::generator {

// `value` in decimal, filled up with zeros to at least `width` digits.
void append_padded(std::string& out, std::uint64_t value, int width);

// Sixteen digits: an eight-digit BIN that begins with 400000, the range that test numbers are customarily taken from,
// seven digits of `serial` and the check digit of ISO/IEC 7812-1 (Luhn). `product` is 0 to 7, `serial` below
// 10,000,000.
void append_card_number(std::string& out, std::uint32_t product, std::uint32_t serial);

// An IBAN with the check digits of ISO 13616: country, check digits, `bank`, and `digits` filled up to the length that
// the country uses. National check digits within it are not computed. Countries: AT BE DE ES FR LT NL.
void append_iban(std::string& out, std::string_view country, std::string_view bank, std::uint64_t digits);

// The one bank whose payments these are: a licence in Germany, a bank code that is not assigned.
inline constexpr std::string_view kOwnBank = "90012345";

// "100.64.3.17": addresses of RFC 6598's shared space, so that none is anybody's. `country` is below 64 and stands in
// the second byte.
std::uint32_t ip_address(std::uint8_t country, std::uint64_t hash);
void append_ip(std::string& out, std::uint32_t address);

// "d-0a1b2c3d4e5f"
void append_device(std::string& out, std::uint64_t id);

// "c-000123" and "m-00042"
void append_customer_id(std::string& out, std::uint32_t customer);
void append_merchant_id(std::string& out, std::uint32_t merchant);

}  // namespace weir::generator
