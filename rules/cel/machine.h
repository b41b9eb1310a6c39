// The state of one evaluation; see interpreter.h.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "engine/base/value.h"
#include "rules/cel/code.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

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
  Value absent_error(std::uint32_t operand) const;
  // For places that want a bool: the error that anything else is.
  Value condition(std::uint32_t operand, std::string_view name) const {
    const Value value = used(operand);
    return value.is(ValueKind::kBool) || value.is_error() ? value : Value::error(ErrorCode::kNoSuchOverload, name);
  }

  Value strict1(const Instruction& i);
  Value strict2(const Instruction& i);

  Value strict_any(const Instruction& i);

  // The left side wins over the right one among errors, the decisive value over errors.
  Value logical(const Value& left, std::uint32_t right_operand, bool decisive) const;

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
  Value slot_optional(std::uint32_t slot);
  bool take_or_go_on(const Instruction& i);
  bool open_optional(const Instruction& i);
  static Value opened_entry(const Value& value);
  Value matches(const Instruction& i);
  Value in_set(const Instruction& i);
  Value time_part(const Instruction& i);
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

}  // namespace weir::cel
