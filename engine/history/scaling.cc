#include "engine/history/scaling.h"

#include <bit>

#include "engine/base/check.h"
#include "engine/history/wide.h"

namespace weir::history {
namespace {

constexpr std::uint64_t kPowersOfTen[] = {
    1,          10,          100,           1'000,          10'000,          100'000,          1'000'000,
    10'000'000, 100'000'000, 1'000'000'000, 10'000'000'000, 100'000'000'000, 1'000'000'000'000};
constexpr Uint128 kMost = INT64_MAX;

}  // namespace

bool scale_double(double value, std::uint8_t decimals, std::int64_t& scaled) {
  WEIR_CHECK(decimals <= 12, "a double field keeps at most 12 decimals");
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>(bits >> 52 & 0x7FF);
  if (biased == 0x7FF) return false;
  std::uint64_t mantissa = bits & ((1ULL << 52) - 1);
  if (biased != 0) mantissa |= 1ULL << 52;
  // |value| is mantissa * 2^exponent.
  const int exponent = (biased == 0 ? 1 : biased) - 1075;
  const Uint128 product = static_cast<Uint128>(mantissa) * kPowersOfTen[decimals];
  Uint128 magnitude = 0;
  if (exponent >= 0) {
    if (product != 0 && (exponent > 63 || product > (kMost >> exponent))) return false;
    magnitude = product << (exponent & 63);
  } else if (-exponent < 127) {
    const int shift = -exponent;
    magnitude = product >> shift;
    const Uint128 rest = product - (magnitude << shift);
    const Uint128 half = static_cast<Uint128>(1) << (shift - 1);
    if (rest > half || (rest == half && (magnitude & 1) != 0)) ++magnitude;
    if (magnitude > kMost) return false;
  }
  scaled = static_cast<std::int64_t>(magnitude);
  if (bits >> 63 != 0) scaled = -scaled;
  return true;
}

}  // namespace weir::history
