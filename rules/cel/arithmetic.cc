#include "rules/cel/arithmetic.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "rules/cel/calendar.h"
#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }

Value value_of(std::int64_t value) { return Value::int64(value); }
Value value_of(std::uint64_t value) { return Value::uint64(value); }

template <class Integer>
Value integer_arithmetic(Function function, Integer a, Integer b) {
  Integer result = 0;
  bool overflow = false;
  switch (function) {
    case Function::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case Function::kSubtract:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case Function::kMultiply:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case Function::kDivide:
    case Function::kModulo:
      if (b == 0) return failure(ErrorCode::kDivideByZero, function);
      if constexpr (std::is_signed_v<Integer>) overflow = b == -1 && a == std::numeric_limits<Integer>::min();
      if (!overflow) result = function == Function::kDivide ? a / b : a % b;
      break;
    default:
      return failure(ErrorCode::kNoSuchOverload, function);
  }
  return overflow ? failure(ErrorCode::kOverflow, function) : value_of(result);
}

Value money_sum(Function function, const Value& a, const Value& b) {
  if (function != Function::kAdd && function != Function::kSubtract)
    return failure(ErrorCode::kNoSuchOverload, function);
  if (a.currency() != b.currency()) return failure(ErrorCode::kCurrencyMismatch, function);
  const Value sum = int_arithmetic(function, a.minor_units(), b.minor_units());
  return sum.is_error() ? sum : Value::money(sum.as_int64(), a.currency());
}

Value money_product(const Value& money, std::int64_t factor) {
  const Value product = int_arithmetic(Function::kMultiply, money.minor_units(), factor);
  return product.is_error() ? product : Value::money(product.as_int64(), money.currency());
}

Value shifted_timestamp(Function function, const Value& timestamp, const Value& duration) {
  const auto shift = duration_nanoseconds(duration);
  if (!shift || !in_range(timestamp)) return failure(ErrorCode::kOverflow, function);
  // Floor seconds and forward nanoseconds of the shift, then of the sum.
  const std::int64_t sign = function == Function::kAdd ? 1 : -1;
  std::int64_t seconds = timestamp.seconds() + sign * (*shift / kNanosPerSecond);
  std::int64_t nanos = timestamp.nanoseconds() + sign * (*shift % kNanosPerSecond);
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  } else if (nanos >= kNanosPerSecond) {
    nanos -= kNanosPerSecond;
    ++seconds;
  }
  const Value shifted = Value::timestamp(seconds, static_cast<std::uint32_t>(nanos));
  return in_range(shifted) ? shifted : failure(ErrorCode::kOverflow, function);
}

Value time_between(const Value& later, const Value& earlier) {
  if (!in_range(later) || !in_range(earlier)) return failure(ErrorCode::kOverflow, Function::kSubtract);
  std::int64_t seconds = later.seconds() - earlier.seconds();
  std::int64_t nanos = std::int64_t{later.nanoseconds()} - std::int64_t{earlier.nanoseconds()};
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  const Value difference = Value::duration(seconds, static_cast<std::uint32_t>(nanos));
  return duration_nanoseconds(difference) ? difference : failure(ErrorCode::kOverflow, Function::kSubtract);
}

Value duration_sum(Function function, const Value& a, const Value& b) {
  const auto left = duration_nanoseconds(a);
  const auto right = duration_nanoseconds(b);
  if (!left || !right) return failure(ErrorCode::kOverflow, function);
  const Value sum = int_arithmetic(function, *left, *right);
  return sum.is_error() ? sum : duration_from_nanoseconds(sum.as_int64());
}

Value concatenation(const Value& a, const Value& b, Scratch& scratch) {
  const auto left = a.as_string();
  const auto right = b.as_string();
  const std::size_t size = left.size() + right.size();
  char* out = scratch.spend_text(size) ? scratch.allocate_text(size) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kAdd);
  std::copy(left.begin(), left.end(), out);
  std::copy(right.begin(), right.end(), out + left.size());
  const std::string_view text(out, size);
  return a.is(ValueKind::kString) ? Value::string(text) : Value::bytes(text);
}

Value joined_lists(const Value& a, const Value& b, Scratch& scratch) {
  const auto left = list_elements(a);
  const auto right = list_elements(b);
  const std::size_t size = left.size() + right.size();
  Value* out = scratch.spend(size) ? scratch.allocate_values(size) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kAdd);
  std::copy(left.begin(), left.end(), out);
  std::copy(right.begin(), right.end(), out + left.size());
  return make_list({out, size});
}

// The kinds that only add and subtract, among themselves or with each other.
Value mixed_arithmetic(Function function, const Value& a, const Value& b) {
  const bool adds = function == Function::kAdd;
  const bool subtracts = function == Function::kSubtract;
  const auto kinds = [&a, &b](ValueKind first, ValueKind second) { return a.is(first) && b.is(second); };
  if (kinds(ValueKind::kMoney, ValueKind::kMoney)) return money_sum(function, a, b);
  if (function == Function::kMultiply && kinds(ValueKind::kMoney, ValueKind::kInt64))
    return money_product(a, b.as_int64());
  if (function == Function::kMultiply && kinds(ValueKind::kInt64, ValueKind::kMoney))
    return money_product(b, a.as_int64());
  if ((adds || subtracts) && kinds(ValueKind::kDuration, ValueKind::kDuration)) return duration_sum(function, a, b);
  if ((adds || subtracts) && kinds(ValueKind::kTimestamp, ValueKind::kDuration))
    return shifted_timestamp(function, a, b);
  if (adds && kinds(ValueKind::kDuration, ValueKind::kTimestamp)) return shifted_timestamp(function, b, a);
  if (subtracts && kinds(ValueKind::kTimestamp, ValueKind::kTimestamp)) return time_between(a, b);
  return failure(ErrorCode::kNoSuchOverload, function);
}

}  // namespace

Value int_arithmetic(Function function, std::int64_t a, std::int64_t b) { return integer_arithmetic(function, a, b); }

Value real_arithmetic(Function function, double a, double b) {
  switch (function) {
    case Function::kAdd:
      return canonical_real(a + b);
    case Function::kSubtract:
      return canonical_real(a - b);
    case Function::kMultiply:
      return canonical_real(a * b);
    case Function::kDivide:
      return canonical_real(a / b);
    default:
      return failure(ErrorCode::kNoSuchOverload, function);
  }
}

Value arithmetic(Function function, const Value& a, const Value& b, Scratch& scratch) {
  if (a.kind() == b.kind()) {
    switch (a.kind()) {
      case ValueKind::kInt64:
        return int_arithmetic(function, a.as_int64(), b.as_int64());
      case ValueKind::kUint64:
        return integer_arithmetic(function, a.as_uint64(), b.as_uint64());
      case ValueKind::kDouble:
        return real_arithmetic(function, a.as_double(), b.as_double());
      case ValueKind::kString:
      case ValueKind::kBytes:
        if (function == Function::kAdd) return concatenation(a, b, scratch);
        break;
      case ValueKind::kList:
        if (function == Function::kAdd) return joined_lists(a, b, scratch);
        break;
      default:
        break;
    }
  }
  return mixed_arithmetic(function, a, b);
}

Value negate(const Value& operand) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  switch (operand.kind()) {
    case ValueKind::kInt64:
      if (operand.as_int64() == kLowest) return failure(ErrorCode::kOverflow, Function::kNegate);
      return Value::int64(-operand.as_int64());
    case ValueKind::kMoney:
      if (operand.minor_units() == kLowest) return failure(ErrorCode::kOverflow, Function::kNegate);
      return Value::money(-operand.minor_units(), operand.currency());
    case ValueKind::kDouble:
      return canonical_real(-operand.as_double());
    default:
      return failure(ErrorCode::kNoSuchOverload, Function::kNegate);
  }
}

}  // namespace weir::cel
