// How large a value may be, as far as that shows before any evaluation.
#pragma once

#include <cstdint>
#include <vector>

#include "rules/cel/environment.h"
#include "rules/cel/limits.h"

namespace weir::cel {

// Arithmetic of costs and sizes stays below this: whatever is as large is too large.
inline constexpr std::uint64_t kHugeCost = 1'000'000'000'000'000;
constexpr std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a + b < kHugeCost ? a + b : kHugeCost; }
constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return a == 0 || b <= kHugeCost / a ? a * b : kHugeCost;
}

// Bounds of a value and of what it holds. An optional is a list of at most one element; a map counts its entries, and
// its elements are the keys and the values.
class Extent {
 public:
  Extent() = default;
  static Extent of_text(std::uint64_t bytes);
  // A value of a variable: a text has at most `text_bytes`; the length of a list isn't known.
  static Extent of_type(const Type& type, std::uint64_t text_bytes);
  static Extent unknown();
  static Extent list(std::uint64_t count, Extent element);

  std::uint64_t text() const { return text_; }
  // The units that looking at one text costs.
  std::uint64_t text_cost() const { return text_ / kTextBytesPerCost; }
  std::uint64_t count() const { return counts_.empty() ? (is_unknown_ ? kMostValues : 0) : counts_[0]; }
  Extent element() const;
  // All that is held at any level.
  std::uint64_t cells() const;
  bool is_unknown() const { return is_unknown_; }

  // Of either.
  static Extent either(const Extent& a, const Extent& b);

  static constexpr std::uint64_t kMostValues = kMaxHeapBytes / 16;

 private:
  std::uint64_t text_ = 0;
  std::vector<std::uint64_t> counts_;  // of the value, of its elements ...
  bool is_unknown_ = false;            // there may be more levels
};

}  // namespace weir::cel
