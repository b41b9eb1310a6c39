#include "rules/book/term.h"

#include <algorithm>
#include <utility>

#include "rules/book/comparison.h"

namespace weir::book {
namespace {

using cel::Function;
using cel::NodeKind;

// `5 < x` as `x > 5`.
Function mirrored(Function comparison) {
  switch (comparison) {
    case Function::kLess:
      return Function::kGreater;
    case Function::kLessEqual:
      return Function::kGreaterEqual;
    case Function::kGreater:
      return Function::kLess;
    case Function::kGreaterEqual:
      return Function::kLessEqual;
    default:
      return comparison;
  }
}

const Value* constant_of(const cel::Node& node) {
  const bool literal = node.kind == NodeKind::kLiteral || node.function == Function::kMoney;
  return literal ? &node.literal : nullptr;
}

bool compares_in_place(Function comparison, const Value& constant, cel::TypeKind type) {
  switch (constant.kind()) {
    case ValueKind::kInt64:
      return type == cel::TypeKind::kInt;
    case ValueKind::kDouble:
      return type == cel::TypeKind::kDouble;
    case ValueKind::kMoney:
      return type == cel::TypeKind::kMoney;
    case ValueKind::kString:
      return type == cel::TypeKind::kString && (comparison == Function::kEqual || comparison == Function::kNotEqual);
    default:
      return false;
  }
}

void recognise_comparison(const cel::Ast& ast, const cel::Node& node, Term& term) {
  const auto* left = &ast[node.children[0]];
  const auto* right = &ast[node.children[1]];
  auto comparison = node.function;
  if (right->kind == NodeKind::kSlot) {
    std::swap(left, right);
    comparison = mirrored(comparison);
  }
  const auto* constant = constant_of(*right);
  if (left->kind != NodeKind::kSlot || constant == nullptr) return;
  if (!compares_in_place(comparison, *constant, left->type.kind())) return;
  term.kind = TermKind::kCompare;
  term.comparison = comparison;
  term.slot = left->index;
  term.constants = {*constant};
}

void recognise_one_of(const cel::Ast& ast, const cel::Node& node, Term& term) {
  const auto& slot = ast[node.children[0]];
  const auto& list = ast[node.children[1]];
  if (slot.kind != NodeKind::kSlot || list.kind != NodeKind::kList || list.children.empty()) return;
  std::vector<Value> constants;
  for (const auto child : list.children) {
    const auto* constant = constant_of(ast[child]);
    if (constant == nullptr || constant->is(ValueKind::kMoney)) return;
    if (!compares_in_place(Function::kEqual, *constant, slot.type.kind())) return;
    // 1.0 and NaN have their own equality.
    if (constant->is(ValueKind::kDouble)) return;
    constants.push_back(*constant);
  }
  term.kind = TermKind::kOneOf;
  term.slot = slot.index;
  term.constants = std::move(constants);
}

void recognise(const cel::Ast& ast, cel::NodeId id, Term& term) {
  const auto& node = ast[id];
  if (node.function == Function::kNot && node.kind == NodeKind::kOperator) {
    recognise(ast, node.children[0], term);
    if (term.kind == TermKind::kFlag || term.kind == TermKind::kHas) {
      term.negated = !term.negated;
    } else {
      term.kind = TermKind::kProgram;
    }
  } else if (node.kind == NodeKind::kSlot && node.type.kind() == cel::TypeKind::kBool) {
    term.kind = TermKind::kFlag;
    term.slot = node.index;
  } else if (node.kind == NodeKind::kHas && ast[node.children[0]].kind == NodeKind::kSlot) {
    term.kind = TermKind::kHas;
    term.slot = ast[node.children[0]].index;
  } else if (node.kind == NodeKind::kOperator && is_comparison(node.function)) {
    recognise_comparison(ast, node, term);
  } else if (node.kind == NodeKind::kOperator && node.function == Function::kIn) {
    recognise_one_of(ast, node, term);
  }
}

// Nothing if the value is of another kind, or an amount in another currency.
std::optional<bool> compared(const Term& term, const Value& value) {
  const Value& constant = term.constants[0];
  if (value.kind() != constant.kind()) return std::nullopt;
  switch (value.kind()) {
    case ValueKind::kInt64:
      return holds(term.comparison, value.as_int64(), constant.as_int64());
    case ValueKind::kDouble:
      return holds(term.comparison, value.as_double(), constant.as_double());
    case ValueKind::kMoney:
      if (value.currency() != constant.currency()) return std::nullopt;
      return holds(term.comparison, value.minor_units(), constant.minor_units());
    default:
      // Long texts cost, which the program knows.
      if (value.as_string().size() >= cel::kTextBytesPerCost) return std::nullopt;
      return holds(term.comparison, value.as_string(), constant.as_string());
  }
}

// Of more constants the program's table knows more quickly.
std::optional<bool> found_among(const Term& term, const Value& value) {
  constexpr std::size_t kMost = 8;
  if (value.kind() != term.constants[0].kind() || term.constants.size() > kMost) return std::nullopt;
  const auto same = [&](const Value& constant) {
    return value.is(ValueKind::kInt64) ? constant.as_int64() == value.as_int64()
                                       : constant.as_string() == value.as_string();
  };
  return std::any_of(term.constants.begin(), term.constants.end(), same);
}

}  // namespace

std::optional<bool> evaluated_in_place(const Term& term, const Value& value) {
  switch (term.kind) {
    case TermKind::kFlag:
      if (!value.is(ValueKind::kBool)) return std::nullopt;
      return value.as_bool() != term.negated;
    case TermKind::kHas:
      if (value.is_error()) return std::nullopt;
      return value.is_absent() == term.negated;
    case TermKind::kCompare:
      return compared(term, value);
    case TermKind::kOneOf:
      return found_among(term, value);
    default:
      return std::nullopt;
  }
}

Term make_term(const cel::Expression& expression, cel::NodeId root) {
  Term term(expression.compile(root));
  recognise(expression.ast(), root, term);
  if (term.kind != TermKind::kProgram) return term;
  if (const auto formula = read_formula(expression.ast(), root)) {
    term.kind = TermKind::kFormula;
    term.formula = *formula;
  }
  return term;
}

Value evaluate_term(const Term& term, std::span<const Value> slots, cel::Scratch& scratch) {
  if (term.kind == TermKind::kFormula) {
    if (const auto result = evaluated(term.formula, slots)) return Value::boolean(*result);
  } else if (term.kind != TermKind::kProgram) {
    if (const auto result = evaluated_in_place(term, slots[term.slot])) return Value::boolean(*result);
  }
  return term.program.evaluate(slots, scratch);
}

}  // namespace weir::book
