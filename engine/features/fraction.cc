#include "engine/features/fraction.h"

#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>

#include "engine/base/check.h"

namespace weir::features {
namespace {

using history::Int128;
using history::Uint128;
using history::Wide;
// n^2 * 10^36 has 248 bits at most, n * squares 256.
using Huge = boost::multiprecision::uint512_t;

constexpr Uint128 kOne = 1;

int bits_of(Uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  if (high != 0) return 128 - std::countl_zero(high);
  return 64 - std::countl_zero(static_cast<std::uint64_t>(value));
}

Uint128 power_of_ten(std::uint32_t exponent) {
  Uint128 power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

Huge huge(Uint128 value) {
  return (Huge(static_cast<std::uint64_t>(value >> 64)) << 64) | Huge(static_cast<std::uint64_t>(value));
}

// quotient * 2^exponent, rounded half to even; `inexact`: and a little more. The quotient has at least 55 bits unless
// it is exact, and the result is far from the limits of a double.
double rounded(Uint128 quotient, bool inexact, int exponent) {
  const int surplus = bits_of(quotient) - 53;
  if (surplus > 0) {
    const Uint128 rest = quotient & ((kOne << surplus) - 1);
    const Uint128 half = kOne << (surplus - 1);
    quotient >>= surplus;
    exponent += surplus;
    if (rest > half || (rest == half && (inexact || (quotient & 1) != 0))) ++quotient;
  }
  const auto scale = std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
  return static_cast<double>(static_cast<std::uint64_t>(quotient)) * scale;
}

double nearest_huge(Huge numerator, Huge denominator) {
  if (numerator == 0) return 0.0;
  const int shift = 55 + static_cast<int>(msb(denominator)) - static_cast<int>(msb(numerator));
  if (shift > 0) {
    numerator <<= shift;
  } else {
    denominator <<= -shift;
  }
  Huge quotient, rest;
  boost::multiprecision::divide_qr(numerator, denominator, quotient, rest);
  return rounded(static_cast<std::uint64_t>(quotient), rest != 0, -shift);
}

double nearest_unsigned(Uint128 numerator, Uint128 denominator) {
  const int denominator_bits = bits_of(denominator);
  const int numerator_bits = bits_of(numerator);
  // Both are doubles exactly, and a division of doubles rounds once.
  if (numerator_bits <= 53 && denominator_bits <= 53) {
    return static_cast<double>(static_cast<std::uint64_t>(numerator)) /
           static_cast<double>(static_cast<std::uint64_t>(denominator));
  }
  if (denominator_bits == 128) return nearest_huge(huge(numerator), huge(denominator));
  const int shift = std::max(0, 55 + denominator_bits - numerator_bits);
  if (numerator_bits + shift <= 128) {
    numerator <<= shift;
    const Uint128 quotient = numerator / denominator;
    return rounded(quotient, quotient * denominator != numerator, -shift);
  }
  Uint128 quotient = numerator / denominator;
  Uint128 rest = numerator % denominator;
  for (int i = 0; i < shift; ++i) {
    quotient <<= 1;
    rest <<= 1;
    if (rest >= denominator) {
      rest -= denominator;
      quotient |= 1;
    }
  }
  return rounded(quotient, rest != 0, -shift);
}

Uint128 magnitude(Int128 value) { return value < 0 ? 0 - static_cast<Uint128>(value) : static_cast<Uint128>(value); }

}  // namespace

double nearest(Int128 numerator, Uint128 denominator) {
  WEIR_CHECK(denominator > 0, "a fraction's denominator is above 0");
  const double result = nearest_unsigned(magnitude(numerator), denominator);
  return numerator < 0 ? -result : result;
}

double mean(std::uint64_t count, Int128 sum, std::uint32_t decimals) {
  WEIR_CHECK(count > 0 && decimals <= 18, "the mean is of something");
  return nearest(sum, count * power_of_ten(decimals));
}

double standard_deviation(std::uint64_t count, Int128 sum, const Wide& squares, std::uint32_t decimals) {
  WEIR_CHECK(count > 0 && decimals <= 18, "the deviation is of something");
  const Uint128 low = static_cast<Uint128>(squares.words[1]) << 64 | squares.words[0];
  const Uint128 total = magnitude(sum);
  const Uint128 unit = power_of_ten(decimals);
  // The square of the sum is at most count times the squares, so it fits if that does.
  if (squares.words[2] == 0 && bits_of(low) + bits_of(count) <= 128 && 2 * (bits_of(count) + bits_of(unit)) <= 127) {
    const Uint128 divisor = count * unit;
    return std::sqrt(nearest_unsigned(count * low - total * total, divisor * divisor));
  }
  const Huge squares_huge = (Huge(squares.words[2]) << 128) | huge(low);
  const Huge divisor = Huge(count) * huge(unit);
  return std::sqrt(nearest_huge(Huge(count) * squares_huge - huge(total) * huge(total), divisor * divisor));
}

}  // namespace weir::features
