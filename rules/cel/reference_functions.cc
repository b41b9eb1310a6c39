#include "rules/cel/reference_functions.h"

#include <re2/re2.h>

#include <cmath>
#include <limits>
#include <string>

#include "rules/cel/library.h"
#include "rules/cel/optional.h"

namespace weir::cel {
namespace {

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }
ReferenceValue no_overload(Function function) { return fault(ErrorCode::kNoSuchOverload, function); }

template <class Integer>
ReferenceValue narrowed(WideInt number, Function function) {
  if (number < std::numeric_limits<Integer>::min() || number > std::numeric_limits<Integer>::max()) {
    return fault(ErrorCode::kOverflow, function);
  }
  return {static_cast<Integer>(number)};
}

template <class Integer>
ReferenceValue integers(Function function, Integer left, Integer right) {
  const WideInt a = left;
  const WideInt b = right;
  switch (function) {
    case Function::kAdd:
      return narrowed<Integer>(a + b, function);
    case Function::kSubtract:
      return narrowed<Integer>(a - b, function);
    case Function::kMultiply: {
      // The product of two uint64 may leave even 128 bits with a sign.
      WideInt product = 0;
      if (__builtin_mul_overflow(a, b, &product)) return fault(ErrorCode::kOverflow, function);
      return narrowed<Integer>(product, function);
    }
    case Function::kDivide:
    case Function::kModulo:
      if (b == 0) return fault(ErrorCode::kDivideByZero, function);
      // INT64_MIN % -1 is 0 in 128 bits; CEL calls both an overflow.
      if (narrowed<Integer>(a / b, function).is_fault()) return fault(ErrorCode::kOverflow, function);
      return narrowed<Integer>(function == Function::kDivide ? a / b : a % b, function);
    default:
      return no_overload(function);
  }
}

ReferenceValue reals(Function function, double a, double b) {
  switch (function) {
    case Function::kAdd:
      return {a + b};
    case Function::kSubtract:
      return {a - b};
    case Function::kMultiply:
      return {a * b};
    case Function::kDivide:
      return {a / b};
    default:
      return no_overload(function);
  }
}

bool valid_time(WideInt nanoseconds) {
  constexpr WideInt kSecond = 1'000'000'000;
  return nanoseconds >= WideInt{-62'135'596'800} * kSecond && nanoseconds < WideInt{253'402'300'800} * kSecond;
}

ReferenceValue time_result(WideInt nanoseconds, Function function) {
  if (!valid_time(nanoseconds)) return fault(ErrorCode::kOverflow, function);
  return {ReferenceTime{nanoseconds}};
}

bool valid_span(WideInt nanoseconds) {
  return nanoseconds >= std::numeric_limits<std::int64_t>::min() &&
         nanoseconds <= std::numeric_limits<std::int64_t>::max();
}

ReferenceValue span_result(WideInt nanoseconds, Function function) {
  if (!valid_span(nanoseconds)) return fault(ErrorCode::kOverflow, function);
  return {ReferenceSpan{nanoseconds}};
}

ReferenceValue money_result(const ReferenceValue& units, std::uint16_t currency) {
  if (units.is_fault()) return units;
  return {ReferenceMoney{units.as<std::int64_t>(), currency}};
}

ReferenceValue times(Function function, const ReferenceValue& a, const ReferenceValue& b) {
  const WideInt sign = function == Function::kAdd ? 1 : -1;
  if (function != Function::kAdd && function != Function::kSubtract) return no_overload(function);
  if (a.is<ReferenceSpan>() && b.is<ReferenceSpan>()) {
    const WideInt left = a.as<ReferenceSpan>().nanoseconds;
    const WideInt right = b.as<ReferenceSpan>().nanoseconds;
    if (!valid_span(left) || !valid_span(right)) return fault(ErrorCode::kOverflow, function);
    return span_result(left + sign * right, function);
  }
  if (a.is<ReferenceTime>() && b.is<ReferenceSpan>()) {
    const WideInt time = a.as<ReferenceTime>().nanoseconds;
    const WideInt span = b.as<ReferenceSpan>().nanoseconds;
    if (!valid_time(time) || !valid_span(span)) return fault(ErrorCode::kOverflow, function);
    return time_result(time + sign * span, function);
  }
  if (a.is<ReferenceSpan>() && b.is<ReferenceTime>() && function == Function::kAdd) return times(function, b, a);
  if (a.is<ReferenceTime>() && b.is<ReferenceTime>() && function == Function::kSubtract) {
    const WideInt later = a.as<ReferenceTime>().nanoseconds;
    const WideInt earlier = b.as<ReferenceTime>().nanoseconds;
    if (!valid_time(later) || !valid_time(earlier)) return fault(ErrorCode::kOverflow, function);
    return span_result(later - earlier, function);
  }
  return no_overload(function);
}

ReferenceValue moneys(Function function, const ReferenceValue& a, const ReferenceValue& b) {
  if (a.is<ReferenceMoney>() && b.is<ReferenceMoney>()) {
    if (function != Function::kAdd && function != Function::kSubtract) return no_overload(function);
    const auto& left = a.as<ReferenceMoney>();
    const auto& right = b.as<ReferenceMoney>();
    if (left.currency != right.currency) return fault(ErrorCode::kCurrencyMismatch, function);
    return money_result(integers(function, left.minor_units, right.minor_units), left.currency);
  }
  if (function != Function::kMultiply) return no_overload(function);
  if (b.is<ReferenceMoney>()) return moneys(function, b, a);
  if (!b.is<std::int64_t>()) return no_overload(function);
  const auto& money = a.as<ReferenceMoney>();
  return money_result(integers(function, money.minor_units, b.as<std::int64_t>()), money.currency);
}

ReferenceValue arithmetic(Function function, const ReferenceValue& a, const ReferenceValue& b) {
  if (a.is<std::int64_t>() && b.is<std::int64_t>())
    return integers(function, a.as<std::int64_t>(), b.as<std::int64_t>());
  if (a.is<std::uint64_t>() && b.is<std::uint64_t>())
    return integers(function, a.as<std::uint64_t>(), b.as<std::uint64_t>());
  if (a.is<double>() && b.is<double>()) return reals(function, a.as<double>(), b.as<double>());
  if (a.is<ReferenceMoney>() || b.is<ReferenceMoney>()) return moneys(function, a, b);
  if (function == Function::kAdd) {
    if (a.is<std::string>() && b.is<std::string>()) return {a.as<std::string>() + b.as<std::string>()};
    if (a.is<ReferenceBytes>() && b.is<ReferenceBytes>()) {
      return {ReferenceBytes{a.as<ReferenceBytes>().text + b.as<ReferenceBytes>().text}};
    }
    if (a.is<ReferenceList>() && b.is<ReferenceList>()) {
      ReferenceList out = a.as<ReferenceList>();
      for (const auto& element : b.as<ReferenceList>()) out.push_back(element);
      return {std::move(out)};
    }
  }
  return times(function, a, b);
}

ReferenceValue negated(const ReferenceValue& operand) {
  constexpr auto kFunction = Function::kNegate;
  if (operand.is<double>()) return {-operand.as<double>()};
  if (operand.is<std::int64_t>()) return integers(Function::kSubtract, std::int64_t{0}, operand.as<std::int64_t>());
  if (operand.is<ReferenceMoney>()) {
    const auto& money = operand.as<ReferenceMoney>();
    return money_result(integers(Function::kSubtract, std::int64_t{0}, money.minor_units), money.currency);
  }
  return no_overload(kFunction);
}

// -1, 0, 1, or 2 where there is no order (NaN), or 3 where there is no comparison.
int compared(const ReferenceValue& a, const ReferenceValue& b) {
  const auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2; };
  if (a.is_number() && b.is_number()) {
    if (!a.is<double>() && !b.is<double>()) {
      const auto wide = [](const ReferenceValue& v) {
        return v.is<std::int64_t>() ? WideInt{v.as<std::int64_t>()} : WideInt{v.as<std::uint64_t>()};
      };
      return sign(wide(a), wide(b));
    }
    const auto real = [](const ReferenceValue& v) {
      if (v.is<double>()) return v.as<double>();
      return v.is<std::int64_t>() ? static_cast<double>(v.as<std::int64_t>())
                                  : static_cast<double>(v.as<std::uint64_t>());
    };
    return sign(real(a), real(b));
  }
  if (a.data.index() != b.data.index()) return 3;
  if (a.is<bool>()) return sign(a.as<bool>(), b.as<bool>());
  if (a.is<std::string>()) return sign(a.as<std::string>(), b.as<std::string>());
  if (a.is<ReferenceBytes>()) return sign(a.as<ReferenceBytes>().text, b.as<ReferenceBytes>().text);
  if (a.is<ReferenceTime>()) return sign(a.as<ReferenceTime>().nanoseconds, b.as<ReferenceTime>().nanoseconds);
  if (a.is<ReferenceSpan>()) return sign(a.as<ReferenceSpan>().nanoseconds, b.as<ReferenceSpan>().nanoseconds);
  if (a.is<ReferenceMoney>()) return sign(a.as<ReferenceMoney>().minor_units, b.as<ReferenceMoney>().minor_units);
  return 3;
}

bool other_currency(const ReferenceValue& a, const ReferenceValue& b) {
  return a.is<ReferenceMoney>() && b.is<ReferenceMoney>() &&
         a.as<ReferenceMoney>().currency != b.as<ReferenceMoney>().currency;
}

ReferenceValue comparison(Function function, const ReferenceValue& a, const ReferenceValue& b) {
  if (function == Function::kEqual || function == Function::kNotEqual) {
    if (other_currency(a, b)) return fault(ErrorCode::kCurrencyMismatch, function);
    return {reference_equal(a, b) == (function == Function::kEqual)};
  }
  const int order = compared(a, b);
  if (order == 3) return no_overload(function);
  if (other_currency(a, b)) return fault(ErrorCode::kCurrencyMismatch, function);
  switch (function) {
    case Function::kLess:
      return {order == -1};
    case Function::kLessEqual:
      return {order == -1 || order == 0};
    case Function::kGreater:
      return {order == 1};
    default:
      return {order == 1 || order == 0};
  }
}

ReferenceValue membership(const ReferenceValue& element, const ReferenceValue& container) {
  if (container.is<const Lookup*>()) {
    // Texts and numbers are all that such a set can hold.
    if (element.is<std::string>())
      return {container.as<const Lookup*>()->contains(Value::string(element.as<std::string>()))};
    return {element.is<std::int64_t>() &&
            container.as<const Lookup*>()->contains(Value::int64(element.as<std::int64_t>()))};
  }
  if (!container.is<ReferenceList>() && !container.is<ReferenceMap>()) return no_overload(Function::kIn);
  const auto& list = container.is<ReferenceList>() ? container.as<ReferenceList>() : container.as<ReferenceMap>().keys;
  for (const auto& candidate : list) {
    if (reference_equal(candidate, element)) return {true};
  }
  return {false};
}

ReferenceValue indexed(const ReferenceValue& container, const ReferenceValue& key) {
  constexpr auto kFunction = Function::kIndex;
  if (container.is<ReferenceOptional>()) return reference_optional_element(container, key, kFunction);
  if (container.is<ReferenceMap>()) {
    const auto& map = container.as<ReferenceMap>();
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      if (reference_equal(map.keys[i], key)) return map.values[i];
    }
    return fault(ErrorCode::kNoSuchKey, kFunction);
  }
  if (!container.is<ReferenceList>() || !key.is_number()) return no_overload(kFunction);
  const auto& list = container.as<ReferenceList>();
  if (key.is<double>()) {
    const double place = key.as<double>();
    if (std::isnan(place) || place != std::floor(place)) {
      return fault(ErrorCode::kInvalidArgument, kFunction);
    }
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (reference_equal({static_cast<std::int64_t>(i)}, key)) return list[i];
  }
  return fault(ErrorCode::kIndexOutOfRange, kFunction);
}

ReferenceValue size_of(const ReferenceValue& operand) {
  const auto count = [](std::size_t size) { return ReferenceValue{static_cast<std::int64_t>(size)}; };
  if (operand.is<std::string>()) {
    std::size_t points = 0;
    for (const char c : operand.as<std::string>()) {
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++points;
    }
    return count(points);
  }
  if (operand.is<ReferenceBytes>()) return count(operand.as<ReferenceBytes>().text.size());
  if (operand.is<ReferenceList>()) return count(operand.as<ReferenceList>().size());
  if (operand.is<ReferenceMap>()) return count(operand.as<ReferenceMap>().keys.size());
  return no_overload(Function::kSize);
}

ReferenceValue text_test(Function function, const ReferenceValue& a, const ReferenceValue& b) {
  if (!a.is<std::string>() || !b.is<std::string>()) return no_overload(function);
  const auto& text = a.as<std::string>();
  const auto& part = b.as<std::string>();
  if (function == Function::kMatches) return {RE2::PartialMatch(text, RE2(part))};
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    const bool here = text.compare(at, part.size(), part) == 0;
    const bool wanted = function == Function::kContains || (function == Function::kStartsWith && at == 0) ||
                        (function == Function::kEndsWith && at + part.size() == text.size());
    if (here && wanted) return {true};
  }
  return {false};
}

}  // namespace

ReferenceValue reference_call(Function function, const std::vector<ReferenceValue>& arguments) {
  switch (function) {
    case Function::kAdd:
    case Function::kSubtract:
    case Function::kMultiply:
    case Function::kDivide:
    case Function::kModulo:
      return arithmetic(function, arguments[0], arguments[1]);
    case Function::kNegate:
      return negated(arguments[0]);
    case Function::kNot:
      return arguments[0].is<bool>() ? ReferenceValue{!arguments[0].as<bool>()} : no_overload(function);
    case Function::kEqual:
    case Function::kNotEqual:
    case Function::kLess:
    case Function::kLessEqual:
    case Function::kGreater:
    case Function::kGreaterEqual:
      return comparison(function, arguments[0], arguments[1]);
    case Function::kIn:
      return membership(arguments[0], arguments[1]);
    case Function::kIndex:
      return indexed(arguments[0], arguments[1]);
    case Function::kSize:
      return size_of(arguments[0]);
    case Function::kContains:
    case Function::kStartsWith:
    case Function::kEndsWith:
    case Function::kMatches:
      return text_test(function, arguments[0], arguments[1]);
    case Function::kGetFullYear:
    case Function::kGetMonth:
    case Function::kGetDate:
    case Function::kGetDayOfMonth:
    case Function::kGetDayOfWeek:
    case Function::kGetDayOfYear:
    case Function::kGetHours:
    case Function::kGetMinutes:
    case Function::kGetSeconds:
    case Function::kGetMilliseconds:
      return reference_time_part(function, arguments);
    default:
      if (is_optional_function(function)) return reference_optional(function, arguments);
      if (is_library(function)) return reference_library_call(function, arguments);
      return reference_convert(function, arguments[0]);
  }
}

}  // namespace weir::cel
