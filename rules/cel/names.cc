#include "rules/cel/names.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/diagnostics.h"
#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr std::array kNamedTypes{TypeKind::kNull,   TypeKind::kBool,     TypeKind::kInt,   TypeKind::kUint,
                                 TypeKind::kDouble, TypeKind::kString,   TypeKind::kBytes, TypeKind::kTimestamp,
                                 TypeKind::kMoney,  TypeKind::kDuration, TypeKind::kList,  TypeKind::kMap,
                                 TypeKind::kType};

// The nodes of a selection of plain names, the first name first; empty if it is anything else.
std::vector<NodeId> chain_of(const Ast& ast, NodeId id) {
  std::vector<NodeId> chain{id};
  while (ast[id].kind == NodeKind::kSelect && !ast[id].rooted) {
    id = ast[id].children[0];
    chain.push_back(id);
  }
  if (ast[id].kind != NodeKind::kIdent) return {};
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::string spelled(const Ast& ast, std::span<const NodeId> chain) {
  std::string out;
  for (const NodeId id : chain) {
    if (!out.empty()) out.push_back('.');
    out.append(ast[id].name);
  }
  return out;
}

std::optional<TypeKind> named_type(std::string_view name) {
  const auto at = std::find_if(kNamedTypes.begin(), kNamedTypes.end(),
                               [name](TypeKind kind) { return type_kind_name(kind) == name; });
  return at == kNamedTypes.end() ? std::nullopt : std::optional(*at);
}

bool become_type(Node& node, std::string_view name) {
  const auto kind = named_type(name);
  if (!kind) return false;
  node.kind = NodeKind::kLiteral;
  node.literal = make_type(*kind);
  node.type = Type::simple(TypeKind::kType);
  node.children.clear();
  return true;
}

void become_slot(Node& node, const Variable& variable) {
  node.kind = NodeKind::kSlot;
  node.index = variable.slot;
  node.name = variable.name;
  node.type = variable.type;
  node.reads_slots = true;
  node.children.clear();
}

}  // namespace

bool Names::resolve(Ast& ast, NodeId id) const {
  const auto chain = chain_of(ast, id);
  if (chain.empty()) return true;
  Node& first = ast[chain[0]];
  if (!first.rooted) {
    for (std::size_t i = locals_.size(); i-- > 0;) {
      if (locals_[i].name != first.name) continue;
      first.kind = NodeKind::kLocal;
      first.index = static_cast<std::uint32_t>(i);
      first.type = locals_[i].type;
      first.lowest_local = first.index;
      return true;
    }
  }
  for (std::size_t length = chain.size(); length > 0; --length) {
    const auto name = spelled(ast, std::span(chain).first(length));
    if (const Variable* variable = environment_.find(name)) {
      become_slot(ast[chain[length - 1]], *variable);
      return true;
    }
    if (become_type(ast[chain[length - 1]], name)) return true;
  }
  return false;
}

bool Names::knows(const Ast& ast, NodeId id) const {
  const auto chain = chain_of(ast, id);
  if (chain.empty()) return true;
  const Node& first = ast[chain[0]];
  const auto same = [&first](const Local& local) { return local.name == first.name; };
  if (!first.rooted && std::any_of(locals_.begin(), locals_.end(), same)) return true;
  for (std::size_t length = chain.size(); length > 0; --length) {
    const auto name = spelled(ast, std::span(chain).first(length));
    if (environment_.find(name) != nullptr || named_type(name)) return true;
  }
  return false;
}

std::string Names::suggestion(std::string_view name) const {
  if (name.size() < 2) return {};  // any other single letter would be near enough
  std::vector<std::string> candidates;
  for (const auto& variable : environment_.variables()) candidates.push_back(variable.name);
  for (const auto& local : locals_) candidates.push_back(local.name);
  const auto closest = closest_name(name, candidates);
  return closest.empty() ? "" : "did you mean `" + std::string(closest) + "`?";
}

std::optional<std::string> dotted_name(const Ast& ast, NodeId id) {
  const auto chain = chain_of(ast, id);
  if (chain.empty()) return std::nullopt;
  return spelled(ast, chain);
}

}  // namespace weir::cel
