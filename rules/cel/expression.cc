#include "rules/cel/expression.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "rules/cel/analysis.h"
#include "rules/cel/code.h"
#include "rules/cel/compiler.h"

namespace weir::cel {
namespace {

void collect_slots(const Ast& ast, NodeId id, std::vector<std::uint32_t>& slots) {
  const Node& node = ast[id];
  if (node.kind == NodeKind::kSlot || node.kind == NodeKind::kOptionalSlot) slots.push_back(node.index);
  for (const NodeId child : node.children) collect_slots(ast, child, slots);
}

void collect_conjuncts(const Ast& ast, NodeId id, std::vector<NodeId>& out) {
  if (ast[id].kind != NodeKind::kAnd) {
    out.push_back(id);
    return;
  }
  for (const NodeId child : ast[id].children) collect_conjuncts(ast, child, out);
}

// Variables from `first_bound` on are bound below the root.
bool is_closed(const Ast& ast, NodeId id, std::uint32_t first_bound) {
  const Node& node = ast[id];
  if (node.kind == NodeKind::kLocal) return node.index >= first_bound;
  const bool binds = node.kind == NodeKind::kMacro || node.kind == NodeKind::kLet;
  const auto bound = binds ? std::min(first_bound, node.index) : first_bound;
  return std::all_of(node.children.begin(), node.children.end(),
                     [&](NodeId child) { return is_closed(ast, child, bound); });
}

bool computes_patterns(const Ast& ast, NodeId id) {
  const Node& node = ast[id];
  const bool matches = node.function == Function::kMatches && node.children.size() == 2;
  if (matches && ast[node.children[1]].kind != NodeKind::kLiteral) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](NodeId child) { return computes_patterns(ast, child); });
}

// As faulty: whether they are patterns is not known.
void mark_computed_patterns(Ast& ast, NodeId id) {
  if (computes_patterns(ast, id)) ast[id].faulty = true;
  for (const NodeId child : ast[id].children) mark_computed_patterns(ast, child);
}

}  // namespace

std::unique_ptr<Expression> Expression::analysed(std::string_view text, const Place& place,
                                                 const Environment& environment, const Type& wanted, Checking checking,
                                                 Issues& issues) {
  const auto faults_before = issues.all().size();
  std::unique_ptr<Expression> made(new Expression(text, place));
  auto analysed = analyse(made->source_, environment, wanted, checking, issues);
  made->ast_ = std::move(analysed.ast);
  made->parsed_ = analysed.parsed;
  if (!computes_patterns(made->ast_, made->ast_.root)) return made;
  // Only the compiler sees what such a pattern is.
  if (!issues.has_errors(faults_before)) (void)generate(made->ast_, made->ast_.root, made->source_, issues);
  if (issues.has_errors(faults_before)) mark_computed_patterns(made->ast_, made->ast_.root);
  return made;
}

Result<std::unique_ptr<Expression>, Issues> Expression::check(std::string_view text, const Place& place,
                                                              const Environment& environment, const Type& wanted,
                                                              Checking checking) {
  Issues issues;
  auto made = analysed(text, place, environment, wanted, checking, issues);
  if (issues.has_errors()) return issues;
  return made;
}

std::unique_ptr<Expression> Expression::examine(std::string_view text, const Place& place,
                                                const Environment& environment, const Type& wanted, Issues& issues) {
  return analysed(text, place, environment, wanted, Checking::kStrict, issues);
}

std::vector<std::uint32_t> Expression::slots(NodeId root) const {
  std::vector<std::uint32_t> slots;
  collect_slots(ast_, root, slots);
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

Program Expression::compile(NodeId root) const {
  Issues issues;
  auto code = generate(ast_, root, source_, issues);
  WEIR_CHECK(!issues.has_errors(), "check() has found all faults");
  return Program(std::move(code));
}

bool is_closed(const Ast& ast, NodeId root) { return is_closed(ast, root, kNoLocal); }

std::vector<NodeId> conjuncts(const Ast& ast, NodeId root) {
  std::vector<NodeId> out;
  collect_conjuncts(ast, root, out);
  return out;
}

}  // namespace weir::cel
