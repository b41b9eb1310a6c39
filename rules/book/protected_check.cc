#include "rules/book/protected_check.h"

#include <algorithm>

#include "rules/cel/ast.h"

namespace weir::book {

void check_protected(const cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues) {
  const auto& slots = vocabulary.protected_slots;
  if (slots.empty()) return;
  const auto& ast = expression.ast();
  std::vector<cel::NodeId> rest{ast.root};
  while (!rest.empty()) {
    const auto& node = ast[rest.back()];
    rest.pop_back();
    rest.insert(rest.end(), node.children.rbegin(), node.children.rend());
    const bool is_slot = node.kind == cel::NodeKind::kSlot || node.kind == cel::NodeKind::kOptionalSlot;
    if (!is_slot || std::find(slots.begin(), slots.end(), node.index) == slots.end()) continue;
    issues.warning(expression.source().place(node.range), "`" + node.name + "` is protected",
                   "a decision should depend on it only where the law asks for that");
  }
}

}  // namespace weir::book
