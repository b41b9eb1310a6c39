#include "rules/cel/functions.h"

#include <algorithm>

#include "rules/cel/library.h"
#include "rules/cel/optional.h"

namespace weir::cel {
namespace {

constexpr std::array<FunctionName, 41> kNames{{
    {Function::kAdd, "+"},
    {Function::kSubtract, "-"},
    {Function::kMultiply, "*"},
    {Function::kDivide, "/"},
    {Function::kModulo, "%"},
    {Function::kNegate, "-"},
    {Function::kNot, "!"},
    {Function::kEqual, "=="},
    {Function::kNotEqual, "!="},
    {Function::kLess, "<"},
    {Function::kLessEqual, "<="},
    {Function::kGreater, ">"},
    {Function::kGreaterEqual, ">="},
    {Function::kIn, "in"},
    {Function::kIndex, "[]"},
    {Function::kSize, "size"},
    {Function::kContains, "contains"},
    {Function::kStartsWith, "startsWith"},
    {Function::kEndsWith, "endsWith"},
    {Function::kMatches, "matches"},
    {Function::kToInt, "int"},
    {Function::kToUint, "uint"},
    {Function::kToDouble, "double"},
    {Function::kToString, "string"},
    {Function::kToBytes, "bytes"},
    {Function::kToBool, "bool"},
    {Function::kToTimestamp, "timestamp"},
    {Function::kToDuration, "duration"},
    {Function::kType, "type"},
    {Function::kDyn, "dyn"},
    {Function::kMoney, "money"},
    {Function::kGetFullYear, "getFullYear"},
    {Function::kGetMonth, "getMonth"},
    {Function::kGetDate, "getDate"},
    {Function::kGetDayOfMonth, "getDayOfMonth"},
    {Function::kGetDayOfWeek, "getDayOfWeek"},
    {Function::kGetDayOfYear, "getDayOfYear"},
    {Function::kGetHours, "getHours"},
    {Function::kGetMinutes, "getMinutes"},
    {Function::kGetSeconds, "getSeconds"},
    {Function::kGetMilliseconds, "getMilliseconds"},
}};

constexpr TypeKind kB = TypeKind::kBool;
constexpr TypeKind kI = TypeKind::kInt;
constexpr TypeKind kU = TypeKind::kUint;
constexpr TypeKind kD = TypeKind::kDouble;
constexpr TypeKind kS = TypeKind::kString;
constexpr TypeKind kY = TypeKind::kBytes;
constexpr TypeKind kT = TypeKind::kTimestamp;
constexpr TypeKind kP = TypeKind::kDuration;
constexpr TypeKind kM = TypeKind::kMoney;
constexpr TypeKind kL = TypeKind::kList;
constexpr TypeKind kMap = TypeKind::kMap;
constexpr TypeKind kAny = TypeKind::kDyn;

std::vector<Overload> make_overloads() {
  std::vector<Overload> out;
  const auto unary = [&out](Function f, CallStyle style, TypeKind a, TypeKind result) {
    out.push_back({.function = f, .style = style, .result = result, .parameters = {a}, .arity = 1});
  };
  const auto binary = [&out](Function f, CallStyle style, TypeKind a, TypeKind b, TypeKind result) {
    out.push_back({.function = f, .style = style, .result = result, .parameters = {a, b}, .arity = 2});
  };
  constexpr auto kOp = CallStyle::kOperator;
  constexpr auto kFree = CallStyle::kGlobal;
  constexpr auto kOn = CallStyle::kReceiver;

  for (const auto kind : {kI, kU, kD}) {
    for (const auto f : {Function::kAdd, Function::kSubtract, Function::kMultiply, Function::kDivide}) {
      binary(f, kOp, kind, kind, kind);
    }
  }
  for (const auto kind : {kI, kU}) binary(Function::kModulo, kOp, kind, kind, kind);
  for (const auto kind : {kS, kY, kL, kP, kM}) binary(Function::kAdd, kOp, kind, kind, kind);
  for (const auto kind : {kP, kM}) binary(Function::kSubtract, kOp, kind, kind, kind);
  binary(Function::kAdd, kOp, kT, kP, kT);
  binary(Function::kAdd, kOp, kP, kT, kT);
  binary(Function::kSubtract, kOp, kT, kP, kT);
  binary(Function::kSubtract, kOp, kT, kT, kP);
  binary(Function::kMultiply, kOp, kM, kI, kM);
  binary(Function::kMultiply, kOp, kI, kM, kM);
  for (const auto kind : {kI, kD, kM}) unary(Function::kNegate, kOp, kind, kind);
  unary(Function::kNot, kOp, kB, kB);
  for (const auto f : {Function::kLess, Function::kLessEqual, Function::kGreater, Function::kGreaterEqual}) {
    for (const auto kind : {kB, kI, kU, kD, kS, kY, kT, kP, kM}) binary(f, kOp, kind, kind, kB);
  }

  for (const auto style : {kFree, kOn}) {
    for (const auto kind : {kS, kY, kL, kMap}) unary(Function::kSize, style, kind, kI);
    binary(Function::kMatches, style, kS, kS, kB);
  }
  for (const auto f : {Function::kContains, Function::kStartsWith, Function::kEndsWith}) binary(f, kOn, kS, kS, kB);

  for (const auto kind : {kI, kU, kD, kS, kT}) unary(Function::kToInt, kFree, kind, kI);
  for (const auto kind : {kU, kI, kD, kS}) unary(Function::kToUint, kFree, kind, kU);
  for (const auto kind : {kD, kI, kU, kS, kM}) unary(Function::kToDouble, kFree, kind, kD);
  for (const auto kind : {kS, kB, kI, kU, kD, kY, kT, kP}) unary(Function::kToString, kFree, kind, kS);
  for (const auto kind : {kY, kS}) unary(Function::kToBytes, kFree, kind, kY);
  for (const auto kind : {kB, kS}) unary(Function::kToBool, kFree, kind, kB);
  for (const auto kind : {kT, kS, kI}) unary(Function::kToTimestamp, kFree, kind, kT);
  for (const auto kind : {kP, kS}) unary(Function::kToDuration, kFree, kind, kP);
  unary(Function::kType, kFree, kAny, TypeKind::kType);
  unary(Function::kDyn, kFree, kAny, kAny);
  binary(Function::kMoney, kFree, kS, kS, kM);

  for (const auto f : {Function::kGetFullYear, Function::kGetMonth, Function::kGetDate, Function::kGetDayOfMonth,
                       Function::kGetDayOfWeek, Function::kGetDayOfYear, Function::kGetHours, Function::kGetMinutes,
                       Function::kGetSeconds, Function::kGetMilliseconds}) {
    unary(f, kOn, kT, kI);
    binary(f, kOn, kT, kS, kI);
  }
  for (const auto f : {Function::kGetHours, Function::kGetMinutes, Function::kGetSeconds, Function::kGetMilliseconds}) {
    unary(f, kOn, kP, kI);
  }
  for (const auto& more : {optional_overloads(), library_overloads()}) out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::array<std::string_view, 256> make_names() {
  std::array<std::string_view, 256> out{};
  for (const auto& name : kNames) out[static_cast<std::size_t>(name.function)] = name.text;
  for (const auto& name : optional_names()) out[static_cast<std::size_t>(name.function)] = name.text;
  for (const auto& name : library_names()) out[static_cast<std::size_t>(name.function)] = name.text;
  return out;
}

// For each function a bit for each number of arguments that a form of it takes.
std::array<std::uint8_t, 256> make_counts() {
  std::array<std::uint8_t, 256> out{};
  for (const auto& overload : overloads()) {
    auto& counts = out[static_cast<std::size_t>(overload.function)];
    counts = static_cast<std::uint8_t>(counts | 1U << overload.arity);
  }
  return out;
}

}  // namespace

std::span<const Overload> overloads() {
  static const std::vector<Overload> kOverloads = make_overloads();
  return kOverloads;
}

std::string_view function_name(Function function) {
  static const auto kTable = make_names();
  return kTable[static_cast<std::size_t>(function)];
}

Function find_function(std::string_view name, CallStyle style, std::size_t arity) {
  if (style == CallStyle::kOperator) {
    if (name == "-" && arity == 1) return Function::kNegate;
    for (const auto& entry : kNames) {
      if (entry.text == name) return entry.function;
    }
    return name == function_name(Function::kOptionalIndex) ? Function::kOptionalIndex : Function::kNone;
  }
  for (const auto& overload : overloads()) {
    if (overload.style == style && function_name(overload.function) == name) return overload.function;
  }
  return Function::kNone;
}

std::vector<std::string> function_names(CallStyle style) {
  std::vector<std::string> out;
  for (const auto& overload : overloads()) {
    if (overload.style != style) continue;
    std::string name(function_name(overload.function));
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

bool takes_count(Function function, std::size_t count) {
  static const auto kCounts = make_counts();
  if (function == Function::kGreatest || function == Function::kLeast) return count > 0;
  return count < 8 && (kCounts[static_cast<std::size_t>(function)] >> count & 1U) != 0;
}

bool is_namespace(std::string_view name) {
  return std::any_of(overloads().begin(), overloads().end(), [name](const Overload& overload) {
    const auto full = function_name(overload.function);
    return full.size() > name.size() && full.starts_with(name) && full[name.size()] == '.';
  });
}

}  // namespace weir::cel
