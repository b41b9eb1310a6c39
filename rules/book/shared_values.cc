#include "rules/book/shared_values.h"

namespace weir::book {
namespace {

using cel::Function;
using cel::Node;
using cel::NodeKind;

// Whether it takes longer to compute than to look up.
bool is_costly(const Node& node) {
  switch (node.kind) {
    case NodeKind::kCall:
    case NodeKind::kReceiverCall:
      return node.function != Function::kMoney && node.function != Function::kDyn;
    case NodeKind::kOperator:
      return node.function != Function::kNot && node.function != Function::kNegate &&
             (node.function < Function::kEqual || node.function > Function::kIn);
    case NodeKind::kMacro:
    case NodeKind::kSelect:
      return true;
    default:
      return false;
  }
}

// What has() asks for is no value.
std::span<const cel::NodeId> value_children(const cel::Ast& ast, const Node& node) {
  return node.kind == NodeKind::kHas ? ast[node.children[0]].children : node.children;
}

bool may_build(cel::TypeKind kind) {
  switch (kind) {
    case cel::TypeKind::kBool:
    case cel::TypeKind::kInt:
    case cel::TypeKind::kUint:
    case cel::TypeKind::kDouble:
    case cel::TypeKind::kTimestamp:
    case cel::TypeKind::kDuration:
    case cel::TypeKind::kMoney:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool Sharing::is_shared(const Node& node, std::uint32_t number) const {
  return !node.constant() && is_costly(node) && counts_.at(number) > 1;
}

void Sharing::count(const cel::Expression& expression, cel::NodeId root, std::span<const std::uint32_t> numbers) {
  // Below a subtree that was met before nothing is new.
  if (++counts_[numbers[root]] > 1) return;
  for (const auto child : value_children(expression.ast(), expression.ast()[root])) count(expression, child, numbers);
}

void Sharing::replace(cel::Expression& expression, cel::NodeId root, std::span<const std::uint32_t> numbers) {
  auto& ast = expression.ast();
  if (!is_shared(ast[root], numbers[root]) || !cel::is_closed(ast, root)) {
    for (const auto child : value_children(ast, ast[root])) replace(expression, child, numbers);
    return;
  }
  auto known = slots_.find(numbers[root]);
  if (known == slots_.end()) {
    for (const auto child : value_children(ast, ast[root])) replace(expression, child, numbers);
    auto program = expression.compile(root);
    auto needs = among(program.slots());
    const auto slot = first_slot_ + static_cast<std::uint32_t>(values_.size());
    values_.push_back({std::move(program), std::move(needs), may_build(ast[root].type.kind())});
    known = slots_.emplace(numbers[root], slot).first;
  }
  auto& node = ast[root];
  node.kind = NodeKind::kSlot;
  node.function = Function::kNone;
  node.optional = false;
  node.index = known->second;
  node.children.clear();
}

std::vector<std::uint32_t> Sharing::among(std::span<const std::uint32_t> slots) const {
  std::vector<std::uint32_t> out;
  for (const auto slot : slots) {
    if (slot >= first_slot_) out.push_back(slot - first_slot_);
  }
  return out;
}

}  // namespace weir::book
