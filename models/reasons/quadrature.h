// Gauss-Legendre quadrature from 0 to 1: with n points exact for polynomials up to degree 2 n - 1.
#pragma once

#include <cstddef>
#include <vector>

namespace weir::models {

struct QuadraturePoint {
  double at = 0;      // above 0, below 1
  double weight = 0;  // all together 1
};

// Rising. Computed with the four operations alone: the same bits on every machine.
std::vector<QuadraturePoint> quadrature(std::size_t points);

}  // namespace weir::models
