// Two samples of one figure, frauds' and honest twins': are they drawn alike?
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::generator {

class TwoSamples {
 public:
  void add(bool fraud, std::int64_t value) { values_.emplace_back(value, fraud); }

  std::size_t size() const { return values_.size(); }
  // The distance of Kolmogorov and Smirnov: by how much the two shares at or below some value differ at most.
  double distance() const { return sweep().distance; }
  // What chance exceeds once in twenty thousand times at most; less often where values repeat.
  bool alike() const {
    const auto frauds = static_cast<double>(count(true));
    const auto twins = static_cast<double>(count(false));
    return frauds > 0 && twins > 0 && distance() <= 2.3 * std::sqrt((frauds + twins) / (frauds * twins));
  }
  // How many a threshold sorts rightly at best, in whichever direction.
  double best_accuracy() const { return sweep().accuracy; }

 private:
  struct Sweep {
    double distance = 0;
    double accuracy = 0;
  };

  std::size_t count(bool fraud) const {
    return static_cast<std::size_t>(
        std::count_if(values_.begin(), values_.end(), [&](const auto& value) { return value.second == fraud; }));
  }

  Sweep sweep() const {
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto frauds = static_cast<double>(count(true));
    const auto twins = static_cast<double>(count(false));
    double frauds_below = 0;
    double twins_below = 0;
    Sweep out;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      ++(sorted[i].second ? frauds_below : twins_below);
      if (i + 1 < sorted.size() && sorted[i + 1].first == sorted[i].first) continue;
      out.distance = std::max(out.distance, std::abs(frauds_below / frauds - twins_below / twins));
      const double right = frauds_below + twins - twins_below;
      out.accuracy = std::max(out.accuracy, std::max(right, frauds + twins - right) / (frauds + twins));
    }
    return out;
  }

  std::vector<std::pair<std::int64_t, bool>> values_;
};

}  // namespace weir::generator
