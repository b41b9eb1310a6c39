#include <algorithm>
#include <bit>
#include <cmath>

#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"
#include "rules/cel/library.h"

namespace weir::cel {
namespace {

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }
Value no_overload(Function function) { return failure(ErrorCode::kNoSuchOverload, function); }

Value distinct(const Value& list, Scratch& scratch) {
  auto& pending = scratch.pending();
  const std::size_t begin = pending.size();
  for (const Value& element : list_elements(list)) {
    if (!scratch.spend(1)) break;
    const Value kept = make_list(std::span(pending).subspan(begin));
    if (!list_contains(kept, element, scratch)) pending.push_back(element);
  }
  return collected(scratch, begin, Function::kDistinct);
}

void push_flat(const Value& list, std::int64_t depth, Scratch& scratch) {
  for (const Value& element : list_elements(list)) {
    if (!scratch.spend(1)) return;
    if (depth > 0 && element.is(ValueKind::kList)) {
      push_flat(element, depth - 1, scratch);
    } else {
      scratch.pending().push_back(element);
    }
  }
}

Value flattened(std::span<const Value> arguments, Scratch& scratch) {
  const std::int64_t depth = arguments.size() == 2 ? arguments[1].as_int64() : 1;
  if (depth < 0) return failure(ErrorCode::kInvalidArgument, Function::kFlatten);
  const std::size_t begin = scratch.pending().size();
  push_flat(arguments[0], depth, scratch);
  return collected(scratch, begin, Function::kFlatten);
}

Value range(const Value& size, Scratch& scratch) {
  constexpr auto kFunction = Function::kRange;
  if (!size.is(ValueKind::kInt64)) return no_overload(kFunction);
  if (size.as_int64() < 0) return failure(ErrorCode::kInvalidArgument, kFunction);
  Value* out = scratch.spend(size.as_uint64()) ? scratch.allocate_values(size.as_uint64()) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, kFunction);
  for (std::int64_t i = 0; i < size.as_int64(); ++i) out[i] = Value::int64(i);
  return make_list({out, size.as_uint64()});
}

Value reversed(const Value& list, Scratch& scratch) {
  const auto elements = list_elements(list);
  Value* out = scratch.spend(elements.size()) ? scratch.allocate_values(elements.size()) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kReverse);
  std::reverse_copy(elements.begin(), elements.end(), out);
  return make_list({out, elements.size()});
}

Value slice(const Value& list, std::int64_t begin, std::int64_t end) {
  const auto elements = list_elements(list);
  if (begin > end) return failure(ErrorCode::kInvalidArgument, Function::kSlice);
  if (begin < 0 || end > static_cast<std::int64_t>(elements.size())) {
    return failure(ErrorCode::kIndexOutOfRange, Function::kSlice);
  }
  return make_list(elements.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
}

// The first reason why the elements have no order, kNone if they have.
ErrorCode why_unordered(std::span<const Value> elements) {
  for (const Value& element : elements) {
    if (element.kind() != elements[0].kind() || !order(element, element)) return ErrorCode::kNoSuchOverload;
    const bool money = element.is(ValueKind::kMoney);
    if (money && element.currency() != elements[0].currency()) return ErrorCode::kCurrencyMismatch;
    if (element.is(ValueKind::kDouble) && std::isnan(element.as_double())) return ErrorCode::kInvalidArgument;
  }
  return ErrorCode::kNone;
}

std::uint64_t sorting_cost(std::span<const Value> elements) {
  std::uint64_t cost = 0;
  for (const Value& element : elements) {
    const bool text = element.is(ValueKind::kString) || element.is(ValueKind::kBytes);
    cost += 1 + (text ? element.as_string().size() / kTextBytesPerCost : 0);
  }
  return cost * static_cast<std::uint64_t>(std::bit_width(elements.size()));
}

// Equal elements, such as 0.0 and -0.0, stay in their order.
Value sorted(const Value& list, Scratch& scratch) {
  constexpr auto kFunction = Function::kSort;
  const auto elements = list_elements(list);
  if (!scratch.spend(sorting_cost(elements))) return failure(ErrorCode::kCostLimit, kFunction);
  if (const auto code = why_unordered(elements); code != ErrorCode::kNone) return failure(code, kFunction);
  Value* out = scratch.allocate_values(elements.size());
  char* memory = scratch.allocate_text(elements.size() * sizeof(std::uint32_t));
  if (out == nullptr || memory == nullptr) return failure(ErrorCode::kCostLimit, kFunction);
  auto* places = reinterpret_cast<std::uint32_t*>(memory);
  for (std::size_t i = 0; i < elements.size(); ++i) places[i] = static_cast<std::uint32_t>(i);
  std::sort(places, places + elements.size(), [elements](std::uint32_t a, std::uint32_t b) {
    const auto ordering = *order(elements[a], elements[b]);
    return ordering != 0 ? ordering < 0 : a < b;
  });
  for (std::size_t i = 0; i < elements.size(); ++i) out[i] = elements[places[i]];
  return make_list({out, elements.size()});
}

bool contains_all(const Value& list, const Value& others, Scratch& scratch) {
  const auto elements = list_elements(others);
  return std::all_of(elements.begin(), elements.end(),
                     [&](const Value& element) { return list_contains(list, element, scratch); });
}

Value set_test(Function function, const Value& a, const Value& b, Scratch& scratch) {
  if (!a.is(ValueKind::kList) || !b.is(ValueKind::kList)) return no_overload(function);
  switch (function) {
    case Function::kSetsContains:
      return Value::boolean(contains_all(a, b, scratch));
    case Function::kSetsEquivalent:
      return Value::boolean(contains_all(a, b, scratch) && contains_all(b, a, scratch));
    default: {
      const auto elements = list_elements(a);
      return Value::boolean(std::any_of(elements.begin(), elements.end(),
                                        [&](const Value& element) { return list_contains(b, element, scratch); }));
    }
  }
}

}  // namespace

Value list_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  if (function == Function::kRange) return range(arguments[0], scratch);
  if (function >= Function::kSetsContains) return set_test(function, arguments[0], arguments[1], scratch);
  const auto is_int = [](const Value& value) { return value.is(ValueKind::kInt64); };
  const bool ints = std::all_of(arguments.begin() + 1, arguments.end(), is_int);
  if (!arguments[0].is(ValueKind::kList) || !ints) return no_overload(function);
  switch (function) {
    case Function::kDistinct:
      return distinct(arguments[0], scratch);
    case Function::kFlatten:
      return flattened(arguments, scratch);
    case Function::kReverse:
      return reversed(arguments[0], scratch);
    case Function::kSlice:
      return slice(arguments[0], arguments[1].as_int64(), arguments[2].as_int64());
    default:
      return sorted(arguments[0], scratch);
  }
}

}  // namespace weir::cel
