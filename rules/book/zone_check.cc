#include "rules/book/zone_check.h"

#include <string>

#include "rules/cel/ast.h"

namespace weir::book {
namespace {

bool depends_on_zone(const cel::Ast& ast, const cel::Node& node) {
  using cel::Function;
  return cel::is_time_part(node.function) && node.function != Function::kGetSeconds &&
         node.function != Function::kGetMilliseconds && ast[node.children[0]].type.kind() == cel::TypeKind::kTimestamp;
}

}  // namespace

void check_zones(const cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues) {
  if (vocabulary.zones.empty()) return;
  const auto& ast = expression.ast();
  std::vector<cel::NodeId> rest{ast.root};
  while (!rest.empty()) {
    const auto& node = ast[rest.back()];
    rest.pop_back();
    rest.insert(rest.end(), node.children.rbegin(), node.children.rend());
    if (node.children.size() != 1 || !depends_on_zone(ast, node)) continue;
    std::string choices;
    for (const auto& zone : vocabulary.zones) choices.append("`" + node.name + "(" + zone + ")`, ");
    issues.warning(expression.source().place(node.name_range), "`" + node.name + "` without a zone is in UTC",
                   "write " + choices + "or `" + node.name + "('UTC')` if UTC is meant");
  }
}

}  // namespace weir::book
