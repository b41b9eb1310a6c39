#include "rules/cel/names.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/diagnostics.h"
#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr std::array kNamedTypes{TypeKind::kNull,   TypeKind::kBool,     TypeKind::kInt,     TypeKind::kUint,
                                 TypeKind::kDouble, TypeKind::kString,   TypeKind::kBytes,   TypeKind::kTimestamp,
                                 TypeKind::kMoney,  TypeKind::kDuration, TypeKind::kList,    TypeKind::kMap,
                                 TypeKind::kType,   TypeKind::kOptional, TypeKind::kAddress, TypeKind::kNetwork};

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

void become_type(Node& node, TypeKind kind) {
  node.kind = NodeKind::kLiteral;
  node.literal = make_type(kind);
  node.type = Type::simple(TypeKind::kType);
  node.children.clear();
}

// "a.b.", "a." and "" for the container a.b: where a name is looked for, in this order.
std::vector<std::string> prefixes_of(std::string_view container, bool rooted) {
  std::vector<std::string> out;
  for (std::string_view rest = rooted ? "" : container; !rest.empty();) {
    out.push_back(std::string(rest) + ".");
    const auto dot = rest.rfind('.');
    rest = rest.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  out.emplace_back();
  return out;
}

void become_slot(Node& node, const Variable& variable, bool optional) {
  node.kind = optional ? NodeKind::kOptionalSlot : NodeKind::kSlot;
  node.index = variable.slot;
  node.may_be_absent = variable.optional;
  node.name = variable.name;
  node.type = optional ? Type::optional(variable.type) : variable.type;
  node.reads_slots = true;
  node.children.clear();
}

void become_constant(Ast& ast, Node& node, const Variable& variable) {
  node.kind = NodeKind::kLiteral;
  node.literal = Value::string(ast.keep(*variable.constant));
  node.name = variable.name;
  node.type = variable.type;
  node.children.clear();
}

// The one candidate whose last part is `name`: `card.count_1h` for `count_1h`.
std::string_view only_one_ending_in(std::string_view name, const std::vector<std::string>& candidates) {
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (candidate.substr(candidate.rfind('.') + 1) != name) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

}  // namespace

std::size_t Names::local_of(const Node& first) const {
  std::size_t i = first.rooted ? 0 : locals_.size();
  while (i > 0 && locals_[i - 1].name != first.name) --i;
  return i;
}

Names::Known Names::find(const Ast& ast, std::span<const NodeId> chain) const {
  const auto prefixes = prefixes_of(environment_.container(), ast[chain[0]].rooted);
  for (std::size_t length = chain.size(); length > 0; --length) {
    const auto name = spelled(ast, chain.first(length));
    for (const auto& prefix : prefixes) {
      const Variable* variable = environment_.find(prefix + name);
      const auto type = variable == nullptr ? named_type(prefix + name) : std::nullopt;
      if (variable != nullptr || type) return {length, variable, type};
    }
  }
  return {};
}

bool Names::resolve(Ast& ast, NodeId id) const {
  const auto chain = chain_of(ast, id);
  if (chain.empty()) return true;
  Node& first = ast[chain[0]];
  if (const std::size_t local = local_of(first); local > 0) {
    first.kind = NodeKind::kLocal;
    first.index = static_cast<std::uint32_t>(local - 1);
    first.type = locals_[local - 1].type;
    if (!locals_[local - 1].constant) first.lowest_local = first.index;
    return true;
  }
  const Known known = find(ast, chain);
  if (known.length == 0) return false;
  Node& last = ast[chain[known.length - 1]];
  if (known.variable != nullptr && known.variable->constant) {
    become_constant(ast, last, *known.variable);
  } else if (known.variable != nullptr) {
    // `card.?mean` is the optional of the variable card.mean.
    const auto links = std::span(chain).first(known.length);
    const bool optional = std::any_of(links.begin(), links.end(), [&ast](NodeId link) { return ast[link].optional; });
    become_slot(last, *known.variable, optional);
  } else {
    become_type(last, *known.type);
  }
  return true;
}

bool Names::knows(const Ast& ast, NodeId id) const {
  const auto chain = chain_of(ast, id);
  return chain.empty() || local_of(ast[chain[0]]) > 0 || find(ast, chain).length > 0;
}

std::string Names::suggestion(std::string_view name) const {
  if (name.size() < 2) return {};  // any other single letter would be near enough
  std::vector<std::string> candidates;
  for (const auto& variable : environment_.variables()) candidates.push_back(variable.name);
  for (const auto& local : locals_) candidates.push_back(local.name);
  auto closest = closest_name(name, candidates);
  if (closest.empty()) closest = only_one_ending_in(name.substr(name.rfind('.') + 1), candidates);
  return closest.empty() ? "" : "did you mean `" + std::string(closest) + "`?";
}

std::optional<std::string> dotted_name(const Ast& ast, NodeId id) {
  const auto chain = chain_of(ast, id);
  if (chain.empty()) return std::nullopt;
  return spelled(ast, chain);
}

}  // namespace weir::cel
