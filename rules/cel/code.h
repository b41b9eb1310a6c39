// The compiled form of an expression: instructions over registers, slots and constants.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/constant_set.h"
#include "rules/cel/environment.h"
#include "rules/cel/functions.h"
#include "rules/cel/pattern.h"
#include "rules/cel/time_zones.h"

namespace weir::cel {

// The typed operations are fast paths: they check the kinds that they meet, and where these are others than expected
// (an absent slot, an error, a dyn value) they do what kCall2 does with `function`.
enum class Op : std::uint8_t {
  kReturn,       // a
  kMove,         // dst = a
  kJump,         // to c
  kJumpIfFalse,  // to c if dst is false
  kJumpIfTrue,
  kAnd,           // dst = dst && a, with CEL's absorption of errors; then to c if it is false
  kOr,            // dst = dst || a; then to c if it is true
  kBranch,        // on if a is true, to c if it is false; an error goes to dst, and on at b
  kHas,           // dst = whether slot a is there
  kSlotOptional,  // dst = slot a as an optional
  kSlotOrElse,    // dst = slot a, and on at c; on if it is absent
  kOrElse,        // on if the optional dst holds nothing; else to c, with what it holds for kOrValue
  kOptionalOpen,  // dst = what the optional a holds; if nothing, none goes to register b, as an error does; on at c
  kOpenEntry,     // dst = what the optional dst holds, or absent
  kHasKey,        // dst = whether map a has the key b
  kCall1,         // dst = function(a)
  kCall2,         // dst = function(a, b)
  kCallN,         // dst = function(the b registers from a)
  kMatches,       // dst = whether pattern b is found in a
  kInZone,        // dst = function(a, b), b being the constant name of zone c
  kInSet,         // dst = whether a is in the constant list b, which set c mirrors
  kIntEqual,
  kIntNotEqual,
  kIntLess,
  kIntLessEqual,
  kIntGreater,
  kIntGreaterEqual,
  kRealEqual,
  kRealNotEqual,
  kRealLess,
  kRealLessEqual,
  kRealGreater,
  kRealGreaterEqual,
  kMoneyEqual,
  kMoneyNotEqual,
  kMoneyLess,
  kMoneyLessEqual,
  kMoneyGreater,
  kMoneyGreaterEqual,
  kTextEqual,
  kTextNotEqual,
  kTextTest,  // dst = function(a, b), one of kContains to kEndsWith
  kIntArithmetic,
  kRealArithmetic,
  kIntToReal,
  kMakeList,        // dst = list of the b registers from a but the absent ones
  kMakeMap,         // dst = map of the b registers from a: key, value ...; no entry where the value is absent
  kLoopBegin,       // registers dst, dst + 1: the range a and the place in it; an error goes to register b, and on at c
  kLoopNext,        // register dst + 2 = the next element or key, at a cost of b; to c if there is none
  kLoopNextPair,    // the same with dst + 2, dst + 3 = place and element, or key and value
  kCount,           // dst + 1 if a is true; an error goes to dst, and on at c
  kCountEnd,        // dst = whether dst is 1
  kCollectBegin,    // dst = where the pending elements begin
  kCollectTest,     // on if a is true, to b if it is false; an error goes to dst, and on at c
  kCollectPush,     // a is pending; an error goes to dst, and on at c
  kCollectKey,      // a is pending before the last pending value
  kCollectEntries,  // a's entries are pending, a map's from b; a fault goes to dst, and on at c
  kCollectEnd,      // dst = list of the pending elements from a
  kCollectMap,      // dst = map of the pending entries from a
  kCollectDrop,     // forgets the pending elements from a
};

// Where an operand is found, in the two highest bits.
inline constexpr std::uint32_t kRegisterSpace = 0U << 30U;
inline constexpr std::uint32_t kSlotSpace = 1U << 30U;
inline constexpr std::uint32_t kConstantSpace = 2U << 30U;
inline constexpr std::uint32_t kSpaceShift = 30;
inline constexpr std::uint32_t kIndexMask = (1U << kSpaceShift) - 1;

struct Instruction {
  Op op = Op::kReturn;
  Function function = Function::kNone;
  std::uint16_t dst = 0;  // a register
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
};

struct SlotName {
  std::uint32_t slot = 0;
  std::string name;
};

class Code {
 public:
  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  // A copy of a value, its texts and elements, that lives as long as the code.
  Value keep(const Value& value);

  // What every evaluation reads stands together.
  std::vector<Instruction> instructions;
  std::vector<Value> constants;
  std::size_t register_count = 0;
  std::size_t slot_end = 0;  // all slots that are read lie before it
  std::vector<ConstantSet> sets;
  std::vector<Pattern> patterns;
  std::vector<TimeZone> zones;
  std::vector<SlotName> slot_names;  // one for each slot that is read
  std::vector<std::uint32_t> slots;  // the same, ascending
  Type type;

 private:
  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> cells_;
};

}  // namespace weir::cel
