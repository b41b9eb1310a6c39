#include "rules/cel/typed_op.h"

#include <optional>

namespace weir::cel {
namespace {

// The first of the six comparisons of a type, in the order of Function::kEqual to kGreaterEqual.
std::optional<Op> typed_comparison(Function function, TypeKind kind) {
  if (function < Function::kEqual || function > Function::kGreaterEqual) return std::nullopt;
  const auto offset = static_cast<int>(function) - static_cast<int>(Function::kEqual);
  const auto from = [offset](Op first) { return static_cast<Op>(static_cast<int>(first) + offset); };
  switch (kind) {
    case TypeKind::kInt:
      return from(Op::kIntEqual);
    case TypeKind::kDouble:
      return from(Op::kRealEqual);
    case TypeKind::kMoney:
      return from(Op::kMoneyEqual);
    case TypeKind::kString:
      if (function == Function::kEqual) return Op::kTextEqual;
      if (function == Function::kNotEqual) return Op::kTextNotEqual;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

Op binary_op(Function function, TypeKind left, TypeKind right) {
  if (left != right) return Op::kCall2;
  if (function >= Function::kContains && function <= Function::kEndsWith && left == TypeKind::kString) {
    return Op::kTextTest;
  }
  if (const auto op = typed_comparison(function, left)) return *op;
  const bool arithmetic = function >= Function::kAdd && function <= Function::kModulo;
  if (arithmetic && left == TypeKind::kInt) return Op::kIntArithmetic;
  if (arithmetic && left == TypeKind::kDouble) return Op::kRealArithmetic;
  return Op::kCall2;
}

}  // namespace weir::cel
