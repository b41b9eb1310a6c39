#include "ops/generator/identifiers.h"

#include <array>

#include "engine/base/check.h"

namespace weir::generator {

namespace {

struct IbanForm {
  std::string_view country;
  std::size_t bban_length;
};
constexpr std::array<IbanForm, 7> kIbanForms = {
    {{"AT", 16}, {"BE", 12}, {"DE", 18}, {"ES", 20}, {"FR", 23}, {"LT", 16}, {"NL", 14}}};

// The remainder that ISO 7064 (mod 97-10) takes over digits and letters (A is 10).
std::uint32_t mod97(std::string_view text, std::uint32_t remainder) {
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      remainder = (remainder * 10 + static_cast<std::uint32_t>(c - '0')) % 97;
    } else {
      remainder = (remainder * 100 + static_cast<std::uint32_t>(c - 'A') + 10) % 97;
    }
  }
  return remainder;
}

}  // namespace

void append_padded(std::string& out, std::uint64_t value, int width) {
  std::array<char, 20> digits;
  std::size_t begin = digits.size();
  do {
    digits[--begin] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  const std::size_t written = digits.size() - begin;
  if (static_cast<std::size_t>(width) > written) out.append(static_cast<std::size_t>(width) - written, '0');
  out.append(digits.data() + begin, written);
}

void append_card_number(std::string& out, std::uint32_t product, std::uint32_t serial) {
  WEIR_CHECK(product < 8 && serial < 10'000'000, "card number out of range");
  static constexpr std::array<std::string_view, 8> kBins = {"40000012", "40000020", "40000038", "40000041",
                                                            "40000057", "40000063", "40000079", "40000084"};
  const std::size_t begin = out.size();
  out.append(kBins[product]);
  append_padded(out, serial, 7);
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    int digit = out[begin + i] - '0';
    if (i % 2 == 0) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  out.push_back(static_cast<char>('0' + (10 - sum % 10) % 10));
}

void append_iban(std::string& out, std::string_view country, std::string_view bank, std::uint64_t digits) {
  std::size_t length = 0;
  for (const IbanForm& form : kIbanForms) {
    if (form.country == country) length = form.bban_length;
  }
  WEIR_CHECK(length > bank.size() && length - bank.size() <= 20, "no IBAN form for this country and bank code");
  const std::size_t begin = out.size();
  out.append(country);
  out.append("00");
  out.append(bank);
  const std::size_t width = length - bank.size();
  std::uint64_t bound = 1;
  for (std::size_t i = 0; i < width && i < 19; ++i) bound *= 10;
  append_padded(out, digits % bound, static_cast<int>(width));
  const std::string_view iban = std::string_view(out).substr(begin);
  const std::uint32_t check = 98 - mod97(iban.substr(0, 4), mod97(iban.substr(4), 0));
  out[begin + 2] = static_cast<char>('0' + check / 10);
  out[begin + 3] = static_cast<char>('0' + check % 10);
}

std::uint32_t ip_address(std::uint8_t country, std::uint64_t hash) {
  WEIR_CHECK(country < 64, "the shared address space has 64 second bytes");
  const std::uint32_t host = 1 + static_cast<std::uint32_t>(hash % 254);
  const std::uint32_t net = static_cast<std::uint32_t>((hash >> 16) & 0xff);
  return (100U << 24) | ((64U + country) << 16) | (net << 8) | host;
}

void append_ip(std::string& out, std::uint32_t address) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_padded(out, (address >> shift) & 0xff, 1);
    if (shift != 0) out.push_back('.');
  }
}

void append_device(std::string& out, std::uint64_t id) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("d-");
  for (int shift = 44; shift >= 0; shift -= 4) out.push_back(kDigits[(id >> shift) & 0xf]);
}

void append_customer_id(std::string& out, std::uint32_t customer) {
  out.append("c-");
  append_padded(out, customer, 6);
}

void append_merchant_id(std::string& out, std::uint32_t merchant) {
  out.append("m-");
  append_padded(out, merchant, 5);
}

}  // namespace weir::generator
