#include "rules/cel/call.h"

#include <algorithm>
#include <array>
#include <compare>
#include <optional>

#include "engine/base/check.h"
#include "rules/cel/arithmetic.h"
#include "rules/cel/calendar.h"
#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"
#include "rules/cel/conversion.h"
#include "rules/cel/library.h"
#include "rules/cel/lookup.h"
#include "rules/cel/optional.h"
#include "rules/cel/time_zones.h"
#include "rules/cel/utf8.h"

namespace weir::cel {
namespace {

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }
Value no_overload(Function function) { return failure(ErrorCode::kNoSuchOverload, function); }

bool other_currency(const Value& a, const Value& b) {
  return a.is(ValueKind::kMoney) && b.is(ValueKind::kMoney) && a.currency() != b.currency();
}

bool meets_in_base(Function function) {
  return function == Function::kAdd || function == Function::kSubtract ||
         (function >= Function::kEqual && function <= Function::kGreaterEqual);
}

// Of two amounts in different currencies: both in the base currency, if there are rates.
Value call_in_base(Function function, const Value& a, const Value& b, Scratch& scratch) {
  const auto& exchange = scratch.exchange();
  if (exchange.table == nullptr) return failure(ErrorCode::kCurrencyMismatch, function);
  const std::array<Value, 2> both{exchange.table->to_base(a, exchange.time_ms),
                                  exchange.table->to_base(b, exchange.time_ms)};
  for (const Value& amount : both) {
    if (amount.is_absent()) return failure(ErrorCode::kCurrencyMismatch, function);
    if (amount.is_error()) return failure(amount.code(), function);
  }
  return call(function, both, scratch);
}

Value equality(Function function, const Value& a, const Value& b, Scratch& scratch) {
  return Value::boolean(equal(a, b, scratch) == (function == Function::kEqual));
}

Value comparison(Function function, const Value& a, const Value& b, Scratch& scratch) {
  const bool text = a.is(ValueKind::kString) || a.is(ValueKind::kBytes);
  if (text && a.kind() == b.kind()) scratch.spend_text(std::min(a.as_string().size(), b.as_string().size()));
  const auto ordering = order(a, b);
  if (!ordering) return no_overload(function);
  switch (function) {
    case Function::kLess:
      return Value::boolean(*ordering < 0);
    case Function::kLessEqual:
      return Value::boolean(*ordering <= 0);
    case Function::kGreater:
      return Value::boolean(*ordering > 0);
    default:
      return Value::boolean(*ordering >= 0);
  }
}

Value membership(const Value& element, const Value& container, Scratch& scratch) {
  if (container.is(ValueKind::kList)) return Value::boolean(list_contains(container, element, scratch));
  if (container.is(ValueKind::kMap)) return Value::boolean(find_in_map(container, element, scratch) != nullptr);
  if (container.is(ValueKind::kLookup)) {
    return Value::boolean(scratch.spend(kLookupCost) && lookup_of(container).contains(element));
  }
  return no_overload(Function::kIn);
}

Value list_element(const Value& list, const Value& key) {
  const Value place = place_in_list(key, Function::kIndex);
  if (place.is_error()) return place;
  const auto elements = list_elements(list);
  const std::int64_t index = place.as_int64();
  if (index < 0 || index >= static_cast<std::int64_t>(elements.size())) {
    return failure(ErrorCode::kIndexOutOfRange, Function::kIndex);
  }
  return elements[static_cast<std::size_t>(index)];
}

Value element(const Value& container, const Value& key, Scratch& scratch) {
  if (container.is(ValueKind::kList)) return list_element(container, key);
  if (container.is(ValueKind::kOptional)) return optional_element(container, key, Function::kIndex, scratch);
  if (!container.is(ValueKind::kMap)) return no_overload(Function::kIndex);
  const Value* found = find_in_map(container, key, scratch);
  return found != nullptr ? *found : failure(ErrorCode::kNoSuchKey, Function::kIndex);
}

Value size_of(const Value& operand, Scratch& scratch) {
  switch (operand.kind()) {
    case ValueKind::kString:
      scratch.spend_text(operand.as_string().size());
      return Value::int64(static_cast<std::int64_t>(code_points(operand.as_string())));
    case ValueKind::kBytes:
      return Value::int64(static_cast<std::int64_t>(operand.as_bytes().size()));
    case ValueKind::kList:
    case ValueKind::kMap:
      return Value::int64(operand.object_detail());
    default:
      return no_overload(Function::kSize);
  }
}

Value text_test(Function function, const Value& a, const Value& b, Scratch& scratch) {
  if (!a.is(ValueKind::kString) || !b.is(ValueKind::kString)) return no_overload(function);
  const auto text = a.as_string();
  const auto part = b.as_string();
  switch (function) {
    case Function::kStartsWith:
      return Value::boolean(text.starts_with(part));
    case Function::kEndsWith:
      return Value::boolean(text.ends_with(part));
    default:
      break;
  }
  // The search may compare the part at every place.
  if (!scratch.spend(text.size() / kTextBytesPerCost * (1 + part.size() / kTextBytesPerCost))) {
    return failure(ErrorCode::kCostLimit, function);
  }
  return Value::boolean(text.find(part) != std::string_view::npos);
}

Value time_part(Function function, std::span<const Value> arguments) {
  const Value& time = arguments[0];
  if (time.is(ValueKind::kDuration) && arguments.size() == 1 && function >= Function::kGetHours) {
    return Value::int64(duration_part(function, time));
  }
  if (!time.is(ValueKind::kTimestamp)) return no_overload(function);
  std::optional<TimeZone> zone;
  if (arguments.size() == 2) {
    if (!arguments[1].is(ValueKind::kString)) return no_overload(function);
    zone = TimeZone::find(arguments[1].as_string());
    if (!zone) return failure(ErrorCode::kInvalidArgument, function);
  }
  if (!in_range(time)) return failure(ErrorCode::kOverflow, function);
  return Value::int64(timestamp_part(function, time, zone ? zone->offset_at(time.seconds()) : 0));
}

}  // namespace

Value place_in_list(const Value& key, Function name) {
  switch (key.kind()) {
    case ValueKind::kInt64:
      return key;
    case ValueKind::kUint64:
      return Value::int64(key.as_uint64() >> 63U == 0 ? static_cast<std::int64_t>(key.as_uint64()) : -1);
    case ValueKind::kDouble: {
      constexpr double kTwoTo63 = 9223372036854775808.0;
      const double value = key.as_double();
      if (value <= -kTwoTo63 || value >= kTwoTo63) return Value::int64(-1);
      const std::int64_t whole = value == value ? static_cast<std::int64_t>(value) : 0;
      return static_cast<double>(whole) == value ? Value::int64(whole) : failure(ErrorCode::kInvalidArgument, name);
    }
    default:
      return no_overload(name);
  }
}

Value call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  const Value first = arguments.empty() ? Value::null() : arguments[0];
  if (arguments.size() == 2 && other_currency(first, arguments[1]) && meets_in_base(function)) {
    return call_in_base(function, first, arguments[1], scratch);
  }
  switch (function) {
    case Function::kAdd:
    case Function::kSubtract:
    case Function::kMultiply:
    case Function::kDivide:
    case Function::kModulo:
      return arithmetic(function, first, arguments[1], scratch);
    case Function::kNegate:
      return negate(first);
    case Function::kNot:
      return first.is(ValueKind::kBool) ? Value::boolean(!first.as_bool()) : no_overload(function);
    case Function::kEqual:
    case Function::kNotEqual:
      return equality(function, first, arguments[1], scratch);
    case Function::kLess:
    case Function::kLessEqual:
    case Function::kGreater:
    case Function::kGreaterEqual:
      return comparison(function, first, arguments[1], scratch);
    case Function::kIn:
      return membership(first, arguments[1], scratch);
    case Function::kIndex:
      return element(first, arguments[1], scratch);
    case Function::kSize:
      return size_of(first, scratch);
    case Function::kContains:
    case Function::kStartsWith:
    case Function::kEndsWith:
      return text_test(function, first, arguments[1], scratch);
    case Function::kToInt:
    case Function::kToUint:
    case Function::kToDouble:
    case Function::kToString:
    case Function::kToBytes:
    case Function::kToBool:
    case Function::kToTimestamp:
    case Function::kToDuration:
    case Function::kType:
    case Function::kDyn:
      return convert(function, first, scratch);
    case Function::kGetFullYear:
    case Function::kGetMonth:
    case Function::kGetDate:
    case Function::kGetDayOfMonth:
    case Function::kGetDayOfWeek:
    case Function::kGetDayOfYear:
    case Function::kGetHours:
    case Function::kGetMinutes:
    case Function::kGetSeconds:
    case Function::kGetMilliseconds:
      return time_part(function, arguments);
    default:
      break;
  }
  if (is_library(function)) return library_call(function, arguments, scratch);
  if (is_optional_function(function)) return optional_call(function, arguments, scratch);
  WEIR_CHECK(false, "this function has an instruction of its own or is a constant");
  return no_overload(function);
}

}  // namespace weir::cel
