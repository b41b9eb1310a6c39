#include "rules/book/value_set.h"

#include <algorithm>
#include <compare>

#include "rules/cel/comparison.h"

namespace weir::book {
namespace {

using Form = ValueSet::Form;
using Bound = ValueSet::Bound;

bool other_currency(const Value& a, const Value& b) { return a.is(ValueKind::kMoney) && a.currency() != b.currency(); }

bool same(const Value& a, const Value& b) {
  return a.kind() == b.kind() && !other_currency(a, b) && cel::order(a, b) == std::partial_ordering::equivalent;
}

bool among(const std::vector<Value>& values, const Value& wanted) {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) { return same(value, wanted); });
}

bool above(const std::optional<Bound>& low, const Value& value) {
  if (!low) return true;
  const auto ordering = *cel::order(value, low->value);
  return ordering > 0 || (ordering == 0 && low->included);
}

bool below(const std::optional<Bound>& high, const Value& value) {
  if (!high) return true;
  const auto ordering = *cel::order(value, high->value);
  return ordering < 0 || (ordering == 0 && high->included);
}

// Whether nothing is above `low` and below `high`.
bool cross(const std::optional<Bound>& low, const std::optional<Bound>& high) {
  if (!low || !high) return false;
  const auto ordering = *cel::order(low->value, high->value);
  return ordering > 0 || (ordering == 0 && !(low->included && high->included));
}

// Whether all that is above `a` is above `b`; kept to bounds of one side.
bool no_lower(const std::optional<Bound>& a, const std::optional<Bound>& b) {
  if (!b) return true;
  if (!a) return false;
  const auto ordering = *cel::order(a->value, b->value);
  return ordering > 0 || (ordering == 0 && (b->included || !a->included));
}

bool no_higher(const std::optional<Bound>& a, const std::optional<Bound>& b) {
  if (!b) return true;
  if (!a) return false;
  const auto ordering = *cel::order(a->value, b->value);
  return ordering < 0 || (ordering == 0 && (b->included || !a->included));
}

const Value* only_value(const ValueSet& set) {
  if (set.form == Form::kOneOf) return set.values.size() == 1 ? set.values.data() : nullptr;
  if (set.form != Form::kRange || !set.low || !set.high) return nullptr;
  return *cel::order(set.low->value, set.high->value) == 0 ? &set.low->value : nullptr;
}

bool has_none_of(const ValueSet& listed, const ValueSet& other) {
  return std::none_of(listed.values.begin(), listed.values.end(),
                      [&](const Value& value) { return other.contains(value); });
}

}  // namespace

bool ValueSet::contains(const Value& value) const {
  if (currency && value.currency() != *currency) return false;
  switch (form) {
    case Form::kRange:
      return above(low, value) && below(high, value);
    case Form::kOneOf:
      return among(values, value);
    case Form::kNoneOf:
      return !among(values, value);
    case Form::kOrders:
      break;
  }
  return false;
}

bool ValueSet::empty() const {
  if (holds_nan) return false;
  if (form == Form::kOrders) return orders == 0;
  return form == Form::kRange ? cross(low, high) : form == Form::kOneOf && values.empty();
}

bool of_two_currencies(const ValueSet& a, const ValueSet& b) {
  return a.currency && b.currency && *a.currency != *b.currency;
}

bool disjoint(const ValueSet& a, const ValueSet& b) {
  if (a.form == Form::kOrders || b.form == Form::kOrders) return a.form == b.form && (a.orders & b.orders) == 0;
  if (a.holds_nan && b.holds_nan) return false;
  if (a.form == Form::kOneOf) return has_none_of(a, b);
  if (b.form == Form::kOneOf) return has_none_of(b, a);
  if (of_two_currencies(a, b)) return true;
  if (a.form == Form::kRange && b.form == Form::kRange) return cross(a.low, b.high) || cross(b.low, a.high);
  const Value* only = only_value(a.form == Form::kRange ? a : b);
  return only != nullptr && !(a.form == Form::kRange ? b : a).contains(*only);
}

bool within(const ValueSet& a, const ValueSet& b) {
  if (a.form == Form::kOrders || b.form == Form::kOrders) return a.form == b.form && (a.orders & ~b.orders) == 0;
  if (a.holds_nan && !b.holds_nan) return false;
  const auto in_b = [&](const Value& value) { return b.contains(value); };
  if (a.form == Form::kOneOf) return std::all_of(a.values.begin(), a.values.end(), in_b);
  if (b.currency && a.currency != b.currency) return false;
  const auto in_a = [&](const Value& value) { return a.contains(value); };
  if (b.form == Form::kNoneOf) return std::none_of(b.values.begin(), b.values.end(), in_a);
  if (a.form != Form::kRange) return false;
  if (b.form == Form::kRange) return no_lower(a.low, b.low) && no_higher(a.high, b.high);
  const Value* only = only_value(a);
  return only != nullptr && b.contains(*only);
}

}  // namespace weir::book
