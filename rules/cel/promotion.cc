#include "rules/cel/promotion.h"

#include <algorithm>

#include "rules/cel/calendar.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kExactDoubles = 1LL << 53U;  // every integer up to here is a double

bool is_number(TypeKind kind) { return kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kDouble; }

// The operand's text for a suggestion, which should stay short.
std::string quoted(const Ast& ast, const SourceMap& source, NodeId id) {
  const auto text = source.text(ast[id].range);
  constexpr std::size_t kLongest = 40;
  return text.size() <= kLongest && text.find('\n') == std::string_view::npos ? std::string(text) : "...";
}

std::string for_money(const Ast& ast, const SourceMap& source, NodeId money, NodeId other, Function function) {
  if (function == Function::kMultiply) {
    return "money is multiplied by whole numbers: write a * 3 > b * 2 for a * 1.5 > b";
  }
  if (function == Function::kDivide) return "money is not divided: write a > b * 2 for a / 2 > b";
  if (function == Function::kModulo) return "money has no remainder";
  if (ast[other].kind == NodeKind::kLiteral) {
    auto amount = quoted(ast, source, other);
    while (!amount.empty() && (amount.back() == 'u' || amount.back() == 'U')) amount.pop_back();
    return "write eur('" + amount + "'), or another currency's code";
  }
  if (ast[other].type.kind() == TypeKind::kDouble)
    return "write double(" + quoted(ast, source, money) + "), in euros, not cents";
  return "write an amount with its currency, e.g. eur('150.00')";
}

// A written date is a time, too, once it says so.
std::string for_time(const Ast& ast, const SourceMap& source, NodeId text) {
  const Node& node = ast[text];
  if (node.kind != NodeKind::kLiteral || parse_timestamp(node.literal.as_string())) {
    return "write timestamp(" + quoted(ast, source, text) + ")";
  }
  const auto midnight = std::string(node.literal.as_string()) + "T00:00:00Z";
  return "write timestamp('" + (parse_timestamp(midnight) ? midnight : "2026-02-27T09:30:00Z") + "')";
}

std::string for_numbers(const Ast& ast, const SourceMap& source, NodeId left, NodeId right) {
  const auto kind_of = [&ast](NodeId id) { return ast[id].type.kind(); };
  if (kind_of(left) == TypeKind::kDouble || kind_of(right) == TypeKind::kDouble) {
    const NodeId other = kind_of(left) == TypeKind::kDouble ? right : left;
    if (ast[other].kind == NodeKind::kLiteral && ast[other].literal.is(ValueKind::kInt64)) {
      return "no double is exactly this number: write the double that is meant, e.g. 1e18";
    }
    return "write double(" + quoted(ast, source, other) + ")";
  }
  const NodeId integer = kind_of(left) == TypeKind::kInt ? left : right;
  const NodeId natural = integer == left ? right : left;
  if (ast[integer].kind == NodeKind::kLiteral && ast[integer].literal.as_int64() >= 0) {
    return "write " + quoted(ast, source, integer) + "u";
  }
  if (ast[natural].kind == NodeKind::kLiteral) {
    auto text = quoted(ast, source, natural);
    text.pop_back();
    return "write " + text;
  }
  return "write int(" + quoted(ast, source, natural) + ")";
}

}  // namespace

bool promote_literal(Ast& ast, NodeId id, const Type& target) {
  Node& node = ast[id];
  if (node.type == target) return true;
  if (node.kind == NodeKind::kLiteral && node.literal.is(ValueKind::kInt64) && target.kind() == TypeKind::kDouble) {
    const std::int64_t value = node.literal.as_int64();
    if (value > kExactDoubles || value < -kExactDoubles) return false;
    node.literal = Value::real(static_cast<double>(value));
    node.type = target;
    return true;
  }
  if (node.kind != NodeKind::kList || target.kind() != TypeKind::kList || node.children.empty()) return false;
  const Type& element = target.parameters()[0];
  const auto promotable = [&ast, &element](NodeId child) {
    return ast[child].type == element ||
           (element.kind() == TypeKind::kDouble && ast[child].kind == NodeKind::kLiteral &&
            ast[child].literal.is(ValueKind::kInt64));
  };
  if (!std::all_of(node.children.begin(), node.children.end(), promotable)) return false;
  for (const NodeId child : node.children) {
    if (!promote_literal(ast, child, element)) return false;
  }
  node.type = target;
  return true;
}

std::string mixing_suggestion(const Ast& ast, const SourceMap& source, Function function, NodeId left, NodeId right) {
  const TypeKind a = ast[left].type.kind();
  const TypeKind b = ast[right].type.kind();
  if (a == TypeKind::kNull || b == TypeKind::kNull) {
    const NodeId other = a == TypeKind::kNull ? right : left;
    if (ast[other].kind != NodeKind::kSlot) return {};
    const std::string field = quoted(ast, source, other);
    if (function == Function::kEqual) return "a field that is null is absent: write !has(" + field + ")";
    if (function == Function::kNotEqual) return "a field that is null is absent: write has(" + field + ")";
    return {};
  }
  if (a == TypeKind::kMoney && is_number(b)) return for_money(ast, source, left, right, function);
  if (b == TypeKind::kMoney && is_number(a)) return for_money(ast, source, right, left, function);
  if ((a == TypeKind::kDuration && is_number(b)) || (b == TypeKind::kDuration && is_number(a)) ||
      (a == TypeKind::kTimestamp && is_number(b) && function != Function::kEqual)) {
    return "write a duration with its unit, e.g. duration('5m')";
  }
  if (is_number(a) && is_number(b) && a != b) return for_numbers(ast, source, left, right);
  for (const auto& [text, other] : {std::pair{left, b}, std::pair{right, a}}) {
    if (ast[text].type.kind() != TypeKind::kString) continue;
    if (other == TypeKind::kTimestamp) return for_time(ast, source, text);
    if (other == TypeKind::kMoney && ast[text].kind == NodeKind::kLiteral) {
      return "write eur(" + quoted(ast, source, text) + "), or another currency's code";
    }
    if (other == TypeKind::kDuration) return "write duration(" + quoted(ast, source, text) + ")";
    const NodeId value = text == left ? right : left;
    if (ast[value].function == Function::kGetDayOfWeek) return "days are numbers: 0 is Sunday, 6 is Saturday";
    if (ast[value].function == Function::kGetMonth) return "months are numbers: 0 is January, 11 is December";
    if (function == Function::kAdd && is_number(other)) return "write string(" + quoted(ast, source, value) + ")";
  }
  return {};
}

}  // namespace weir::cel
