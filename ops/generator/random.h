// Seeded draws with the same result on every machine: integers only, no <random>, whose distributions differ between
// standard libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weir::generator {

inline constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// A seed for what the words name. Facts about a customer, a merchant or a day are such hashes rather than stored, so
// that they don't depend on what else was drawn.
template <class... Words>
constexpr std::uint64_t derive(std::uint64_t seed, Words... words) {
  ((seed = mix((seed ^ mix(static_cast<std::uint64_t>(words) + kGoldenGamma)) + kGoldenGamma)), ...);
  return seed;
}

// What Random::chance() takes.
constexpr std::uint32_t per_million(double share) { return static_cast<std::uint32_t>(share * 1e6 + 0.5); }

// 2^(x / 65536) in 1/65536, for x in [-16, 16] * 65536; off by less than 0.1 %.
std::int64_t exp2_q16(std::int32_t x);

// At most one draw belongs into one call's arguments or one sum: in which order they are evaluated is the compiler's
// choice, and with it would be the stream.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += kGoldenGamma;
    return mix(state_);
  }
  // 0 to bound - 1; `bound` above 0.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }
  // low to high, both included; high - low below 2^32 - 1.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + below(static_cast<std::uint32_t>(high - low + 1));
  }
  bool chance(std::uint32_t per_million) { return below(1'000'000) < per_million; }
  // An index, as often as its weight says. The sum of the weights is above 0.
  std::size_t weighted(std::span<const std::uint16_t> weights);

  // How many of many unlikely things happen, `mean_q16` / 65536 of them on average: binomial, nearly Poisson.
  std::uint32_t count(std::uint64_t mean_q16);

  // A bell curve around 0 with standard deviation 65536: the sum of eight uniform draws, so within 4.9 deviations.
  std::int32_t bell_q16();
  // median * 2^(spread_percent / 100 * bell): log-normal in all but the far tails.
  std::int64_t log_normal(std::int64_t median, int spread_percent);
  // The same, cut to [low, high].
  std::int64_t log_normal(std::int64_t median, int spread_percent, std::int64_t low, std::int64_t high);

 private:
  std::uint64_t state_;
};

}  // namespace weir::generator
