// What the rules of a policy say of one event.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/value.h"

namespace weir::book {

enum class VerdictKind : std::uint8_t { kMiss, kHit, kError };

// Rules are indices into Book::rules(). Most rules miss, so only the others are listed.
struct Verdicts {
  struct Failure {
    std::uint32_t rule = 0;
    Value error;  // of kind kError; its detail lives as long as the Book
  };
  std::vector<std::uint32_t> hits;  // ascending
  std::vector<Failure> errors;      // ascending

  void clear() {
    hits.clear();
    errors.clear();
  }
  VerdictKind of(std::uint32_t rule) const {
    if (std::binary_search(hits.begin(), hits.end(), rule)) return VerdictKind::kHit;
    return error_of(rule).is_error() ? VerdictKind::kError : VerdictKind::kMiss;
  }
  // Absent if the rule did not fail.
  Value error_of(std::uint32_t rule) const {
    const auto at =
        std::lower_bound(errors.begin(), errors.end(), rule,
                         [](const Failure& failure, std::uint32_t wanted) { return failure.rule < wanted; });
    return at != errors.end() && at->rule == rule ? at->error : Value();
  }
};

}  // namespace weir::book
