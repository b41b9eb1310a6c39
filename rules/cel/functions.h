// The functions and operators of the language, and the types that they take.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/environment.h"

namespace weir::cel {

enum class Function : std::uint8_t {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kNegate,
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kIndex,
  kSize,
  kContains,
  kStartsWith,
  kEndsWith,
  kMatches,
  kToInt,
  kToUint,
  kToDouble,
  kToString,
  kToBytes,
  kToBool,
  kToTimestamp,
  kToDuration,
  kType,
  kDyn,
  kMoney,
  kGetFullYear,
  kGetMonth,
  kGetDate,
  kGetDayOfMonth,
  kGetDayOfWeek,
  kGetDayOfYear,
  kGetHours,
  kGetMinutes,
  kGetSeconds,
  kGetMilliseconds,
  kOptionalIndex,  // from here to kLast: rules/cel/optional.h
  kOptionalNone,
  kOptionalOf,
  kOptionalOfNonZero,
  kOptionalUnwrap,
  kUnwrapOpt,
  kHasValue,
  kOptionalValue,
  kOptionalOr,
  kOrValue,
  kFirst,
  kLast,
  kOptMap,  // these two are macros, and name what fails in them
  kOptFlatMap,
  kGreatest,  // from here to kPrefixLength: rules/cel/library.h
  kLeast,
  kCeil,
  kFloor,
  kRound,
  kTrunc,
  kIsInf,
  kIsNaN,
  kIsFinite,
  kAbs,
  kSign,
  kSqrt,
  kBitAnd,
  kBitOr,
  kBitXor,
  kBitNot,
  kBitShiftLeft,
  kBitShiftRight,
  kCharAt,
  kIndexOf,
  kLastIndexOf,
  kLowerAscii,
  kUpperAscii,
  kReplace,
  kReverse,
  kSplit,
  kSubstring,
  kTrim,
  kJoin,
  kQuote,
  kFormat,
  kBase64Encode,
  kBase64Decode,
  kDistinct,
  kFlatten,
  kRange,
  kSlice,
  kSort,
  kSetsContains,
  kSetsEquivalent,
  kSetsIntersects,
  kIp,
  kCidr,
  kIsIp,
  kIsCidr,
  kIpIsCanonical,
  kFamily,
  kIsLoopback,
  kIsUnspecified,
  kIsGlobalUnicast,
  kIsLinkLocalMulticast,
  kIsLinkLocalUnicast,
  kContainsIp,
  kContainsCidr,
  kMasked,
  kPrefixLength,
};

enum class CallStyle : std::uint8_t { kOperator, kGlobal, kReceiver };

// Parameters are kinds: kDyn takes anything, kMap takes any element types. A receiver is the first parameter.
struct Overload {
  Function function = Function::kNone;
  CallStyle style = CallStyle::kGlobal;
  TypeKind result = TypeKind::kDyn;
  std::array<TypeKind, 4> parameters{};
  std::uint8_t arity = 0;
  TypeKind elements = TypeKind::kDyn;  // what a kList among the parameters must hold
  TypeKind yields = TypeKind::kDyn;    // what a kList result holds
};

std::span<const Overload> overloads();

// The name in the source: "+", "size", "math.abs". Static storage.
std::string_view function_name(Function function);
// kNone if there is no such function in that style. Unary minus is kSubtract's name: ask with the operator's arity.
Function find_function(std::string_view name, CallStyle style, std::size_t arity);
std::vector<std::string> function_names(CallStyle style);
// Whether some form of the function takes so many arguments, a receiver being the first.
bool takes_count(Function function, std::size_t count);
// Whether some function's name is `name`, a dot and a word.
bool is_namespace(std::string_view name);

// getFullYear() to getMilliseconds(), which take a time zone on a timestamp.
inline bool is_time_part(Function function) {
  return function >= Function::kGetFullYear && function <= Function::kGetMilliseconds;
}

}  // namespace weir::cel
