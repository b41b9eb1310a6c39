#include <string>

#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }

ReferenceValue none() { return {ReferenceOptional{}}; }
ReferenceValue some(const ReferenceValue& value) { return {ReferenceOptional{{value}}}; }

ReferenceValue unwrapped(const ReferenceValue& list, Function function) {
  if (!list.is<ReferenceList>()) return fault(ErrorCode::kNoSuchOverload, function);
  ReferenceList out;
  for (const auto& element : list.as<ReferenceList>()) {
    if (!element.is<ReferenceOptional>()) return fault(ErrorCode::kNoSuchOverload, function);
    for (const auto& value : element.as<ReferenceOptional>().held) out.push_back(value);
  }
  return {std::move(out)};
}

bool is_zero(const ReferenceValue& value) {
  const ReferenceValue zeroes[] = {{ReferenceNull{}},  {false},           {std::int64_t{0}}, {std::string()},
                                   {ReferenceBytes{}}, {ReferenceTime{}}, {ReferenceSpan{}}, {ReferenceList{}},
                                   {ReferenceMap{}}};
  if (value.is<ReferenceMoney>()) return value.as<ReferenceMoney>().minor_units == 0;
  for (const auto& zero : zeroes) {
    if (reference_equal(zero, value)) return true;
  }
  return false;
}

ReferenceValue element(const ReferenceValue& container, const ReferenceValue& key, Function function) {
  if (!container.is<ReferenceList>() && !container.is<ReferenceMap>()) {
    return fault(ErrorCode::kNoSuchOverload, function);
  }
  auto found = reference_call(Function::kIndex, {container, key});
  if (!found.is_fault()) return some(found);
  const auto code = found.as<ReferenceFault>().code;
  const bool missing = code == ErrorCode::kNoSuchKey || code == ErrorCode::kIndexOutOfRange;
  return missing ? none() : fault(code, function);
}

}  // namespace

ReferenceValue reference_optional_element(const ReferenceValue& container, const ReferenceValue& key,
                                          Function function) {
  if (!container.is<ReferenceOptional>()) return element(container, key, function);
  const auto& held = container.as<ReferenceOptional>().held;
  return held.empty() ? container : element(held[0], key, function);
}

ReferenceValue reference_optional(Function function, const std::vector<ReferenceValue>& arguments) {
  switch (function) {
    case Function::kOptionalNone:
      return none();
    case Function::kOptionalIndex:
      return reference_optional_element(arguments[0], arguments[1], function);
    case Function::kOptionalOf:
      return some(arguments[0]);
    case Function::kOptionalOfNonZero:
      return is_zero(arguments[0]) ? none() : some(arguments[0]);
    case Function::kOptionalUnwrap:
    case Function::kUnwrapOpt:
      return unwrapped(arguments[0], function);
    case Function::kFirst:
    case Function::kLast: {
      if (!arguments[0].is<ReferenceList>()) return fault(ErrorCode::kNoSuchOverload, function);
      const auto& list = arguments[0].as<ReferenceList>();
      if (list.empty()) return none();
      return some(list[function == Function::kFirst ? 0 : list.size() - 1]);
    }
    default:
      break;
  }
  if (!arguments[0].is<ReferenceOptional>()) return fault(ErrorCode::kNoSuchOverload, function);
  const auto& held = arguments[0].as<ReferenceOptional>().held;
  if (function == Function::kHasValue) return {!held.empty()};
  return held.empty() ? fault(ErrorCode::kInvalidArgument, function) : held[0];
}

}  // namespace weir::cel
