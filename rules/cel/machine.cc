#include "rules/cel/machine.h"

#include <algorithm>

#include "engine/base/check.h"
#include "rules/cel/calendar.h"
#include "rules/cel/call.h"
#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"
#include "rules/cel/optional.h"

namespace weir::cel {

Value Machine::absent_error(std::uint32_t operand) const {
  for (const auto& slot : code_.slot_names) {
    if (operand == (kSlotSpace | slot.slot)) return Value::error(ErrorCode::kAbsentValue, slot.name);
  }
  WEIR_CHECK(false, "only a slot can be absent");
  return {};
}

Value Machine::strict1(const Instruction& i) {
  const Value a = used(i.a);
  return a.is_error() ? a : call(i.function, {&a, 1}, scratch_);
}

Value Machine::strict2(const Instruction& i) {
  const std::array<Value, 2> arguments{used(i.a), used(i.b)};
  if (arguments[0].is_error()) return arguments[0];
  if (arguments[1].is_error()) return arguments[1];
  return call(i.function, arguments, scratch_);
}

Value Machine::strict_any(const Instruction& i) {
  const std::span<const Value> arguments(registers_ + i.a, i.b);
  const Value error = first_error(arguments);
  return error.is_error() ? error : call(i.function, arguments, scratch_);
}

Value Machine::logical(const Value& left, std::uint32_t right_operand, bool decisive) const {
  const auto name = decisive ? std::string_view("||") : std::string_view("&&");
  const Value right = condition(right_operand, name);
  if (right.is(ValueKind::kBool) && right.as_bool() == decisive) return right;
  if (left.is_error()) return left;
  if (!left.is(ValueKind::kBool)) return Value::error(ErrorCode::kNoSuchOverload, name);
  return left.as_bool() == decisive ? left : right;
}

Value Machine::has_key(const Instruction& i) {
  Value map = used(i.a);
  if (map.is_error()) return map;
  if (map.is(ValueKind::kOptional)) {
    if (optional_value(map) == nullptr) return Value::boolean(false);
    map = *optional_value(map);
  }
  if (!map.is(ValueKind::kMap)) return Value::error(ErrorCode::kNoSuchOverload, "has");
  return Value::boolean(find_in_map(map, at(i.b), scratch_) != nullptr);
}

Value Machine::slot_optional(std::uint32_t slot) {
  const Value& value = at(slot);
  if (value.is_absent()) return make_optional(nullptr);
  return value.is_error() ? value : optional_of(value, scratch_);
}

// Whether the optional dst, which becomes the result, is enough.
bool Machine::take_or_go_on(const Instruction& i) {
  Value& first = registers_[i.dst];
  if (first.is_error()) return true;
  if (!first.is(ValueKind::kOptional)) {
    first = Value::error(ErrorCode::kNoSuchOverload, function_name(i.function));
    return true;
  }
  const Value* held = optional_value(first);
  if (held == nullptr) return false;
  if (i.function == Function::kOrValue) first = *held;
  return true;
}

// Whether the optional a holds something, which is in dst then.
bool Machine::open_optional(const Instruction& i) {
  const Value optional = used(i.a);
  if (optional.is(ValueKind::kOptional)) {
    const Value* held = optional_value(optional);
    registers_[held != nullptr ? i.dst : i.b] = held != nullptr ? *held : optional;
    return held != nullptr;
  }
  registers_[i.b] =
      optional.is_error() ? optional : Value::error(ErrorCode::kNoSuchOverload, function_name(i.function));
  return false;
}

Value Machine::opened_entry(const Value& value) {
  if (value.is_error()) return value;
  if (!value.is(ValueKind::kOptional)) return Value::error(ErrorCode::kNoSuchOverload, "?");
  return optional_value(value) == nullptr ? Value::absent() : *optional_value(value);
}

Value Machine::matches(const Instruction& i) {
  const Value text = used(i.a);
  if (text.is_error()) return text;
  if (!text.is(ValueKind::kString)) return Value::error(ErrorCode::kNoSuchOverload, "matches");
  scratch_.spend_text(text.as_string().size());
  return Value::boolean(!scratch_.exhausted() && code_.patterns[i.b].found_in(text.as_string()));
}

Value Machine::in_set(const Instruction& i) {
  const Value element = used(i.a);
  if (element.is_error()) return element;
  const auto& set = code_.sets[i.c];
  if (element.kind() == set.kind()) return Value::boolean(set.contains(element));
  return strict2(i);
}

Value Machine::time_part(const Instruction& i) {
  const Value& time = at(i.a);
  if (!time.is(ValueKind::kTimestamp) || !in_range(time)) return strict2(i);
  return Value::int64(timestamp_part(i.function, time, code_.zones[i.c].offset_at(time.seconds())));
}

Value Machine::first_error(std::span<const Value> cells) const {
  const auto error = std::find_if(cells.begin(), cells.end(), [](const Value& cell) { return cell.is_error(); });
  return error == cells.end() ? Value::null() : *error;
}

Value Machine::make_collection(const Instruction& i) {
  const std::span<const Value> cells(registers_ + i.a, i.b);
  if (const Value error = first_error(cells); error.is_error()) return error;
  Value* out = scratch_.spend(cells.size()) ? scratch_.allocate_values(cells.size()) : nullptr;
  if (out == nullptr) return Value::error(ErrorCode::kCostLimit);
  const std::size_t step = i.op == Op::kMakeList ? 1 : 2;
  std::size_t count = 0;
  for (std::size_t place = 0; place < cells.size(); place += step) {
    if (cells[place + step - 1].is_absent()) continue;
    for (std::size_t part = 0; part < step; ++part) out[count++] = cells[place + part];
  }
  return i.op == Op::kMakeList ? make_list({out, count}) : made_map({out, count});
}

Value Machine::made_map(std::span<const Value> cells) {
  constexpr std::string_view kName = "{}";
  for (std::size_t i = 0; i < cells.size(); i += 2) {
    const auto kind = cells[i].kind();
    if (kind != ValueKind::kInt64 && kind != ValueKind::kUint64 && kind != ValueKind::kBool &&
        kind != ValueKind::kString) {
      return Value::error(ErrorCode::kNoSuchOverload, kName);
    }
    if (find_in_map(make_map(cells.first(i)), cells[i], scratch_) != nullptr) {
      return Value::error(ErrorCode::kInvalidArgument, kName);
    }
  }
  return make_map(cells);
}

// The pending values from `begin`, which are pending no more; or `failure` is why there is no room for them.
std::span<const Value> Machine::taken(std::size_t begin, Value& failure) {
  auto& pending = scratch_.pending();
  const std::size_t count = pending.size() - begin;
  Value* out = scratch_.allocate_values(count);
  if (out == nullptr) {
    failure = Value::error(ErrorCode::kCostLimit);
    return {};
  }
  std::copy(pending.begin() + static_cast<std::ptrdiff_t>(begin), pending.end(), out);
  pending.resize(begin);
  return {out, count};
}

Value Machine::collected(std::size_t begin) {
  Value failure;
  const auto cells = taken(begin, failure);
  return failure.is_error() ? failure : make_list(cells);
}

Value Machine::collected_map(std::size_t begin) {
  Value failure;
  const auto cells = taken(begin, failure);
  return failure.is_error() ? failure : make_map(cells);
}

// Null, or what is wrong with the new entries.
Value Machine::collect_entries(const Instruction& i) {
  constexpr std::string_view kName = "transformMapEntry";
  const Value map = used(i.a);
  if (map.is_error()) return map;
  if (!map.is(ValueKind::kMap)) return Value::error(ErrorCode::kNoSuchOverload, kName);
  auto& pending = scratch_.pending();
  const auto begin = static_cast<std::size_t>(at(i.b).as_int64());
  const auto cells = map_cells(map);
  for (std::size_t place = 0; place < cells.size(); place += 2) {
    const Value so_far = make_map(std::span<const Value>(pending).subspan(begin));
    if (find_in_map(so_far, cells[place], scratch_) != nullptr) {
      return Value::error(ErrorCode::kInvalidArgument, kName);
    }
    pending.push_back(cells[place]);
    pending.push_back(cells[place + 1]);
  }
  return Value::null();
}

}  // namespace weir::cel
