#include "rules/cel/type_rules.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "rules/cel/optional.h"

namespace weir::cel {
namespace {

bool open(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kError || type.kind() == TypeKind::kFree;
}

std::optional<Type> in_type(const Type& element, const Type& container) {
  const Type boolean = Type::simple(TypeKind::kBool);
  if (open(container)) return boolean;
  const bool holds = container.kind() == TypeKind::kList || container.kind() == TypeKind::kMap ||
                     container.kind() == TypeKind::kLookup;
  if (!holds) return std::nullopt;
  return compatible(element, container.parameters()[0]) ? std::optional(boolean) : std::nullopt;
}

std::optional<Type> index_type(const Type& container, const Type& key) {
  if (open(container)) return Type::dyn();
  if (container.kind() == TypeKind::kList) {
    if (key.kind() != TypeKind::kInt && !open(key)) return std::nullopt;
    return container.parameters()[0];
  }
  if (container.kind() != TypeKind::kMap || !compatible(key, container.parameters()[0])) return std::nullopt;
  return container.parameters()[1];
}

using Bindings = std::map<std::string, Type, std::less<>>;

// Whether an argument fits a parameter, given what the type parameters stand for already; they take on what it adds.
bool bind(const Type& parameter, const Type& argument, Bindings& bindings) {
  if (parameter.kind() == TypeKind::kParameter) {
    const auto [at, added] = bindings.emplace(parameter.given_name(), argument);
    if (added) return true;
    if (!compatible(at->second, argument)) return false;
    at->second = joined(at->second, argument);
    return true;
  }
  if (open(parameter) || open(argument)) return true;
  if (!parameter.same_constructor(argument) || parameter.parameters().size() != argument.parameters().size()) {
    return false;
  }
  for (std::size_t i = 0; i < argument.parameters().size(); ++i) {
    if (!bind(parameter.parameters()[i], argument.parameters()[i], bindings)) return false;
  }
  return true;
}

Type substituted(const Type& type, const Bindings& bindings) {
  if (type.kind() == TypeKind::kParameter) {
    const auto at = bindings.find(type.given_name());
    return at == bindings.end() ? Type::free() : at->second;
  }
  std::vector<Type> parameters;
  for (const auto& parameter : type.parameters()) parameters.push_back(substituted(parameter, bindings));
  return type.with(std::move(parameters));
}

bool takes(const Overload& overload, CallStyle style, std::span<const Type> arguments) {
  if (overload.style != style || overload.arity != arguments.size()) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (overload.parameters[i] == TypeKind::kDyn || open(arguments[i])) continue;
    if (overload.parameters[i] != arguments[i].kind()) return false;
    if (overload.elements == TypeKind::kDyn || arguments[i].kind() != TypeKind::kList) continue;
    const Type& element = arguments[i].parameters()[0];
    if (!open(element) && element.kind() != overload.elements) return false;
  }
  return true;
}

// Whether the function on a list has a list of the same type.
bool keeps_list(Function function) {
  return function == Function::kReverse || function == Function::kDistinct || function == Function::kSlice ||
         function == Function::kSort;
}

// Any number of numbers or amounts, or one list of them.
std::optional<Type> extreme_type(std::span<const Type> arguments) {
  if (arguments.empty()) return std::nullopt;
  const bool list = arguments.size() == 1 && arguments[0].kind() == TypeKind::kList;
  const auto candidates = list ? std::span<const Type>(arguments[0].parameters()) : arguments;
  const auto is_money = [](const Type& type) { return type.kind() == TypeKind::kMoney; };
  const auto is_number = [](const Type& type) {
    return type.kind() == TypeKind::kInt || type.kind() == TypeKind::kUint || type.kind() == TypeKind::kDouble;
  };
  const auto all = [&](auto test) {
    return std::all_of(candidates.begin(), candidates.end(),
                       [&](const Type& type) { return open(type) || test(type); });
  };
  if (!all(is_money) && !all(is_number)) return std::nullopt;
  const bool same =
      std::all_of(candidates.begin(), candidates.end(), [&](const Type& t) { return t == candidates[0]; });
  return same ? candidates[0] : Type::dyn();
}

}  // namespace

bool compatible(const Type& a, const Type& b) {
  if (open(a) || open(b)) return true;
  if (!a.same_constructor(b)) return false;
  return std::equal(a.parameters().begin(), a.parameters().end(), b.parameters().begin(), b.parameters().end(),
                    compatible);
}

bool one_is_null(const Type& a, const Type& b) {
  const auto may_be_null = [](const Type& type) {
    return type.kind() == TypeKind::kTimestamp || type.kind() == TypeKind::kDuration ||
           type.kind() == TypeKind::kOptional || type.kind() == TypeKind::kAbstract;
  };
  return (a.kind() == TypeKind::kNull && may_be_null(b)) || (b.kind() == TypeKind::kNull && may_be_null(a));
}

Type joined(const Type& a, const Type& b) {
  if (a == b || b.kind() == TypeKind::kError || b.kind() == TypeKind::kFree) return a;
  if (a.kind() == TypeKind::kError || a.kind() == TypeKind::kFree) return b;
  if (one_is_null(a, b)) return a.kind() == TypeKind::kNull ? b : a;
  if (!a.same_constructor(b) || !compatible(a, b)) return Type::dyn();
  std::vector<Type> parameters;
  for (std::size_t i = 0; i < a.parameters().size(); ++i) {
    parameters.push_back(joined(a.parameters()[i], b.parameters()[i]));
  }
  return a.with(std::move(parameters));
}

Type settled(const Type& type) {
  if (type.kind() == TypeKind::kFree) return Type::dyn();
  std::vector<Type> parameters;
  for (const auto& parameter : type.parameters()) parameters.push_back(settled(parameter));
  return type.with(std::move(parameters));
}

std::optional<Type> call_type(const FunctionDeclaration& function, std::span<const Type> arguments) {
  if (function.parameters.size() != arguments.size()) return std::nullopt;
  Bindings bindings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!bind(function.parameters[i], arguments[i], bindings)) return std::nullopt;
  }
  return substituted(function.result, bindings);
}

std::optional<Type> call_type(Function function, CallStyle style, std::span<const Type> arguments) {
  if (function == Function::kEqual || function == Function::kNotEqual) {
    return compatible(arguments[0], arguments[1]) ? std::optional(Type::simple(TypeKind::kBool)) : std::nullopt;
  }
  if (function == Function::kIn) return in_type(arguments[0], arguments[1]);
  const bool of_optional = function == Function::kIndex && arguments[0].kind() == TypeKind::kOptional;
  if (of_optional || is_optional_function(function)) {
    return of_optional || takes_count(function, arguments.size()) ? optional_type(function, arguments) : std::nullopt;
  }
  if (function == Function::kIndex) return index_type(arguments[0], arguments[1]);
  if (function == Function::kAdd && arguments[0].kind() == TypeKind::kList && arguments[1].kind() == TypeKind::kList) {
    return Type::list(joined(arguments[0].parameters()[0], arguments[1].parameters()[0]));
  }
  if (function == Function::kGreatest || function == Function::kLeast) return extreme_type(arguments);
  const bool of_sets = function >= Function::kSetsContains && function <= Function::kSetsIntersects;
  if (of_sets && arguments.size() == 2 && !compatible(arguments[0], arguments[1])) return std::nullopt;
  std::optional<Type> result;
  for (const auto& overload : overloads()) {
    if (overload.function != function || !takes(overload, style, arguments)) continue;
    const bool list = overload.result == TypeKind::kList;
    const Type type = list ? Type::list(Type::simple(overload.yields)) : Type::simple(overload.result);
    result = result && !(*result == type) ? Type::dyn() : type;
  }
  if (result && !arguments.empty() && arguments[0].kind() == TypeKind::kList) {
    if (keeps_list(function)) return arguments[0];
    const Type& element = arguments[0].parameters()[0];
    if (function == Function::kFlatten && arguments.size() == 1 && element.kind() == TypeKind::kList) return element;
  }
  return result;
}

std::string spelled_form(Function function, CallStyle style, std::span<const std::string> types) {
  std::string out;
  std::size_t first = 0;
  if (style == CallStyle::kReceiver && !types.empty()) {
    out.append(types[0]).push_back('.');
    first = 1;
  }
  out.append(function_name(function)).push_back('(');
  for (std::size_t i = first; i < types.size(); ++i) {
    if (i > first) out.append(", ");
    out.append(types[i]);
  }
  return out.append(")");
}

std::string lookup_hint(std::span<const Type> types) {
  const bool some =
      std::any_of(types.begin(), types.end(), [](const Type& type) { return type.kind() == TypeKind::kLookup; });
  return some ? "a named list is asked for a value of its field alone: write value in lists.NAME" : "";
}

std::string known_forms(Function function, CallStyle style) {
  if (function == Function::kGreatest || function == Function::kLeast) {
    return "one or more numbers, or amounts, or a list of them";
  }
  std::vector<std::string> forms;
  for (const auto& overload : overloads()) {
    if (overload.function != function || overload.style != style) continue;
    std::vector<std::string> types;
    for (std::size_t i = 0; i < overload.arity; ++i) {
      const auto kind = overload.parameters[i];
      const bool of_some = kind == TypeKind::kList && overload.elements != TypeKind::kDyn;
      types.push_back((of_some ? Type::list(Type::simple(overload.elements)) : Type::simple(kind)).name());
    }
    forms.push_back(spelled_form(function, style, types));
  }
  std::string out;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (i > 0) out.append(i + 1 == forms.size() ? " or " : ", ");
    out.append(forms[i]);
  }
  return out;
}

}  // namespace weir::cel
