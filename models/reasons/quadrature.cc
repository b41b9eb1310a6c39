#include "models/reasons/quadrature.h"

namespace weir::models {
namespace {

// The Legendre polynomial of that degree, and the one below it, at x.
struct Legendre {
  double value = 1;
  double below = 0;
};
Legendre legendre(std::size_t degree, double x) {
  Legendre at;
  for (std::size_t n = 0; n < degree; ++n) {
    const auto k = static_cast<double>(n);
    at = {((2 * k + 1) * x * at.value - k * at.below) / (k + 1), at.value};
  }
  return at;
}

// The one root between `low` and `high`: halved until no number is left between them.
double root_between(std::size_t degree, double low, double high) {
  const bool rises = legendre(degree, low).value < 0;
  for (;;) {
    const double middle = (low + high) / 2;
    if (!(low < middle && middle < high)) return middle;
    ((legendre(degree, middle).value < 0) == rises ? low : high) = middle;
  }
}

}  // namespace

std::vector<QuadraturePoint> quadrature(std::size_t points) {
  // Between any two neighbours of -1, the roots of one degree, and 1 there is one root of the next degree.
  std::vector<double> roots;
  for (std::size_t degree = 1; degree <= points; ++degree) {
    std::vector<double> next;
    for (std::size_t i = 0; i < degree; ++i) {
      next.push_back(root_between(degree, i == 0 ? -1 : roots[i - 1], i + 1 == degree ? 1 : roots[i]));
    }
    roots = next;
  }
  std::vector<QuadraturePoint> made;
  const auto n = static_cast<double>(points);
  for (const double x : roots) {
    // The weight from -1 to 1 is 2 / ((1 - x^2) P'(x)^2), where (1 - x^2) P'(x) = n P_below(x) at a root.
    const double below = n * legendre(points, x).below;
    made.push_back({(1 + x) / 2, (1 - x * x) / (below * below)});
  }
  return made;
}

}  // namespace weir::models
