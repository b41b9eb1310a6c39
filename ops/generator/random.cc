#include "ops/generator/random.h"

#include <algorithm>
#include <array>

namespace weir::generator {

std::int64_t exp2_q16(std::int32_t x) {
  // 65536 * 2^(k/16), rounded.
  static constexpr std::array<std::int64_t, 17> kSixteenths = {65536,  68438,  71468,  74632,  77936,  81386,
                                                               84990,  88752,  92682,  96785,  101070, 105545,
                                                               110218, 115098, 120194, 125515, 131072};
  x = std::clamp(x, -16 * 65536, 16 * 65536);
  const std::int32_t whole = x >> 16;  // rounds down
  const std::int32_t fraction = x & 0xffff;
  const std::size_t index = static_cast<std::size_t>(fraction >> 12);
  const std::int64_t rest = fraction & 0xfff;
  const std::int64_t value = kSixteenths[index] + (((kSixteenths[index + 1] - kSixteenths[index]) * rest) >> 12);
  return whole >= 0 ? value << whole : value >> -whole;
}

std::size_t Random::weighted(std::span<const std::uint16_t> weights) {
  std::uint32_t sum = 0;
  for (const std::uint16_t weight : weights) sum += weight;
  std::uint32_t ticket = below(sum);
  std::size_t index = 0;
  while (ticket >= weights[index]) ticket -= weights[index++];
  return index;
}

std::uint32_t Random::count(std::uint64_t mean_q16) {
  const std::uint64_t trials = 8 + (mean_q16 >> 14);  // at least four times the mean
  const std::uint64_t chance_q16 = mean_q16 / trials;
  std::uint32_t hits = 0;
  std::uint64_t word = 0;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    if (trial % 4 == 0) word = next();
    hits += (word & 0xffff) < chance_q16;
    word >>= 16;
  }
  return hits;
}

std::int32_t Random::bell_q16() {
  std::int64_t sum = 0;
  for (int draw = 0; draw < 2; ++draw) {
    const std::uint64_t word = next();
    sum +=
        static_cast<std::int64_t>((word & 0xffff) + ((word >> 16) & 0xffff) + ((word >> 32) & 0xffff) + (word >> 48));
  }
  // Eight draws from 0 to 65535: mean 262140, standard deviation 65536 * sqrt(8 / 12) = 53510.
  return static_cast<std::int32_t>((sum - 262'140) * 65'536 / 53'510);
}

std::int64_t Random::log_normal(std::int64_t median, int spread_percent) {
  const std::int64_t exponent = static_cast<std::int64_t>(bell_q16()) * spread_percent / 100;
  return (median * exp2_q16(static_cast<std::int32_t>(exponent))) >> 16;
}

std::int64_t Random::log_normal(std::int64_t median, int spread_percent, std::int64_t low, std::int64_t high) {
  return std::clamp(log_normal(median, spread_percent), low, high);
}

}  // namespace weir::generator
