#include "rules/cel/library.h"

#include <array>

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
};

constexpr TypeKind kB = TypeKind::kBool;
constexpr TypeKind kI = TypeKind::kInt;
constexpr TypeKind kU = TypeKind::kUint;
constexpr TypeKind kD = TypeKind::kDouble;
constexpr TypeKind kM = TypeKind::kMoney;
constexpr TypeKind kL = TypeKind::kList;

Overload free_form(Function function, std::initializer_list<TypeKind> parameters, TypeKind result) {
  Overload out{.function = function, .style = CallStyle::kGlobal, .result = result};
  for (const auto kind : parameters) out.parameters[out.arity++] = kind;
  return out;
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

}  // namespace

std::span<const FunctionName> library_names() { return kNames; }

std::vector<Overload> library_overloads() {
  std::vector<Overload> out;
  add_math(out);
  return out;
}

Value library_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  return math_call(function, arguments, scratch);
}

}  // namespace weir::cel
