// Sets of values, as a comparison with constants allows them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/value.h"

namespace weir::book {

// Of values of one kind: bool, int, uint, double, string, bytes, timestamp, duration or money. kOrders is of pairs of
// values and says how they may be ordered.
struct ValueSet {
  enum class Form : std::uint8_t { kRange, kOneOf, kNoneOf, kOrders };
  struct Bound {
    Value value;
    bool included = false;
  };

  Form form = Form::kOneOf;
  std::optional<Bound> low;  // kRange
  std::optional<Bound> high;
  std::vector<Value> values;  // kOneOf, kNoneOf
  std::uint8_t orders = 0;    // kOrders: a set of these
  static constexpr std::uint8_t kLess = 1;
  static constexpr std::uint8_t kEqual = 2;
  static constexpr std::uint8_t kGreater = 4;
  static constexpr std::uint8_t kUnordered = 8;

  bool holds_nan = false;
  std::optional<std::uint16_t> currency;  // amounts in any other are errors and not in here

  bool contains(const Value& value) const;
  bool empty() const;
};

// Whether no value is in both: false if in doubt.
bool disjoint(const ValueSet& a, const ValueSet& b);
// Whether what is in `a` is in `b`, too: false if in doubt.
bool within(const ValueSet& a, const ValueSet& b);
// Whether both want amounts, and of two currencies.
bool of_two_currencies(const ValueSet& a, const ValueSet& b);

}  // namespace weir::book
