#include <algorithm>

#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }
ReferenceValue no_overload(Function function) { return fault(ErrorCode::kNoSuchOverload, function); }

bool holds(const ReferenceList& list, const ReferenceValue& element) {
  return std::any_of(list.begin(), list.end(), [&](const auto& other) { return reference_equal(other, element); });
}

bool holds_all(const ReferenceList& list, const ReferenceList& elements) {
  return std::all_of(elements.begin(), elements.end(), [&](const auto& element) { return holds(list, element); });
}

ReferenceList flat(const ReferenceList& list, std::int64_t depth) {
  ReferenceList out;
  for (const auto& element : list) {
    const bool opens = element.is<ReferenceList>() && depth > 0;
    const auto parts = opens ? flat(element.as<ReferenceList>(), depth - 1) : ReferenceList{element};
    out.insert(out.end(), parts.begin(), parts.end());
  }
  return out;
}

bool has_order(const ReferenceValue& value) {
  return value.is_number() || value.is<bool>() || value.is<std::string>() || value.is<ReferenceBytes>() ||
         value.is<ReferenceTime>() || value.is<ReferenceSpan>() || value.is<ReferenceMoney>();
}

// By insertion, each behind those that it is not less than.
ReferenceValue sorted(const ReferenceList& list) {
  ReferenceList out;
  for (const auto& element : list) {
    if (element.data.index() != list[0].data.index() || !has_order(element)) return no_overload(Function::kSort);
    const auto equal_to_itself = reference_call(Function::kLessEqual, {element, list[0]});
    if (equal_to_itself.is_fault()) return fault(equal_to_itself.as<ReferenceFault>().code, Function::kSort);
    if (!reference_equal(element, element)) return fault(ErrorCode::kInvalidArgument, Function::kSort);
  }
  for (const auto& element : list) {
    auto place = out.end();
    while (place != out.begin() && reference_call(Function::kLess, {element, *(place - 1)}).as<bool>()) --place;
    out.insert(place, element);
  }
  return {std::move(out)};
}

ReferenceValue on_list(Function function, const ReferenceList& list, const std::vector<std::int64_t>& numbers) {
  switch (function) {
    case Function::kDistinct: {
      ReferenceList out;
      for (const auto& element : list) {
        if (!holds(out, element)) out.push_back(element);
      }
      return {std::move(out)};
    }
    case Function::kFlatten:
      if (!numbers.empty() && numbers[0] < 0) return fault(ErrorCode::kInvalidArgument, function);
      return {flat(list, numbers.empty() ? 1 : numbers[0])};
    case Function::kReverse:
      return {ReferenceList(list.rbegin(), list.rend())};
    case Function::kSlice: {
      if (numbers[0] > numbers[1]) return fault(ErrorCode::kInvalidArgument, function);
      const bool inside = numbers[0] >= 0 && numbers[1] <= static_cast<std::int64_t>(list.size());
      if (!inside) return fault(ErrorCode::kIndexOutOfRange, function);
      return {ReferenceList(list.begin() + numbers[0], list.begin() + numbers[1])};
    }
    default:
      return sorted(list);
  }
}

}  // namespace

ReferenceValue reference_lists(Function function, const std::vector<ReferenceValue>& arguments) {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = function == Function::kRange ? 0 : 1; i < arguments.size(); ++i) {
    if (arguments[i].is<std::int64_t>()) numbers.push_back(arguments[i].as<std::int64_t>());
  }
  if (function == Function::kRange) {
    if (numbers.empty()) return no_overload(function);
    if (numbers[0] < 0) return fault(ErrorCode::kInvalidArgument, function);
    if (numbers[0] > 1'000'000) return fault(ErrorCode::kCostLimit, function);
    ReferenceList out;
    for (std::int64_t i = 0; i < numbers[0]; ++i) out.push_back({i});
    return {std::move(out)};
  }
  if (!arguments[0].is<ReferenceList>()) return no_overload(function);
  const auto& list = arguments[0].as<ReferenceList>();
  if (function < Function::kSetsContains) {
    return numbers.size() + 1 == arguments.size() ? on_list(function, list, numbers) : no_overload(function);
  }
  if (!arguments[1].is<ReferenceList>()) return no_overload(function);
  const auto& other = arguments[1].as<ReferenceList>();
  if (function == Function::kSetsContains) return {holds_all(list, other)};
  if (function == Function::kSetsEquivalent) return {holds_all(list, other) && holds_all(other, list)};
  return {std::any_of(list.begin(), list.end(), [&](const auto& element) { return holds(other, element); })};
}

}  // namespace weir::cel
