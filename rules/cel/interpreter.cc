#include "rules/cel/interpreter.h"

#include <functional>

#include "engine/base/check.h"
#include "rules/cel/arithmetic.h"
#include "rules/cel/collection.h"
#include "rules/cel/machine.h"

namespace weir::cel {

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

namespace {

bool text_holds(Function test, std::string_view text, std::string_view part) {
  if (test == Function::kStartsWith) return text.starts_with(part);
  if (test == Function::kEndsWith) return text.ends_with(part);
  return text.find(part) != std::string_view::npos;
}

}  // namespace

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
        const Value test = condition(i.a, "?:");
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
      case Op::kSlotOptional:
        registers_[i.dst] = slot_optional(i.a);
        break;
      case Op::kSlotOrElse:
        if (!at(i.a).is_absent()) {
          registers_[i.dst] = at(i.a);
          next = first + i.c;
        }
        break;
      case Op::kOrElse:
        if (take_or_go_on(i)) next = first + i.c;
        break;
      case Op::kOptionalOpen:
        if (!open_optional(i)) next = first + i.c;
        break;
      case Op::kOpenEntry:
        registers_[i.dst] = opened_entry(registers_[i.dst]);
        break;
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
      case Op::kInZone:
        registers_[i.dst] = time_part(i);
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
      case Op::kTextTest: {
        const Value& a = at(i.a);
        const Value& b = at(i.b);
        const bool fast =
            a.is(ValueKind::kString) && b.is(ValueKind::kString) && a.as_string().size() < kTextBytesPerCost;
        registers_[i.dst] = fast ? Value::boolean(text_holds(i.function, a.as_string(), b.as_string())) : strict2(i);
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

Value run(const Code& code, std::span<const Value> slots, Scratch& scratch) {
  WEIR_CHECK(code.slot_end <= slots.size(), "the expression reads a slot that isn't given");
  scratch.begin(code.register_count);
  return Machine(code, slots, scratch).run();
}

}  // namespace weir::cel
