#include <span>
#include <string>
#include <utility>

#include "rules/cel/macros.h"
#include "rules/cel/type_checker.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

bool is_open(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kFree || type.kind() == TypeKind::kError;
}

// What the first and the second of two variables mean in a comprehension over `range`.
std::pair<Type, Type> places_and_values(const Type& range) {
  if (range.kind() == TypeKind::kList) return {Type::simple(TypeKind::kInt), range.parameters()[0]};
  if (range.kind() == TypeKind::kMap) return {range.parameters()[0], range.parameters()[1]};
  return {range, range};
}

}  // namespace

// The type of the node; the name of a variable stands for the optional of it.
Type TypeChecker::as_optional(NodeId id) {
  Node& node = ast_[id];
  (void)check(id);
  if (node.kind == NodeKind::kSlot && node.type.kind() != TypeKind::kOptional) {
    node.kind = NodeKind::kOptionalSlot;
    node.type = Type::optional(node.type);
  }
  return node.type;
}

Type TypeChecker::optional_macro(NodeId id) {
  Node& node = ast_[id];
  const Type optional = as_optional(node.children[0]);
  Type value = optional;
  if (optional.kind() == TypeKind::kOptional) {
    value = optional.parameters()[0];
  } else if (!is_open(optional)) {
    fault(ast_[node.children[0]].range,
          std::string(macro_name(node.macro)) + "() is for an optional, not " + optional.name());
    value = faulty();
  }
  node.index = names_.depth();
  names_.push({node.name, value});
  const Type result = check(node.children[1]);
  names_.pop();
  if (node.macro == Macro::kOptMap) return Type::optional(result);
  if (result.kind() == TypeKind::kOptional || is_open(result)) return result;
  fault(ast_[node.children[1]].range, "optFlatMap() makes an optional of an optional, not of " + result.name(),
        "write optMap");
  return faulty();
}

Type TypeChecker::macro(NodeId id) {
  if (ast_[id].macro >= Macro::kOptMap) return optional_macro(id);
  Type range = check(ast_[id].children[0]);
  const bool known = range.kind() == TypeKind::kList || range.kind() == TypeKind::kMap;
  if (!known && !is_open(range)) {
    fault(ast_[ast_[id].children[0]].range,
          std::string(macro_name(ast_[id].macro)) + "() goes over a list or a map, not " + range.name(),
          lookup_hint(std::span(&range, 1)));
    range = faulty();
  }
  Node& node = ast_[id];
  node.index = names_.depth();
  const auto [place, value] = places_and_values(range);
  if (node.second_name.empty()) {
    names_.push({node.name, known ? range.parameters()[0] : range});
  } else {
    names_.push({node.name, place});
    names_.push({node.second_name, value});
  }
  const Type result = macro_result(id, range);
  names_.pop();
  if (!node.second_name.empty()) names_.pop();
  return result;
}

void TypeChecker::condition(NodeId id) { want_bool(id, check(id), "the condition is "); }

Type TypeChecker::macro_result(NodeId id, const Type& range) {
  const auto children = ast_[id].children;
  const bool filters = children.size() == 3 || ast_[id].macro == Macro::kFilter;
  if (filters) condition(children[1]);
  switch (ast_[id].macro) {
    case Macro::kAll:
    case Macro::kExists:
    case Macro::kExistsOne:
      condition(children[1]);
      return Type::simple(TypeKind::kBool);
    case Macro::kFilter:
      return Type::list(is_open(range) ? range : range.parameters()[0]);
    case Macro::kMap:
    case Macro::kTransformList:
      return Type::list(check(children.back()));
    case Macro::kTransformMap:
      return Type::map(places_and_values(range).first, check(children.back()));
    default:
      break;
  }
  return entries(children.back());
}

Type TypeChecker::let(NodeId id) {
  Node& node = ast_[id];
  node.index = names_.depth();
  const std::size_t values = node.children.size() - 1;
  for (std::size_t i = 0; i < values; ++i) {
    const NodeId value = node.children[i];
    const Type type = check(value);
    const auto name = node.name.empty() ? block_name(static_cast<std::int64_t>(i)) : node.name;
    names_.push({name, type, ast_[value].constant()});
  }
  const Type type = check(node.children.back());
  for (std::size_t i = 0; i < values; ++i) names_.pop();
  return type;
}

Type TypeChecker::entries(NodeId id) {
  const Type type = check(id);
  if (type.kind() == TypeKind::kMap) return type;
  if (!is_open(type)) {
    fault(ast_[id].range, "transformMapEntry() wants a map of the new entries, not " + type.name(),
          "write e.g. {key: value}");
  }
  return Type::map(Type::dyn(), Type::dyn());
}

}  // namespace weir::cel
