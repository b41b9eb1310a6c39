#include "rules/cel/currencies.h"

#include <optional>
#include <string>

#include "engine/base/currency.h"

namespace weir::cel {
namespace {

class CurrencyCheck {
 public:
  CurrencyCheck(Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues)
      : ast_(ast), environment_(environment), source_(source), issues_(issues) {}

  // The currency of what stands below `id`, if it is always the same.
  std::optional<std::uint16_t> visit(NodeId id) {
    Node& node = ast_[id];
    std::vector<std::optional<std::uint16_t>> children;
    children.reserve(node.children.size());
    for (const NodeId child : node.children) {
      children.push_back(visit(child));
      if (ast_[child].faulty) node.faulty = true;
    }
    if (node.faulty || node.type.kind() == TypeKind::kError) return std::nullopt;
    if (meets(node.function) && children.size() == 2 && children[0] && children[1] && children[0] != children[1]) {
      report(node, *children[0], *children[1]);
      node.faulty = true;
      return std::nullopt;
    }
    if (node.type.kind() != TypeKind::kMoney) return std::nullopt;
    return own(node, children);
  }

 private:
  static bool meets(Function function) {
    switch (function) {
      case Function::kAdd:
      case Function::kSubtract:
      case Function::kEqual:
      case Function::kNotEqual:
      case Function::kLess:
      case Function::kLessEqual:
      case Function::kGreater:
      case Function::kGreaterEqual:
        return true;
      default:
        return false;
    }
  }

  std::optional<std::uint16_t> own(const Node& node, const std::vector<std::optional<std::uint16_t>>& children) const {
    if (node.kind == NodeKind::kSlot) return environment_.currency_of(node.index);
    if (node.function == Function::kMoney && node.literal.is(ValueKind::kMoney)) return node.literal.currency();
    if (node.function == Function::kNegate) return children[0];
    if (node.function == Function::kAdd || node.function == Function::kSubtract) {
      return children[0] ? children[0] : children[1];
    }
    if (node.kind == NodeKind::kConditional && children[1] == children[2]) return children[1];
    return std::nullopt;
  }

  void report(const Node& node, std::uint16_t left, std::uint16_t right) {
    const auto code = [](std::uint16_t currency) { return std::string(currency_by_number(currency)->code); };
    const auto text = [&](NodeId child) { return "`" + std::string(source_.text(ast_[child].range)) + "`"; };
    issues_.error(source_.place(node.range),
                  text(node.children[0]) + " is in " + code(left) + " and " + text(node.children[1]) + " in " +
                      code(right) + ": without exchange rates they never meet",
                  "write both in one currency, or give the policy an exchange.csv");
  }

  Ast& ast_;
  const Environment& environment_;
  const SourceMap& source_;
  Issues& issues_;
};

}  // namespace

void check_currencies(Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues) {
  if (environment.knows_currencies()) CurrencyCheck(ast, environment, source, issues).visit(ast.root);
}

}  // namespace weir::cel
