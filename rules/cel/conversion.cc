#include "rules/cel/conversion.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <type_traits>

#include "engine/base/check.h"
#include "engine/base/currency.h"
#include "rules/cel/address.h"
#include "rules/cel/arithmetic.h"
#include "rules/cel/calendar.h"
#include "rules/cel/collection.h"
#include "rules/cel/literal.h"
#include "rules/cel/utf8.h"

namespace weir::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }

// Decimal digits, after one sign if the type has one.
template <class Integer>
Value parse_integer(Function function, std::string_view text) {
  constexpr bool kSigned = std::is_signed_v<Integer>;
  if (kSigned && text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return failure(ErrorCode::kInvalidArgument, function);
  }
  if (error == std::errc::result_out_of_range) return failure(ErrorCode::kOverflow, function);
  if constexpr (kSigned) return Value::int64(value);
  return Value::uint64(static_cast<std::uint64_t>(value));
}

Value to_int(const Value& operand) {
  constexpr auto kFunction = Function::kToInt;
  switch (operand.kind()) {
    case ValueKind::kInt64:
      return operand;
    case ValueKind::kUint64:
      if (operand.as_uint64() >> 63U != 0) return failure(ErrorCode::kOverflow, kFunction);
      return Value::int64(static_cast<std::int64_t>(operand.as_uint64()));
    case ValueKind::kDouble: {
      // Both ends are refused, as CEL's conformance suite has it: -2^63 itself, too.
      const double value = operand.as_double();
      if (!(value > -kTwoTo63 && value < kTwoTo63)) return failure(ErrorCode::kOverflow, kFunction);
      return Value::int64(static_cast<std::int64_t>(value));
    }
    case ValueKind::kString:
      return parse_integer<std::int64_t>(kFunction, operand.as_string());
    case ValueKind::kTimestamp:
      return Value::int64(operand.seconds());
    default:
      return failure(ErrorCode::kNoSuchOverload, kFunction);
  }
}

Value to_uint(const Value& operand) {
  constexpr auto kFunction = Function::kToUint;
  switch (operand.kind()) {
    case ValueKind::kUint64:
      return operand;
    case ValueKind::kInt64:
      if (operand.as_int64() < 0) return failure(ErrorCode::kOverflow, kFunction);
      return Value::uint64(static_cast<std::uint64_t>(operand.as_int64()));
    case ValueKind::kDouble: {
      const double value = operand.as_double();
      if (!(value >= 0 && value < kTwoTo64)) return failure(ErrorCode::kOverflow, kFunction);
      return Value::uint64(static_cast<std::uint64_t>(value));
    }
    case ValueKind::kString:
      return parse_integer<std::uint64_t>(kFunction, operand.as_string());
    default:
      return failure(ErrorCode::kNoSuchOverload, kFunction);
  }
}

// In major units: the double nearest to it.
Value real_of_money(const Value& money) {
  const auto currency = currency_by_number(money.currency());
  WEIR_CHECK(currency.has_value(), "an amount's currency is in the table");
  constexpr std::int64_t kExact = 1LL << 53U;  // up to here one division of two doubles rounds once
  constexpr std::array<double, 5> kPowers{1, 10, 100, 1'000, 10'000};
  const auto minor = money.minor_units();
  if (minor >= -kExact && minor <= kExact && currency->exponent < kPowers.size()) {
    return Value::real(static_cast<double>(minor) / kPowers[currency->exponent]);
  }
  std::array<char, 32> text{};
  auto* end = std::to_chars(text.data(), text.data() + text.size(), minor).ptr;
  *end++ = 'e';
  *end++ = '-';
  end = std::to_chars(end, text.data() + text.size(), currency->exponent).ptr;
  double value = 0;
  std::from_chars(text.data(), end, value);
  return canonical_real(value);
}

Value to_double(const Value& operand) {
  switch (operand.kind()) {
    case ValueKind::kDouble:
      return canonical_real(operand.as_double());
    case ValueKind::kInt64:
      return Value::real(static_cast<double>(operand.as_int64()));
    case ValueKind::kUint64:
      return Value::real(static_cast<double>(operand.as_uint64()));
    case ValueKind::kString: {
      const Real real = parse_real(operand.as_string());
      if (real.fault == RealFault::kNotANumber) return failure(ErrorCode::kInvalidArgument, Function::kToDouble);
      if (real.fault == RealFault::kOutOfRange) return failure(ErrorCode::kOverflow, Function::kToDouble);
      return canonical_real(real.value);
    }
    case ValueKind::kMoney:
      return real_of_money(operand);
    default:
      return failure(ErrorCode::kNoSuchOverload, Function::kToDouble);
  }
}

Value kept_text(std::string_view text, Scratch& scratch) {
  char* out = scratch.allocate_text(text.size());
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kToString);
  std::copy(text.begin(), text.end(), out);
  return Value::string({out, text.size()});
}

template <class Number, class... Form>
Value number_text(Scratch& scratch, Number number, Form... form) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, form...);
  return kept_text({buffer.data(), static_cast<std::size_t>(end - buffer.data())}, scratch);
}

// The fewest digits that read back as the same double; with an exponent below 0.0001 and from 1000000 on, as cel-go.
Value real_text(double value, Scratch& scratch) {
  if (std::isnan(value)) return Value::string("NaN");
  if (std::isinf(value)) return Value::string(value < 0 ? "-Infinity" : "Infinity");
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
  return number_text(scratch, value, plain ? std::chars_format::fixed : std::chars_format::scientific);
}

Value to_string(const Value& operand, Scratch& scratch) {
  switch (operand.kind()) {
    case ValueKind::kString:
      return operand;
    case ValueKind::kBool:
      return Value::string(operand.as_bool() ? "true" : "false");
    case ValueKind::kInt64:
      return number_text(scratch, operand.as_int64());
    case ValueKind::kUint64:
      return number_text(scratch, operand.as_uint64());
    case ValueKind::kDouble:
      return real_text(operand.as_double(), scratch);
    case ValueKind::kBytes: {
      const auto bytes = operand.as_bytes();
      if (!scratch.spend_text(bytes.size()) || first_invalid_utf8(bytes) != bytes.size()) {
        return failure(ErrorCode::kInvalidArgument, Function::kToString);
      }
      return Value::string(bytes);
    }
    case ValueKind::kTimestamp:
      if (!in_range(operand)) return failure(ErrorCode::kOverflow, Function::kToString);
      return kept_text(timestamp_text(operand).view(), scratch);
    case ValueKind::kDuration:
      return kept_text(duration_text(operand).view(), scratch);
    case ValueKind::kAddress:
      return kept_text(address_text(address_of(operand)).view(), scratch);
    case ValueKind::kNetwork:
      return kept_text(network_text(network_of(operand)).view(), scratch);
    default:
      return failure(ErrorCode::kNoSuchOverload, Function::kToString);
  }
}

Value to_bool(const Value& operand) {
  if (operand.is(ValueKind::kBool)) return operand;
  if (!operand.is(ValueKind::kString)) return failure(ErrorCode::kNoSuchOverload, Function::kToBool);
  const auto is = [text = operand.as_string()](std::string_view word) { return text == word; };
  if (is("1") || is("t") || is("T") || is("true") || is("TRUE") || is("True")) return Value::boolean(true);
  if (is("0") || is("f") || is("F") || is("false") || is("FALSE") || is("False")) return Value::boolean(false);
  return failure(ErrorCode::kInvalidArgument, Function::kToBool);
}

Value to_timestamp(const Value& operand) {
  switch (operand.kind()) {
    case ValueKind::kTimestamp:
      return operand;
    case ValueKind::kInt64:
      if (operand.as_int64() < kMinTimestampSeconds || operand.as_int64() > kMaxTimestampSeconds) {
        return failure(ErrorCode::kOverflow, Function::kToTimestamp);
      }
      return Value::timestamp(operand.as_int64(), 0);
    case ValueKind::kString: {
      const auto parsed = parse_timestamp(operand.as_string());
      return parsed ? *parsed : failure(ErrorCode::kInvalidArgument, Function::kToTimestamp);
    }
    default:
      return failure(ErrorCode::kNoSuchOverload, Function::kToTimestamp);
  }
}

Value to_duration(const Value& operand) {
  if (operand.is(ValueKind::kDuration)) return operand;
  if (!operand.is(ValueKind::kString)) return failure(ErrorCode::kNoSuchOverload, Function::kToDuration);
  const auto parsed = parse_duration(operand.as_string());
  return parsed ? *parsed : failure(ErrorCode::kInvalidArgument, Function::kToDuration);
}

}  // namespace

TypeKind kind_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull:
      return TypeKind::kNull;
    case ValueKind::kBool:
      return TypeKind::kBool;
    case ValueKind::kInt64:
      return TypeKind::kInt;
    case ValueKind::kUint64:
      return TypeKind::kUint;
    case ValueKind::kDouble:
      return TypeKind::kDouble;
    case ValueKind::kString:
      return TypeKind::kString;
    case ValueKind::kBytes:
      return TypeKind::kBytes;
    case ValueKind::kTimestamp:
      return TypeKind::kTimestamp;
    case ValueKind::kDuration:
      return TypeKind::kDuration;
    case ValueKind::kMoney:
      return TypeKind::kMoney;
    case ValueKind::kList:
      return TypeKind::kList;
    case ValueKind::kMap:
      return TypeKind::kMap;
    case ValueKind::kType:
      return TypeKind::kType;
    case ValueKind::kOptional:
      return TypeKind::kOptional;
    case ValueKind::kAddress:
      return TypeKind::kAddress;
    case ValueKind::kNetwork:
      return TypeKind::kNetwork;
    case ValueKind::kLookup:
      return TypeKind::kLookup;
    case ValueKind::kAbsent:
    case ValueKind::kError:
      break;
  }
  return TypeKind::kError;
}

Value convert(Function function, const Value& operand, Scratch& scratch) {
  switch (function) {
    case Function::kToInt:
      return to_int(operand);
    case Function::kToUint:
      return to_uint(operand);
    case Function::kToDouble:
      return to_double(operand);
    case Function::kToString:
      return to_string(operand, scratch);
    case Function::kToBytes:
      if (operand.is(ValueKind::kString)) return Value::bytes(operand.as_string());
      return operand.is(ValueKind::kBytes) ? operand : failure(ErrorCode::kNoSuchOverload, function);
    case Function::kToBool:
      return to_bool(operand);
    case Function::kToTimestamp:
      return to_timestamp(operand);
    case Function::kToDuration:
      return to_duration(operand);
    case Function::kType:
      return make_type(kind_of(operand));
    case Function::kDyn:
      return operand;
    default:
      return failure(ErrorCode::kNoSuchOverload, function);
  }
}

}  // namespace weir::cel
