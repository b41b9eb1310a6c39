#include "rules/book/fact.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rules/cel/collection.h"
#include "rules/cel/scratch.h"
#include "rules/cel/subtree_numbers.h"

namespace weir::book {
namespace {

using cel::Function;
using cel::Node;
using cel::NodeKind;
using cel::TypeKind;
using Form = ValueSet::Form;

constexpr std::uint8_t kAllOrders = ValueSet::kLess | ValueSet::kEqual | ValueSet::kGreater | ValueSet::kUnordered;

bool is_comparison(const Node& node) {
  return node.kind == NodeKind::kOperator && node.function >= Function::kEqual &&
         node.function <= Function::kGreaterEqual;
}

// How the sides stand to each other where the comparison is true.
std::uint8_t orders_of(Function comparison) {
  switch (comparison) {
    case Function::kEqual:
      return ValueSet::kEqual;
    case Function::kNotEqual:
      return kAllOrders & ~ValueSet::kEqual;
    case Function::kLess:
      return ValueSet::kLess;
    case Function::kLessEqual:
      return ValueSet::kLess | ValueSet::kEqual;
    case Function::kGreater:
      return ValueSet::kGreater;
    default:
      return ValueSet::kGreater | ValueSet::kEqual;
  }
}

// The same, seen from the other side.
std::uint8_t mirrored(std::uint8_t orders) {
  const auto moved = (orders & ValueSet::kLess) * 4U | (orders & ValueSet::kGreater) / 4U;
  return static_cast<std::uint8_t>(moved | (orders & (ValueSet::kEqual | ValueSet::kUnordered)));
}

bool holds(const Value& value, TypeKind type) {
  switch (type) {
    case TypeKind::kBool:
      return value.is(ValueKind::kBool);
    case TypeKind::kInt:
      return value.is(ValueKind::kInt64);
    case TypeKind::kUint:
      return value.is(ValueKind::kUint64);
    case TypeKind::kDouble:
      return value.is(ValueKind::kDouble) && !std::isnan(value.as_double());
    case TypeKind::kString:
      return value.is(ValueKind::kString);
    case TypeKind::kBytes:
      return value.is(ValueKind::kBytes);
    case TypeKind::kTimestamp:
      return value.is(ValueKind::kTimestamp);
    case TypeKind::kDuration:
      return value.is(ValueKind::kDuration);
    case TypeKind::kMoney:
      return value.is(ValueKind::kMoney);
    default:
      return false;
  }
}

ValueSet one_of(std::vector<Value> values) {
  ValueSet set;
  set.values = std::move(values);
  return set;
}

// Bounds of ints include their value, so that 5 < x < 6 is seen to hold nothing.
void close_bounds(ValueSet& set) {
  using Limits = std::numeric_limits<std::int64_t>;
  const auto close = [&set](std::optional<ValueSet::Bound>& bound, std::int64_t end, std::int64_t step) {
    if (!bound || bound->included || !bound->value.is(ValueKind::kInt64)) return;
    if (bound->value.as_int64() == end) {
      set = one_of({});
    } else {
      bound = ValueSet::Bound{Value::int64(bound->value.as_int64() + step), true};
    }
  };
  close(set.low, Limits::max(), 1);
  close(set.high, Limits::min(), -1);
}

// The values that stand so to a constant.
ValueSet standing(std::uint8_t orders, const Value& constant) {
  ValueSet set;
  const bool equal = (orders & ValueSet::kEqual) != 0;
  const bool less = (orders & ValueSet::kLess) != 0;
  const bool greater = (orders & ValueSet::kGreater) != 0;
  if (less == greater) {
    set.form = less ? Form::kNoneOf : Form::kOneOf;
    set.values = {constant};
  } else {
    set.form = Form::kRange;
    (less ? set.high : set.low) = ValueSet::Bound{constant, equal};
  }
  if (constant.is(ValueKind::kMoney)) set.currency = constant.currency();
  set.holds_nan = constant.is(ValueKind::kDouble) && (orders & ValueSet::kUnordered) != 0;
  if (set.form == Form::kRange) close_bounds(set);
  return set;
}

// The least and the most that a part of a timestamp may be.
std::optional<std::pair<std::int64_t, std::int64_t>> bounds_of(const cel::Ast& ast, cel::NodeId id) {
  const Node& node = ast[id];
  if (!cel::is_time_part(node.function) || ast[node.children[0]].type.kind() != TypeKind::kTimestamp) {
    return std::nullopt;
  }
  switch (node.function) {
    case Function::kGetMonth:
      return std::pair(0, 11);
    case Function::kGetDate:
      return std::pair(1, 31);
    case Function::kGetDayOfMonth:
      return std::pair(0, 30);
    case Function::kGetDayOfWeek:
      return std::pair(0, 6);
    case Function::kGetDayOfYear:
      return std::pair(0, 365);
    case Function::kGetHours:
      return std::pair(0, 23);
    case Function::kGetMinutes:
    case Function::kGetSeconds:
      return std::pair(0, 59);
    case Function::kGetMilliseconds:
      return std::pair(0, 999);
    default:
      return std::nullopt;
  }
}

}  // namespace

FactReader::FactReader(const cel::Expression& expression)
    : expression_(expression),
      ast_(expression.ast()),
      numbers_(cel::SubtreeNumbers().of(expression.ast(), expression.ast().root)) {}

Value FactReader::kept(const Value& value) {
  if (value.is(ValueKind::kString)) return Value::string(texts_.emplace_back(value.as_string()));
  if (value.is(ValueKind::kBytes)) return Value::bytes(texts_.emplace_back(value.as_bytes()));
  return value;
}

std::optional<Value> FactReader::constant(cel::NodeId id) {
  const Node& node = ast_[id];
  if (node.kind == NodeKind::kLiteral || node.function == Function::kMoney) return node.literal;
  if (!node.constant() || !cel::is_closed(ast_, id)) return std::nullopt;
  cel::Scratch scratch;
  const auto program = expression_.compile(id);
  return kept(program.evaluate({}, scratch));
}

std::optional<std::vector<Value>> FactReader::constants_of(cel::NodeId list, TypeKind kind) {
  if (ast_[list].kind != NodeKind::kList) return std::nullopt;
  std::vector<Value> out;
  for (const auto child : ast_[list].children) {
    const auto value = ast_[child].kind == NodeKind::kOptionalEntry ? std::nullopt : constant(child);
    if (!value || !holds(*value, kind)) return std::nullopt;
    out.push_back(*value);
  }
  return out;
}

bool FactReader::compare_with_constant(const Node& node, bool is_true, Fact& fact) {
  auto orders = orders_of(node.function);
  auto side = node.children[0];
  auto other = node.children[1];
  if (ast_[side].constant()) {
    std::swap(side, other);
    orders = mirrored(orders);
  }
  const auto value = constant(other);
  if (!value || ast_[side].constant() || !holds(*value, ast_[side].type.kind())) return false;
  fact.subject = {numbers_[side], cel::SubtreeNumbers::kNone};
  fact.set = standing(is_true ? orders : static_cast<std::uint8_t>(kAllOrders & ~orders), *value);
  return true;
}

bool FactReader::compare_sides(const Node& node, bool is_true, Fact& fact) {
  if (ast_[node.children[0]].constant() || ast_[node.children[1]].constant()) return false;
  auto orders = orders_of(node.function);
  if (!is_true) orders = static_cast<std::uint8_t>(kAllOrders & ~orders);
  auto left = numbers_[node.children[0]];
  auto right = numbers_[node.children[1]];
  if (left > right) {
    std::swap(left, right);
    orders = mirrored(orders);
  }
  // A value is its own equal, but NaN isn't, alone or within something.
  if (left == right) orders &= ValueSet::kEqual | ValueSet::kUnordered;
  fact.subject = {left, right};
  fact.set.form = Form::kOrders;
  fact.set.orders = orders;
  return true;
}

bool FactReader::look_up(const Node& node, bool is_true, Fact& fact) {
  if (node.function != Function::kIn || node.kind != NodeKind::kOperator) return false;
  const Node& element = ast_[node.children[0]];
  if (element.constant()) return false;
  auto values = constants_of(node.children[1], element.type.kind());
  if (!values) return false;
  fact.subject = {numbers_[node.children[0]], cel::SubtreeNumbers::kNone};
  fact.set.form = is_true ? Form::kOneOf : Form::kNoneOf;
  fact.set.values = std::move(*values);
  fact.set.holds_nan = !is_true && element.type.kind() == TypeKind::kDouble;
  return true;
}

Fact FactReader::read(cel::NodeId id, bool is_true) {
  const Node& node = ast_[id];
  Fact fact;
  if (is_comparison(node)) {
    if (compare_with_constant(node, is_true, fact) || compare_sides(node, is_true, fact)) return fact;
  } else if (look_up(node, is_true, fact)) {
    return fact;
  }
  fact.subject = {numbers_[id], cel::SubtreeNumbers::kNone};
  fact.set = one_of({Value::boolean(is_true)});
  return fact;
}

std::optional<ValueSet> FactReader::possible(cel::NodeId comparison) const {
  const Node& node = ast_[comparison];
  if (!is_comparison(node) && node.function != Function::kIn) return std::nullopt;
  for (const auto side : node.children) {
    const auto bounds = bounds_of(ast_, side);
    if (!bounds) continue;
    ValueSet set;
    set.form = Form::kRange;
    set.low = ValueSet::Bound{Value::int64(bounds->first), true};
    set.high = ValueSet::Bound{Value::int64(bounds->second), true};
    return set;
  }
  return std::nullopt;
}

}  // namespace weir::book
