#include <array>

#include "rules/cel/optional.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

constexpr std::array kNames{
    FunctionName{Function::kOptionalIndex, "[?]"},
    FunctionName{Function::kOptionalNone, "optional.none"},
    FunctionName{Function::kOptionalOf, "optional.of"},
    FunctionName{Function::kOptionalOfNonZero, "optional.ofNonZeroValue"},
    FunctionName{Function::kOptionalUnwrap, "optional.unwrap"},
    FunctionName{Function::kUnwrapOpt, "unwrapOpt"},
    FunctionName{Function::kHasValue, "hasValue"},
    FunctionName{Function::kOptionalValue, "value"},
    FunctionName{Function::kOptionalOr, "or"},
    FunctionName{Function::kOrValue, "orValue"},
    FunctionName{Function::kFirst, "first"},
    FunctionName{Function::kLast, "last"},
    FunctionName{Function::kOptMap, "optMap"},
    FunctionName{Function::kOptFlatMap, "optFlatMap"},
};

bool open(const Type& type) {
  return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kError || type.kind() == TypeKind::kFree;
}

// What an optional of this type holds.
std::optional<Type> held(const Type& type) {
  if (open(type)) return Type::dyn();
  return type.kind() == TypeKind::kOptional ? std::optional(type.parameters()[0]) : std::nullopt;
}

std::optional<Type> element(const Type& list) {
  if (open(list)) return Type::dyn();
  return list.kind() == TypeKind::kList ? std::optional(list.parameters()[0]) : std::nullopt;
}

std::optional<Type> wrapped(const std::optional<Type>& type) {
  return type ? std::optional(Type::optional(*type)) : std::nullopt;
}

std::optional<Type> element_of(const Type& container, const Type& key) {
  const bool is_optional = container.kind() == TypeKind::kOptional;
  const std::array<Type, 2> arguments{is_optional ? container.parameters()[0] : container, key};
  if (arguments[0].kind() == TypeKind::kOptional) return std::nullopt;
  return wrapped(call_type(Function::kIndex, CallStyle::kOperator, arguments));
}

}  // namespace

std::span<const FunctionName> optional_names() { return kNames; }

std::vector<Overload> optional_overloads() {
  std::vector<Overload> out;
  const auto add = [&out](Function function, CallStyle style, std::initializer_list<TypeKind> parameters,
                          TypeKind result) {
    Overload overload{.function = function, .style = style, .result = result};
    for (const auto kind : parameters) overload.parameters[overload.arity++] = kind;
    out.push_back(overload);
  };
  constexpr auto kOptional = TypeKind::kOptional;
  constexpr auto kAny = TypeKind::kDyn;
  add(Function::kOptionalIndex, CallStyle::kOperator, {kAny, kAny}, kOptional);
  add(Function::kOptionalNone, CallStyle::kGlobal, {}, kOptional);
  add(Function::kOptionalOf, CallStyle::kGlobal, {kAny}, kOptional);
  add(Function::kOptionalOfNonZero, CallStyle::kGlobal, {kAny}, kOptional);
  add(Function::kOptionalUnwrap, CallStyle::kGlobal, {TypeKind::kList}, TypeKind::kList);
  add(Function::kUnwrapOpt, CallStyle::kReceiver, {TypeKind::kList}, TypeKind::kList);
  add(Function::kHasValue, CallStyle::kReceiver, {kOptional}, TypeKind::kBool);
  add(Function::kOptionalValue, CallStyle::kReceiver, {kOptional}, kAny);
  add(Function::kOptionalOr, CallStyle::kReceiver, {kOptional, kOptional}, kOptional);
  add(Function::kOrValue, CallStyle::kReceiver, {kOptional, kAny}, kAny);
  add(Function::kFirst, CallStyle::kReceiver, {TypeKind::kList}, kOptional);
  add(Function::kLast, CallStyle::kReceiver, {TypeKind::kList}, kOptional);
  return out;
}

std::optional<Type> optional_type(Function function, std::span<const Type> arguments) {
  switch (function) {
    case Function::kIndex:
    case Function::kOptionalIndex:
      return element_of(arguments[0], arguments[1]);
    case Function::kOptionalNone:
      return Type::optional(Type::free());
    case Function::kOptionalOf:
    case Function::kOptionalOfNonZero:
      return Type::optional(arguments[0]);
    case Function::kOptionalUnwrap:
    case Function::kUnwrapOpt: {
      const auto optional = element(arguments[0]);
      const auto value = optional ? held(*optional) : std::nullopt;
      return value ? std::optional(Type::list(*value)) : std::nullopt;
    }
    case Function::kHasValue:
      return held(arguments[0]) ? std::optional(Type::simple(TypeKind::kBool)) : std::nullopt;
    case Function::kOptionalValue:
      return held(arguments[0]);
    case Function::kOptionalOr:
      if (!held(arguments[0]) || !held(arguments[1]) || !compatible(arguments[0], arguments[1])) return std::nullopt;
      return joined(arguments[0], arguments[1]);
    case Function::kOrValue: {
      const auto value = held(arguments[0]);
      if (!value || !compatible(*value, arguments[1])) return std::nullopt;
      return joined(*value, arguments[1]);
    }
    default:
      return wrapped(element(arguments[0]));
  }
}

}  // namespace weir::cel
