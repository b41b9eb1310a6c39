#include "rules/cel/interpreter.h"

#include <algorithm>
#include <array>
#include <functional>

#include "engine/base/check.h"
#include "rules/cel/arithmetic.h"
#include "rules/cel/call.h"
#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"

namespace weir::cel {
namespace {

constexpr std::string_view kAndName = "&&";
constexpr std::string_view kOrName = "||";
constexpr std::string_view kConditionalName = "?:";

class Machine {
 public:
  Machine(const Code& code, std::span<const Value> slots, Scratch& scratch)
      : code_(code),
        scratch_(scratch),
        registers_(scratch.registers()),
        spaces_{registers_, slots.data(), code.constants.data()} {}

  Value run();

 private:
  const Value& at(std::uint32_t operand) const { return spaces_[operand >> kSpaceShift][operand & kIndexMask]; }

  // An absent slot as the error that using it is.
  Value used(std::uint32_t operand) const {
    const Value& value = at(operand);
    return value.is_absent() ? absent_error(operand) : value;
  }
  [[gnu::noinline]] Value absent_error(std::uint32_t operand) const {
    for (const auto& slot : code_.slot_names) {
      if (operand == (kSlotSpace | slot.slot)) return Value::error(ErrorCode::kAbsentValue, slot.name);
    }
    WEIR_CHECK(false, "only a slot can be absent");
    return {};
  }
  // For places that want a bool: the error that anything else is.
  Value condition(std::uint32_t operand, std::string_view name) const {
    const Value value = used(operand);
    return value.is(ValueKind::kBool) || value.is_error() ? value : Value::error(ErrorCode::kNoSuchOverload, name);
  }

  [[gnu::noinline]] Value strict1(const Instruction& i) {
    const Value a = used(i.a);
    return a.is_error() ? a : call(i.function, {&a, 1}, scratch_);
  }
  [[gnu::noinline]] Value strict2(const Instruction& i) {
    const std::array<Value, 2> arguments{used(i.a), used(i.b)};
    if (arguments[0].is_error()) return arguments[0];
    if (arguments[1].is_error()) return arguments[1];
    return call(i.function, arguments, scratch_);
  }

  [[gnu::noinline]] Value strict_any(const Instruction& i) {
    const std::span<const Value> arguments(registers_ + i.a, i.b);
    const Value error = first_error(arguments);
    return error.is_error() ? error : call(i.function, arguments, scratch_);
  }

  // The left side wins over the right one among errors, the decisive value over errors.
  [[gnu::noinline]] Value logical(const Value& left, std::uint32_t right_operand, bool decisive) const {
    const auto name = decisive ? kOrName : kAndName;
    const Value right = condition(right_operand, name);
    if (right.is(ValueKind::kBool) && right.as_bool() == decisive) return right;
    if (left.is_error()) return left;
    if (!left.is(ValueKind::kBool)) return Value::error(ErrorCode::kNoSuchOverload, name);
    return left.as_bool() == decisive ? left : right;
  }

  // The fast paths of typed comparisons; any other kinds go the long way.
  template <ValueKind kKind, class Get, class Test>
  void compare(const Instruction& i, Get get, Test test) {
    const Value& a = at(i.a);
    const Value& b = at(i.b);
    const bool fast = a.is(kKind) && b.is(kKind);
    registers_[i.dst] = fast ? Value::boolean(test((a.*get)(), (b.*get)())) : strict2(i);
  }
  template <class Test>
  void compare_money(const Instruction& i, Test test) {
    const Value& a = at(i.a);
    const Value& b = at(i.b);
    const bool fast = a.is(ValueKind::kMoney) && b.is(ValueKind::kMoney) && a.currency() == b.currency();
    registers_[i.dst] = fast ? Value::boolean(test(a.minor_units(), b.minor_units())) : strict2(i);
  }

  Value has_key(const Instruction& i);
  Value matches(const Instruction& i);
  Value in_set(const Instruction& i);
  Value make_collection(const Instruction& i);
  Value first_error(std::span<const Value> cells) const;
  Value made_map(std::span<const Value> cells);
  std::span<const Value> taken(std::size_t begin, Value& failure);
  Value collected(std::size_t begin);
  Value collected_map(std::size_t begin);
  Value collect_entries(const Instruction& i);
  bool begin_loop(const Instruction& i);
  bool next_in_loop(const Instruction& i);
  static std::size_t loop_size(const Value& range) { return range.object_detail(); }

  const Code& code_;
  Scratch& scratch_;
  Value* registers_;
  std::array<const Value*, 3> spaces_;
};

Value Machine::has_key(const Instruction& i) {
  const Value map = used(i.a);
  if (map.is_error()) return map;
  if (!map.is(ValueKind::kMap)) return Value::error(ErrorCode::kNoSuchOverload, "has");
  return Value::boolean(find_in_map(map, at(i.b), scratch_) != nullptr);
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

Value Machine::first_error(std::span<const Value> cells) const {
  const auto error = std::find_if(cells.begin(), cells.end(), [](const Value& cell) { return cell.is_error(); });
  return error == cells.end() ? Value::null() : *error;
}

Value Machine::make_collection(const Instruction& i) {
  const std::span<const Value> cells(registers_ + i.a, i.b);
  if (const Value error = first_error(cells); error.is_error()) return error;
  Value* out = scratch_.spend(cells.size()) ? scratch_.allocate_values(cells.size()) : nullptr;
  if (out == nullptr) return Value::error(ErrorCode::kCostLimit);
  std::copy(cells.begin(), cells.end(), out);
  return i.op == Op::kMakeList ? make_list({out, cells.size()}) : made_map({out, cells.size()});
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

bool Machine::begin_loop(const Instruction& i) {
  Value range = used(i.a);
  if (!range.is(ValueKind::kList) && !range.is(ValueKind::kMap)) {
    registers_[i.b] = range.is_error() ? range : Value::error(ErrorCode::kNoSuchOverload, "comprehension");
    return false;
  }
  registers_[i.dst] = range;
  registers_[i.dst + 1] = Value::int64(0);
  return true;
}

bool Machine::next_in_loop(const Instruction& i) {
  const Value& range = registers_[i.dst];
  const auto place = static_cast<std::size_t>(registers_[i.dst + 1].as_int64());
  if (place >= loop_size(range) || !scratch_.spend(i.b)) return false;
  registers_[i.dst + 1] = Value::int64(static_cast<std::int64_t>(place + 1));
  const bool list = range.is(ValueKind::kList);
  if (i.op == Op::kLoopNextPair) {
    registers_[i.dst + 3] = list ? list_elements(range)[place] : map_cells(range)[place * 2 + 1];
    registers_[i.dst + 2] = list ? Value::int64(static_cast<std::int64_t>(place)) : map_cells(range)[place * 2];
  } else {
    registers_[i.dst + 2] = list ? list_elements(range)[place] : map_cells(range)[place * 2];
  }
  return true;
}

Value Machine::run() {
  const Instruction* const first = code_.instructions.data();
  const Instruction* next = first;
  for (;;) {
    const Instruction& i = *next++;
    switch (i.op) {
      case Op::kReturn:
        return scratch_.exhausted() ? Value::error(ErrorCode::kCostLimit) : used(i.a);
      case Op::kMove:
        registers_[i.dst] = used(i.a);
        break;
      case Op::kJump:
        next = first + i.c;
        break;
      case Op::kJumpIfFalse:
        if (registers_[i.dst].is(ValueKind::kBool) && !registers_[i.dst].as_bool()) next = first + i.c;
        break;
      case Op::kJumpIfTrue:
        if (registers_[i.dst].is(ValueKind::kBool) && registers_[i.dst].as_bool()) next = first + i.c;
        break;
      case Op::kAnd: {
        Value& left = registers_[i.dst];
        const Value& right = at(i.a);
        if (left.is(ValueKind::kBool) && left.as_bool() && right.is(ValueKind::kBool)) [[likely]] {
          left = right;
        } else {
          left = logical(left, i.a, false);
        }
        if (left.is(ValueKind::kBool) && !left.as_bool()) next = first + i.c;
        break;
      }
      case Op::kOr: {
        Value& left = registers_[i.dst];
        const Value& right = at(i.a);
        if (left.is(ValueKind::kBool) && !left.as_bool() && right.is(ValueKind::kBool)) [[likely]] {
          left = right;
        } else {
          left = logical(left, i.a, true);
        }
        if (left.is(ValueKind::kBool) && left.as_bool()) next = first + i.c;
        break;
      }
      case Op::kBranch: {
        const Value test = condition(i.a, kConditionalName);
        if (test.is_error()) {
          registers_[i.dst] = test;
          next = first + i.b;
        } else if (!test.as_bool()) {
          next = first + i.c;
        }
        break;
      }
      case Op::kHas: {
        const Value& value = at(i.a);
        registers_[i.dst] = value.is_error() ? value : Value::boolean(!value.is_absent());
        break;
      }
      case Op::kHasKey:
        registers_[i.dst] = has_key(i);
        break;
      case Op::kCall1:
        registers_[i.dst] = strict1(i);
        break;
      case Op::kCall2:
        registers_[i.dst] = strict2(i);
        break;
      case Op::kCallN:
        registers_[i.dst] = strict_any(i);
        break;
      case Op::kMatches:
        registers_[i.dst] = matches(i);
        break;
      case Op::kInSet:
        registers_[i.dst] = in_set(i);
        break;
      case Op::kIntEqual:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::equal_to<>());
        break;
      case Op::kIntNotEqual:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::not_equal_to<>());
        break;
      case Op::kIntLess:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::less<>());
        break;
      case Op::kIntLessEqual:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::less_equal<>());
        break;
      case Op::kIntGreater:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::greater<>());
        break;
      case Op::kIntGreaterEqual:
        compare<ValueKind::kInt64>(i, &Value::as_int64, std::greater_equal<>());
        break;
      case Op::kRealEqual:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::equal_to<>());
        break;
      case Op::kRealNotEqual:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::not_equal_to<>());
        break;
      case Op::kRealLess:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::less<>());
        break;
      case Op::kRealLessEqual:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::less_equal<>());
        break;
      case Op::kRealGreater:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::greater<>());
        break;
      case Op::kRealGreaterEqual:
        compare<ValueKind::kDouble>(i, &Value::as_double, std::greater_equal<>());
        break;
      case Op::kMoneyEqual:
        compare_money(i, std::equal_to<>());
        break;
      case Op::kMoneyNotEqual:
        compare_money(i, std::not_equal_to<>());
        break;
      case Op::kMoneyLess:
        compare_money(i, std::less<>());
        break;
      case Op::kMoneyLessEqual:
        compare_money(i, std::less_equal<>());
        break;
      case Op::kMoneyGreater:
        compare_money(i, std::greater<>());
        break;
      case Op::kMoneyGreaterEqual:
        compare_money(i, std::greater_equal<>());
        break;
      case Op::kTextEqual:
      case Op::kTextNotEqual: {
        const Value& a = at(i.a);
        const Value& b = at(i.b);
        const bool fast =
            a.is(ValueKind::kString) && b.is(ValueKind::kString) && a.as_string().size() < kTextBytesPerCost;
        registers_[i.dst] =
            fast ? Value::boolean((a.as_string() == b.as_string()) == (i.op == Op::kTextEqual)) : strict2(i);
        break;
      }
      case Op::kIntArithmetic: {
        const Value& a = at(i.a);
        const Value& b = at(i.b);
        const bool fast = a.is(ValueKind::kInt64) && b.is(ValueKind::kInt64);
        registers_[i.dst] = fast ? int_arithmetic(i.function, a.as_int64(), b.as_int64()) : strict2(i);
        break;
      }
      case Op::kRealArithmetic: {
        const Value& a = at(i.a);
        const Value& b = at(i.b);
        const bool fast = a.is(ValueKind::kDouble) && b.is(ValueKind::kDouble);
        registers_[i.dst] = fast ? real_arithmetic(i.function, a.as_double(), b.as_double()) : strict2(i);
        break;
      }
      case Op::kIntToReal: {
        const Value& a = at(i.a);
        registers_[i.dst] = a.is(ValueKind::kInt64) ? Value::real(static_cast<double>(a.as_int64())) : strict1(i);
        break;
      }
      case Op::kMakeList:
      case Op::kMakeMap:
        registers_[i.dst] = make_collection(i);
        break;
      case Op::kLoopBegin:
        if (!begin_loop(i)) next = first + i.c;
        break;
      case Op::kLoopNext:
      case Op::kLoopNextPair:
        // What the budget cuts short must not look like the end of the range.
        if (scratch_.exhausted()) return Value::error(ErrorCode::kCostLimit);
        if (!next_in_loop(i)) next = first + i.c;
        break;
      case Op::kCount: {
        const Value test = condition(i.a, "exists_one");
        if (test.is_error()) {
          registers_[i.dst] = test;
          next = first + i.c;
        } else if (test.as_bool()) {
          registers_[i.dst] = Value::int64(registers_[i.dst].as_int64() + 1);
        }
        break;
      }
      case Op::kCountEnd:
        registers_[i.dst] = Value::boolean(registers_[i.dst].as_int64() == 1);
        break;
      case Op::kCollectBegin:
        registers_[i.dst] = Value::int64(static_cast<std::int64_t>(scratch_.pending().size()));
        break;
      case Op::kCollectTest: {
        const Value test = condition(i.a, "filter");
        if (test.is_error()) {
          registers_[i.dst] = test;
          next = first + i.c;
        } else if (!test.as_bool()) {
          next = first + i.b;
        }
        break;
      }
      case Op::kCollectPush: {
        const Value value = used(i.a);
        if (value.is_error()) {
          registers_[i.dst] = value;
          next = first + i.c;
        } else {
          scratch_.pending().push_back(value);
        }
        break;
      }
      case Op::kCollectKey: {
        auto& pending = scratch_.pending();
        pending.push_back(pending.back());
        pending[pending.size() - 2] = at(i.a);
        break;
      }
      case Op::kCollectEntries: {
        const Value result = collect_entries(i);
        if (result.is_error()) {
          registers_[i.dst] = result;
          next = first + i.c;
        }
        break;
      }
      case Op::kCollectMap:
        registers_[i.dst] = collected_map(static_cast<std::size_t>(at(i.a).as_int64()));
        break;
      case Op::kCollectEnd:
        registers_[i.dst] = collected(static_cast<std::size_t>(at(i.a).as_int64()));
        break;
      case Op::kCollectDrop:
        scratch_.pending().resize(static_cast<std::size_t>(at(i.a).as_int64()));
        break;
    }
  }
}

}  // namespace

Value run(const Code& code, std::span<const Value> slots, Scratch& scratch) {
  WEIR_CHECK(code.slots.empty() || code.slots.back() < slots.size(), "the expression reads a slot that isn't given");
  scratch.begin(code.register_count);
  return Machine(code, slots, scratch).run();
}

}  // namespace weir::cel
