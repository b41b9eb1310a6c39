#include "rules/cel/optional.h"

#include <algorithm>

#include "engine/base/check.h"
#include "rules/cel/call.h"
#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"

namespace weir::cel {
namespace {

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }

// What a field holds that nobody has set; the epoch for a timestamp.
bool is_zero(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return !value.as_bool();
    case ValueKind::kInt64:
    case ValueKind::kUint64:
      return value.as_int64() == 0;
    case ValueKind::kDouble:
      return value.as_double() == 0;
    case ValueKind::kString:
    case ValueKind::kBytes:
      return value.as_string().empty();
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return value.seconds() == 0 && value.nanoseconds() == 0;
    case ValueKind::kMoney:
      return value.minor_units() == 0;
    case ValueKind::kList:
    case ValueKind::kMap:
      return value.object_detail() == 0;
    default:
      return false;
  }
}

// The values that the optionals of a list hold.
Value unwrapped(const Value& list, Function function, Scratch& scratch) {
  if (!list.is(ValueKind::kList)) return failure(ErrorCode::kNoSuchOverload, function);
  const auto elements = list_elements(list);
  Value* out = scratch.spend(elements.size()) ? scratch.allocate_values(elements.size()) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, function);
  std::size_t count = 0;
  for (const Value& element : elements) {
    if (!element.is(ValueKind::kOptional)) return failure(ErrorCode::kNoSuchOverload, function);
    if (const Value* held = optional_value(element)) out[count++] = *held;
  }
  return make_list({out, count});
}

Value end_of(const Value& list, Function function, Scratch& scratch) {
  if (!list.is(ValueKind::kList)) return failure(ErrorCode::kNoSuchOverload, function);
  const auto elements = list_elements(list);
  if (elements.empty()) return make_optional(nullptr);
  return optional_of(function == Function::kFirst ? elements.front() : elements.back(), scratch);
}

}  // namespace

Value optional_of(const Value& value, Scratch& scratch) {
  Value* cell = scratch.allocate_values(1);
  if (cell == nullptr) return Value::error(ErrorCode::kCostLimit);
  *cell = value;
  return make_optional(cell);
}

Value optional_element(const Value& container, const Value& key, Function name, Scratch& scratch) {
  const bool wrapped = container.is(ValueKind::kOptional);
  if (wrapped && optional_value(container) == nullptr) return container;
  const Value& inside = wrapped ? *optional_value(container) : container;
  if (inside.is(ValueKind::kMap)) {
    const Value* found = find_in_map(inside, key, scratch);
    return found == nullptr ? make_optional(nullptr) : optional_of(*found, scratch);
  }
  if (!inside.is(ValueKind::kList)) return failure(ErrorCode::kNoSuchOverload, name);
  const Value place = place_in_list(key, name);
  if (place.is_error()) return place;
  const auto elements = list_elements(inside);
  const std::int64_t index = place.as_int64();
  if (index < 0 || index >= static_cast<std::int64_t>(elements.size())) return make_optional(nullptr);
  return optional_of(elements[static_cast<std::size_t>(index)], scratch);
}

Value optional_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  if (function == Function::kOptionalNone) return make_optional(nullptr);
  const Value& first = arguments[0];
  switch (function) {
    case Function::kOptionalIndex:
      return optional_element(first, arguments[1], function, scratch);
    case Function::kOptionalOf:
      return optional_of(first, scratch);
    case Function::kOptionalOfNonZero:
      return is_zero(first) ? make_optional(nullptr) : optional_of(first, scratch);
    case Function::kOptionalUnwrap:
    case Function::kUnwrapOpt:
      return unwrapped(first, function, scratch);
    case Function::kFirst:
    case Function::kLast:
      return end_of(first, function, scratch);
    default:
      break;
  }
  WEIR_CHECK(function == Function::kHasValue || function == Function::kOptionalValue, "the others have instructions");
  if (!first.is(ValueKind::kOptional)) return failure(ErrorCode::kNoSuchOverload, function);
  const Value* held = optional_value(first);
  if (function == Function::kHasValue) return Value::boolean(held != nullptr);
  return held != nullptr ? *held : failure(ErrorCode::kInvalidArgument, function);
}

}  // namespace weir::cel
