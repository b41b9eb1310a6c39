#include "rules/cel/library.h"

#include <array>

#include "rules/cel/text_format.h"

namespace weir::cel {
namespace {

constexpr std::array kNames{
    FunctionName{Function::kGreatest, "math.greatest"},
    FunctionName{Function::kLeast, "math.least"},
    FunctionName{Function::kCeil, "math.ceil"},
    FunctionName{Function::kFloor, "math.floor"},
    FunctionName{Function::kRound, "math.round"},
    FunctionName{Function::kTrunc, "math.trunc"},
    FunctionName{Function::kIsInf, "math.isInf"},
    FunctionName{Function::kIsNaN, "math.isNaN"},
    FunctionName{Function::kIsFinite, "math.isFinite"},
    FunctionName{Function::kAbs, "math.abs"},
    FunctionName{Function::kSign, "math.sign"},
    FunctionName{Function::kSqrt, "math.sqrt"},
    FunctionName{Function::kBitAnd, "math.bitAnd"},
    FunctionName{Function::kBitOr, "math.bitOr"},
    FunctionName{Function::kBitXor, "math.bitXor"},
    FunctionName{Function::kBitNot, "math.bitNot"},
    FunctionName{Function::kBitShiftLeft, "math.bitShiftLeft"},
    FunctionName{Function::kBitShiftRight, "math.bitShiftRight"},
    FunctionName{Function::kCharAt, "charAt"},
    FunctionName{Function::kIndexOf, "indexOf"},
    FunctionName{Function::kLastIndexOf, "lastIndexOf"},
    FunctionName{Function::kLowerAscii, "lowerAscii"},
    FunctionName{Function::kUpperAscii, "upperAscii"},
    FunctionName{Function::kReplace, "replace"},
    FunctionName{Function::kReverse, "reverse"},
    FunctionName{Function::kSplit, "split"},
    FunctionName{Function::kSubstring, "substring"},
    FunctionName{Function::kTrim, "trim"},
    FunctionName{Function::kJoin, "join"},
    FunctionName{Function::kQuote, "strings.quote"},
    FunctionName{Function::kFormat, "format"},
    FunctionName{Function::kBase64Encode, "base64.encode"},
    FunctionName{Function::kBase64Decode, "base64.decode"},
    FunctionName{Function::kDistinct, "distinct"},
    FunctionName{Function::kFlatten, "flatten"},
    FunctionName{Function::kRange, "lists.range"},
    FunctionName{Function::kSlice, "slice"},
    FunctionName{Function::kSort, "sort"},
    FunctionName{Function::kSetsContains, "sets.contains"},
    FunctionName{Function::kSetsEquivalent, "sets.equivalent"},
    FunctionName{Function::kSetsIntersects, "sets.intersects"},
    FunctionName{Function::kIp, "ip"},
    FunctionName{Function::kCidr, "cidr"},
    FunctionName{Function::kIsIp, "isIP"},
    FunctionName{Function::kIsCidr, "isCIDR"},
    FunctionName{Function::kIpIsCanonical, "ip.isCanonical"},
    FunctionName{Function::kFamily, "family"},
    FunctionName{Function::kIsLoopback, "isLoopback"},
    FunctionName{Function::kIsUnspecified, "isUnspecified"},
    FunctionName{Function::kIsGlobalUnicast, "isGlobalUnicast"},
    FunctionName{Function::kIsLinkLocalMulticast, "isLinkLocalMulticast"},
    FunctionName{Function::kIsLinkLocalUnicast, "isLinkLocalUnicast"},
    FunctionName{Function::kContainsIp, "containsIP"},
    FunctionName{Function::kContainsCidr, "containsCIDR"},
    FunctionName{Function::kMasked, "masked"},
    FunctionName{Function::kPrefixLength, "prefixLength"},
};

constexpr TypeKind kB = TypeKind::kBool;
constexpr TypeKind kI = TypeKind::kInt;
constexpr TypeKind kU = TypeKind::kUint;
constexpr TypeKind kD = TypeKind::kDouble;
constexpr TypeKind kS = TypeKind::kString;
constexpr TypeKind kY = TypeKind::kBytes;
constexpr TypeKind kIp = TypeKind::kAddress;
constexpr TypeKind kNet = TypeKind::kNetwork;
constexpr TypeKind kM = TypeKind::kMoney;
constexpr TypeKind kL = TypeKind::kList;

using Kinds = std::initializer_list<TypeKind>;

Overload form(Function function, CallStyle style, Kinds parameters, TypeKind result) {
  Overload out{.function = function, .style = style, .result = result};
  for (const auto kind : parameters) out.parameters[out.arity++] = kind;
  return out;
}
Overload free_form(Function function, Kinds parameters, TypeKind result) {
  return form(function, CallStyle::kGlobal, parameters, result);
}
// On a value, the first parameter.
Overload member_form(Function function, Kinds parameters, TypeKind result) {
  return form(function, CallStyle::kReceiver, parameters, result);
}
Overload taking(TypeKind elements, Overload overload) {
  overload.elements = elements;
  return overload;
}
Overload yielding(TypeKind elements, Overload overload) {
  overload.yields = elements;
  return overload;
}

void add_math(std::vector<Overload>& out) {
  for (const auto f : {Function::kGreatest, Function::kLeast}) {
    for (const auto kind : {kI, kU, kD, kM}) out.push_back(free_form(f, {kind}, kind));
    out.push_back(free_form(f, {kL}, TypeKind::kDyn));
  }
  for (const auto f : {Function::kCeil, Function::kFloor, Function::kRound, Function::kTrunc}) {
    out.push_back(free_form(f, {kD}, kD));
  }
  for (const auto f : {Function::kIsInf, Function::kIsNaN, Function::kIsFinite}) {
    out.push_back(free_form(f, {kD}, kB));
  }
  for (const auto kind : {kI, kU, kD}) {
    out.push_back(free_form(Function::kAbs, {kind}, kind));
    out.push_back(free_form(Function::kSign, {kind}, kind));
    out.push_back(free_form(Function::kSqrt, {kind}, kD));
  }
  out.push_back(free_form(Function::kAbs, {kM}, kM));
  for (const auto kind : {kI, kU}) {
    for (const auto f : {Function::kBitAnd, Function::kBitOr, Function::kBitXor}) {
      out.push_back(free_form(f, {kind, kind}, kind));
    }
    out.push_back(free_form(Function::kBitNot, {kind}, kind));
    out.push_back(free_form(Function::kBitShiftLeft, {kind, kI}, kind));
    out.push_back(free_form(Function::kBitShiftRight, {kind, kI}, kind));
  }
}

void add_text(std::vector<Overload>& out) {
  const auto add = [&out](Function f, Kinds parameters, TypeKind result) {
    out.push_back(member_form(f, parameters, result));
  };
  add(Function::kCharAt, {kS, kI}, kS);
  for (const auto f : {Function::kIndexOf, Function::kLastIndexOf}) {
    add(f, {kS, kS}, kI);
    add(f, {kS, kS, kI}, kI);
  }
  for (const auto f : {Function::kLowerAscii, Function::kUpperAscii, Function::kReverse, Function::kTrim}) {
    add(f, {kS}, kS);
  }
  add(Function::kReplace, {kS, kS, kS}, kS);
  add(Function::kReplace, {kS, kS, kS, kI}, kS);
  add(Function::kSubstring, {kS, kI}, kS);
  add(Function::kSubstring, {kS, kI, kI}, kS);
  out.push_back(yielding(kS, member_form(Function::kSplit, {kS, kS}, kL)));
  out.push_back(yielding(kS, member_form(Function::kSplit, {kS, kS, kI}, kL)));
  out.push_back(taking(kS, member_form(Function::kJoin, {kL}, kS)));
  out.push_back(taking(kS, member_form(Function::kJoin, {kL, kS}, kS)));
  out.push_back(free_form(Function::kQuote, {kS}, kS));
  add(Function::kFormat, {kS, kL}, kS);
  out.push_back(free_form(Function::kBase64Encode, {kY}, kS));
  out.push_back(free_form(Function::kBase64Decode, {kS}, kY));
}

void add_lists(std::vector<Overload>& out) {
  out.push_back(member_form(Function::kReverse, {kL}, kL));
  out.push_back(member_form(Function::kDistinct, {kL}, kL));
  out.push_back(taking(kL, member_form(Function::kFlatten, {kL}, kL)));
  out.push_back(member_form(Function::kFlatten, {kL, kI}, kL));
  out.push_back(yielding(kI, free_form(Function::kRange, {kI}, kL)));
  out.push_back(member_form(Function::kSlice, {kL, kI, kI}, kL));
  for (const auto kind : {kI, kU, kD, kB, TypeKind::kDuration, TypeKind::kTimestamp, kS, kY, kM}) {
    out.push_back(taking(kind, member_form(Function::kSort, {kL}, kL)));
  }
  for (const auto f : {Function::kSetsContains, Function::kSetsEquivalent, Function::kSetsIntersects}) {
    out.push_back(free_form(f, {kL, kL}, kB));
  }
}

void add_networks(std::vector<Overload>& out) {
  out.push_back(free_form(Function::kIp, {kS}, kIp));
  out.push_back(free_form(Function::kCidr, {kS}, kNet));
  for (const auto f : {Function::kIsIp, Function::kIsCidr, Function::kIpIsCanonical}) {
    out.push_back(free_form(f, {kS}, kB));
  }
  out.push_back(member_form(Function::kFamily, {kIp}, kI));
  for (const auto f : {Function::kIsLoopback, Function::kIsUnspecified, Function::kIsGlobalUnicast,
                       Function::kIsLinkLocalMulticast, Function::kIsLinkLocalUnicast}) {
    out.push_back(member_form(f, {kIp}, kB));
  }
  for (const auto kind : {kIp, kS}) out.push_back(member_form(Function::kContainsIp, {kNet, kind}, kB));
  for (const auto kind : {kNet, kS}) out.push_back(member_form(Function::kContainsCidr, {kNet, kind}, kB));
  out.push_back(member_form(Function::kIp, {kNet}, kIp));
  out.push_back(member_form(Function::kMasked, {kNet}, kNet));
  out.push_back(member_form(Function::kPrefixLength, {kNet}, kI));
  for (const auto kind : {kIp, kNet}) out.push_back(free_form(Function::kToString, {kind}, kS));
}

}  // namespace

std::span<const FunctionName> library_names() { return kNames; }

std::vector<Overload> library_overloads() {
  std::vector<Overload> out;
  add_math(out);
  add_text(out);
  add_lists(out);
  add_networks(out);
  return out;
}

Value library_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  if (!takes_count(function, arguments.size())) {
    return Value::error(ErrorCode::kNoSuchOverload, function_name(function));
  }
  if (function <= Function::kBitShiftRight) return math_call(function, arguments, scratch);
  if (function == Function::kFormat) return format_text(arguments, scratch);
  if (function >= Function::kIp) return network_call(function, arguments, scratch);
  const bool of_list = function == Function::kReverse && arguments[0].is(ValueKind::kList);
  if (of_list || function >= Function::kDistinct) return list_call(function, arguments, scratch);
  if (function <= Function::kQuote) return text_call(function, arguments, scratch);
  return encoding_call(function, arguments, scratch);
}

}  // namespace weir::cel
