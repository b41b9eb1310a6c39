#include "engine/base/decimal.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/base/check.h"

namespace weir {
namespace {

constexpr int kMaxExponent = 18;
constexpr std::uint64_t kMaxMagnitude = 9'223'372'036'854'775'808U;  // of INT64_MIN
// Beyond any text's length, so that a saturated exponent still decides between 0 and out of range.
constexpr std::int64_t kExponentLimit = 1'000'000'000'000'000;

constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number's text taken apart: +-(whole . fraction) * 10^power.
struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t power = 0;
};

std::string_view take_digits(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return text.substr(begin, at - begin);
}

bool take_apart(std::string_view text, Parts& parts) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) parts.negative = text[at++] == '-';
  parts.whole = take_digits(text, at);
  if (parts.whole.empty()) return false;
  if (at < text.size() && text[at] == '.') {
    parts.fraction = take_digits(text, ++at);
    if (parts.fraction.empty()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    const std::string_view digits = take_digits(text, at);
    if (digits.empty()) return false;
    for (const char digit : digits) parts.power = std::min(parts.power * 10 + (digit - '0'), kExponentLimit);
    if (negative) parts.power = -parts.power;
  }
  return at == text.size();
}

// The digits of whole and fraction as one sequence, without copying them.
class Digits {
 public:
  explicit Digits(const Parts& parts) : whole_(parts.whole), fraction_(parts.fraction) {}
  std::int64_t size() const { return static_cast<std::int64_t>(whole_.size() + fraction_.size()); }
  std::uint64_t operator[](std::int64_t index) const {
    const auto at = static_cast<std::size_t>(index);
    return static_cast<std::uint64_t>((at < whole_.size() ? whole_[at] : fraction_[at - whole_.size()]) - '0');
  }
  bool any_nonzero(std::int64_t from) const {
    for (std::int64_t i = std::max<std::int64_t>(from, 0); i < size(); ++i) {
      if ((*this)[i] != 0) return true;
    }
    return false;
  }

 private:
  std::string_view whole_;
  std::string_view fraction_;
};

// Whether digits[0, kept) followed by digits[kept, end) after the point rounds up, half to even.
bool rounds_up(const Digits& digits, std::int64_t kept, std::uint64_t magnitude) {
  if (kept < 0 || kept >= digits.size()) return false;  // below 0.1, or nothing is cut
  const std::uint64_t first = digits[kept];
  if (first != 5) return first > 5;
  return digits.any_nonzero(kept + 1) || magnitude % 2 == 1;
}

Result<std::int64_t, DecimalError> convert(std::string_view text, int exponent, bool round) {
  WEIR_CHECK(exponent >= 0 && exponent <= kMaxExponent, "a decimal's exponent is 0 to 18");
  Parts parts;
  if (!take_apart(text, parts)) return DecimalError::kNotANumber;

  const Digits digits(parts);
  // How many of the digits stand before the scaled number's point; beyond size(), zeros follow.
  const std::int64_t kept = static_cast<std::int64_t>(parts.whole.size()) + parts.power + exponent;
  if (!round && digits.any_nonzero(kept)) return DecimalError::kTooManyDecimals;

  std::uint64_t magnitude = 0;
  std::int64_t read = 0;
  for (; read < std::min(kept, digits.size()); ++read) {
    if (magnitude > kMaxMagnitude / 10) return DecimalError::kOutOfRange;
    magnitude = magnitude * 10 + digits[read];
  }
  if (magnitude != 0 && kept > read) {
    const std::int64_t zeros = kept - read;
    if (zeros > kMaxExponent || magnitude > kMaxMagnitude / kPowersOfTen[static_cast<std::size_t>(zeros)]) {
      return DecimalError::kOutOfRange;
    }
    magnitude *= kPowersOfTen[static_cast<std::size_t>(zeros)];
  }
  if (round && rounds_up(digits, kept, magnitude)) ++magnitude;
  if (magnitude > kMaxMagnitude - (parts.negative ? 0 : 1)) return DecimalError::kOutOfRange;
  return static_cast<std::int64_t>(parts.negative ? 0 - magnitude : magnitude);
}

}  // namespace

Result<std::int64_t, DecimalError> parse_decimal(std::string_view text, int exponent) {
  return convert(text, exponent, false);
}

Result<std::int64_t, DecimalError> parse_decimal_rounded(std::string_view text, int exponent) {
  return convert(text, exponent, true);
}

void append_decimal(std::string& out, std::int64_t scaled, int exponent) {
  WEIR_CHECK(exponent >= 0 && exponent <= kMaxExponent, "a decimal's exponent is 0 to 18");
  const bool negative = scaled < 0;
  std::uint64_t rest = static_cast<std::uint64_t>(scaled);
  if (negative) rest = 0 - rest;

  char buffer[24];
  char* const end = buffer + sizeof buffer;
  char* begin = end;
  for (int written = 0; written <= exponent || rest != 0; ++written) {
    if (written == exponent && exponent > 0) *--begin = '.';
    *--begin = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (negative) *--begin = '-';
  out.append(begin, end);
}

}  // namespace weir
