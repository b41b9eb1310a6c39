#include "rules/book/formula.h"

#include <bit>

#include "rules/book/comparison.h"

namespace weir::book {
namespace {

using cel::Function;
using cel::Node;
using cel::NodeKind;

bool read_operand(const Node& node, cel::TypeKind type, bool& is_constant, std::uint32_t& slot, Formula::Side& side) {
  if (node.type.kind() != type) return false;
  slot = node.index;
  if (node.kind == NodeKind::kSlot) return true;
  if (node.kind != NodeKind::kLiteral) return false;
  is_constant = true;
  side.constant = node.literal.is(ValueKind::kDouble) ? std::bit_cast<std::int64_t>(node.literal.as_double())
                                                      : node.literal.as_int64();
  return true;
}

bool read_side(const cel::Ast& ast, const Node& node, cel::TypeKind type, Formula::Side& side) {
  if (node.kind != NodeKind::kOperator) return read_operand(node, type, side.first_is_constant, side.a, side);
  const bool divides = node.function == Function::kDivide && type == cel::TypeKind::kDouble;
  if (!divides && (node.function < Function::kAdd || node.function > Function::kMultiply)) return false;
  side.operation = node.function;
  return read_operand(ast[node.children[0]], type, side.first_is_constant, side.a, side) &&
         read_operand(ast[node.children[1]], type, side.second_is_constant, side.b, side) &&
         !(side.first_is_constant && side.second_is_constant);
}

bool operand(bool is_constant, const Value& constant, std::uint32_t slot, ValueKind kind, std::span<const Value> slots,
             Value& out) {
  out = is_constant ? constant : slots[slot];
  return out.is(kind);
}

bool computed(Function operation, const Value& a, const Value& b, double& out) {
  switch (operation) {
    case Function::kAdd:
      out = a.as_double() + b.as_double();
      break;
    case Function::kSubtract:
      out = a.as_double() - b.as_double();
      break;
    case Function::kMultiply:
      out = a.as_double() * b.as_double();
      break;
    case Function::kDivide:
      out = a.as_double() / b.as_double();
      break;
    default:
      out = a.as_double();
  }
  return true;
}

bool computed(Function operation, const Value& a, const Value& b, std::int64_t& out) {
  switch (operation) {
    case Function::kAdd:
      return !__builtin_add_overflow(a.as_int64(), b.as_int64(), &out);
    case Function::kSubtract:
      return !__builtin_sub_overflow(a.as_int64(), b.as_int64(), &out);
    case Function::kMultiply:
      return !__builtin_mul_overflow(a.as_int64(), b.as_int64(), &out);
    default:
      out = a.as_int64();
      return true;
  }
}

template <class T>
bool computed(const Formula::Side& side, ValueKind kind, std::span<const Value> slots, T& out) {
  const Value constant =
      kind == ValueKind::kDouble ? Value::real(std::bit_cast<double>(side.constant)) : Value::int64(side.constant);
  Value a;
  Value b;
  if (!operand(side.first_is_constant, constant, side.a, kind, slots, a)) return false;
  if (side.operation == Function::kNone) return computed(side.operation, a, a, out);
  return operand(side.second_is_constant, constant, side.b, kind, slots, b) && computed(side.operation, a, b, out);
}

template <class T>
std::optional<bool> compared(const Formula& formula, ValueKind kind, std::span<const Value> slots) {
  T left{};
  T right{};
  if (!computed(formula.left, kind, slots, left) || !computed(formula.right, kind, slots, right)) return std::nullopt;
  return holds(formula.comparison, left, right);
}

}  // namespace

std::optional<Formula> read_formula(const cel::Ast& ast, cel::NodeId root) {
  const Node& node = ast[root];
  if (node.kind != NodeKind::kOperator || !is_comparison(node.function)) return std::nullopt;
  const Node& left = ast[node.children[0]];
  const Node& right = ast[node.children[1]];
  const auto type = left.type.kind();
  if (type != cel::TypeKind::kInt && type != cel::TypeKind::kDouble) return std::nullopt;
  Formula formula;
  formula.comparison = node.function;
  formula.is_real = type == cel::TypeKind::kDouble;
  if (right.type.kind() != type || !read_side(ast, left, type, formula.left)) return std::nullopt;
  if (!read_side(ast, right, type, formula.right)) return std::nullopt;
  return formula;
}

std::optional<bool> evaluated(const Formula& formula, std::span<const Value> slots) {
  return formula.is_real ? compared<double>(formula, ValueKind::kDouble, slots)
                         : compared<std::int64_t>(formula, ValueKind::kInt64, slots);
}

}  // namespace weir::book
