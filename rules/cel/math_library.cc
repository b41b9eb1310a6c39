#include <cmath>
#include <limits>

#include "rules/cel/arithmetic.h"
#include "rules/cel/collection.h"
#include "rules/cel/comparison.h"
#include "rules/cel/library.h"

namespace weir::cel {
namespace {

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }
Value no_overload(Function function) { return failure(ErrorCode::kNoSuchOverload, function); }

bool is_quantity(const Value& value) {
  return value.is(ValueKind::kInt64) || value.is(ValueKind::kUint64) || value.is(ValueKind::kDouble) ||
         value.is(ValueKind::kMoney);
}

// The first of the greatest or least.
Value extreme(Function function, std::span<const Value> candidates, Scratch& scratch) {
  if (candidates.size() == 1 && candidates[0].is(ValueKind::kList)) {
    candidates = list_elements(candidates[0]);
    if (candidates.empty()) return failure(ErrorCode::kInvalidArgument, function);
  }
  if (candidates.empty() || !is_quantity(candidates[0])) return no_overload(function);
  if (!scratch.spend(candidates.size())) return failure(ErrorCode::kCostLimit, function);
  Value best = candidates[0];
  for (const Value& candidate : candidates.subspan(1)) {
    const auto ordering = order(candidate, best);
    if (!ordering) return no_overload(function);
    if (best.is(ValueKind::kMoney) && best.currency() != candidate.currency()) {
      return failure(ErrorCode::kCurrencyMismatch, function);
    }
    if (*ordering == std::partial_ordering::unordered) return failure(ErrorCode::kInvalidArgument, function);
    if (function == Function::kGreatest ? *ordering > 0 : *ordering < 0) best = candidate;
  }
  return best.is(ValueKind::kDouble) ? canonical_real(best.as_double()) : best;
}

Value rounded(Function function, const Value& operand) {
  if (!operand.is(ValueKind::kDouble)) return no_overload(function);
  const double value = operand.as_double();
  switch (function) {
    case Function::kCeil:
      return canonical_real(std::ceil(value));
    case Function::kFloor:
      return canonical_real(std::floor(value));
    case Function::kRound:
      return canonical_real(std::round(value));
    default:
      return canonical_real(std::trunc(value));
  }
}

Value real_test(Function function, const Value& operand) {
  if (!operand.is(ValueKind::kDouble)) return no_overload(function);
  const double value = operand.as_double();
  if (function == Function::kIsNaN) return Value::boolean(std::isnan(value));
  return Value::boolean(function == Function::kIsInf ? std::isinf(value) : std::isfinite(value));
}

Value absolute(const Value& operand) {
  switch (operand.kind()) {
    case ValueKind::kUint64:
      return operand;
    case ValueKind::kDouble:
      return canonical_real(std::fabs(operand.as_double()));
    case ValueKind::kInt64:
    case ValueKind::kMoney: {
      if ((operand.is(ValueKind::kInt64) ? operand.as_int64() : operand.minor_units()) >= 0) return operand;
      const Value positive = negate(operand);
      return positive.is_error() ? failure(positive.code(), Function::kAbs) : positive;
    }
    default:
      return no_overload(Function::kAbs);
  }
}

Value sign(const Value& operand) {
  switch (operand.kind()) {
    case ValueKind::kUint64:
      return Value::uint64(operand.as_uint64() == 0 ? 0 : 1);
    case ValueKind::kInt64:
      return Value::int64(operand.as_int64() == 0 ? 0 : operand.as_int64() < 0 ? -1 : 1);
    case ValueKind::kDouble: {
      const double value = operand.as_double();
      if (std::isnan(value)) return canonical_real(value);
      return Value::real(value == 0 ? 0 : value < 0 ? -1 : 1);
    }
    default:
      return no_overload(Function::kSign);
  }
}

Value square_root(const Value& operand) {
  switch (operand.kind()) {
    case ValueKind::kUint64:
      return Value::real(std::sqrt(static_cast<double>(operand.as_uint64())));
    case ValueKind::kInt64:
      return canonical_real(std::sqrt(static_cast<double>(operand.as_int64())));
    case ValueKind::kDouble:
      return canonical_real(std::sqrt(operand.as_double()));
    default:
      return no_overload(Function::kSqrt);
  }
}

bool is_integer(const Value& value) { return value.is(ValueKind::kInt64) || value.is(ValueKind::kUint64); }

// The bits of an int or uint are those of a uint.
Value of_bits(std::uint64_t bits, ValueKind kind) {
  return kind == ValueKind::kUint64 ? Value::uint64(bits) : Value::int64(static_cast<std::int64_t>(bits));
}

Value bits_of_two(Function function, const Value& a, const Value& b) {
  if (!is_integer(a) || a.kind() != b.kind()) return no_overload(function);
  switch (function) {
    case Function::kBitAnd:
      return of_bits(a.as_uint64() & b.as_uint64(), a.kind());
    case Function::kBitOr:
      return of_bits(a.as_uint64() | b.as_uint64(), a.kind());
    default:
      return of_bits(a.as_uint64() ^ b.as_uint64(), a.kind());
  }
}

// No bit enters but 0, on the left of a negative int neither.
Value shifted(Function function, const Value& operand, const Value& count) {
  if (!is_integer(operand) || !count.is(ValueKind::kInt64)) return no_overload(function);
  if (count.as_int64() < 0) return failure(ErrorCode::kInvalidArgument, function);
  if (count.as_int64() >= 64) return of_bits(0, operand.kind());
  const std::uint64_t bits = operand.as_uint64();
  return of_bits(function == Function::kBitShiftLeft ? bits << count.as_uint64() : bits >> count.as_uint64(),
                 operand.kind());
}

}  // namespace

Value math_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  switch (function) {
    case Function::kGreatest:
    case Function::kLeast:
      return extreme(function, arguments, scratch);
    case Function::kCeil:
    case Function::kFloor:
    case Function::kRound:
    case Function::kTrunc:
      return rounded(function, arguments[0]);
    case Function::kIsInf:
    case Function::kIsNaN:
    case Function::kIsFinite:
      return real_test(function, arguments[0]);
    case Function::kAbs:
      return absolute(arguments[0]);
    case Function::kSign:
      return sign(arguments[0]);
    case Function::kSqrt:
      return square_root(arguments[0]);
    case Function::kBitNot:
      return is_integer(arguments[0]) ? of_bits(~arguments[0].as_uint64(), arguments[0].kind()) : no_overload(function);
    case Function::kBitShiftLeft:
    case Function::kBitShiftRight:
      return shifted(function, arguments[0], arguments[1]);
    default:
      return bits_of_two(function, arguments[0], arguments[1]);
  }
}

}  // namespace weir::cel
