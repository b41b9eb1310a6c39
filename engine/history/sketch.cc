#include "engine/history/sketch.h"

#include <cmath>

namespace weir::history {
namespace {

constexpr int kHighestRank = 55;                   // a hash has 54 bits beside the register's index
constexpr double kAlpha = 0.72134752044448170368;  // 1 / (2 ln 2)

double sigma(double x) {
  if (x == 1.0) return INFINITY;
  double power = 1.0;
  double sum = x;
  for (;;) {
    x *= x;
    const double before = sum;
    sum += x * power;
    power += power;
    if (sum == before) return sum;
  }
}

double tau(double x) {
  if (x == 0.0 || x == 1.0) return 0.0;
  double power = 1.0;
  double sum = 1.0 - x;
  for (;;) {
    x = std::sqrt(x);
    const double before = sum;
    power *= 0.5;
    sum -= (1.0 - x) * (1.0 - x) * power;
    if (sum == before) return sum / 3.0;
  }
}

}  // namespace

std::uint64_t estimate(const Registers& registers) {
  // Four histograms, so that equal neighbours do not wait for each other.
  std::uint32_t histograms[4][64] = {};
  for (std::uint32_t i = 0; i < kRegisterCount; i += 4) {
    for (std::uint32_t j = 0; j < 4; ++j) ++histograms[j][registers[i + j] & 63];
  }
  const auto with_rank = [&histograms](int rank) {
    return static_cast<double>(histograms[0][rank] + histograms[1][rank] + histograms[2][rank] + histograms[3][rank]);
  };
  const double m = kRegisterCount;
  double z = m * tau(1.0 - with_rank(kHighestRank) / m);
  for (int rank = kHighestRank - 1; rank >= 1; --rank) z = 0.5 * (z + with_rank(rank));
  z += m * sigma(with_rank(0) / m);
  const double cardinality = kAlpha * m * m / z;
  return static_cast<std::uint64_t>(cardinality + 0.5);
}

}  // namespace weir::history
