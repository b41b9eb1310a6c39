#include <cmath>
#include <limits>
#include <string>

#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }
ReferenceValue no_overload(Function function) { return fault(ErrorCode::kNoSuchOverload, function); }

bool is_nan(const ReferenceValue& value) { return value.is<double>() && value.as<double>() != value.as<double>(); }

ReferenceValue extreme(Function function, ReferenceList candidates) {
  if (candidates.size() == 1 && candidates[0].is<ReferenceList>()) {
    candidates = ReferenceList(candidates[0].as<ReferenceList>());
    if (candidates.empty()) return fault(ErrorCode::kInvalidArgument, function);
  }
  if (candidates.empty()) return no_overload(function);
  auto best = candidates[0];
  if (!best.is_number() && !best.is<ReferenceMoney>()) return no_overload(function);
  const auto better = function == Function::kGreatest ? Function::kGreater : Function::kLess;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const auto wins = reference_call(better, {candidates[i], best});
    if (wins.is_fault()) return fault(wins.as<ReferenceFault>().code, function);
    if (is_nan(best) || is_nan(candidates[i])) return fault(ErrorCode::kInvalidArgument, function);
    if (wins.as<bool>()) best = candidates[i];
  }
  return best;
}

// By the whole part alone.
ReferenceValue rounded(Function function, double value) {
  double whole = 0;
  const double rest = std::modf(value, &whole);
  const bool up = (function == Function::kCeil && rest > 0) || (function == Function::kRound && rest >= 0.5);
  const bool down = (function == Function::kFloor && rest < 0) || (function == Function::kRound && rest <= -0.5);
  return {up ? whole + 1 : down ? whole - 1 : whole};
}

ReferenceValue real_test(Function function, double value) {
  const bool nan = value != value;
  const bool infinite = !nan && value - value != 0;
  return {function == Function::kIsNaN ? nan : function == Function::kIsInf ? infinite : !nan && !infinite};
}

ReferenceValue absolute(const ReferenceValue& operand) {
  if (operand.is<std::uint64_t>()) return operand;
  if (operand.is<double>()) return {std::copysign(operand.as<double>(), 1.0)};
  const bool money = operand.is<ReferenceMoney>();
  if (!money && !operand.is<std::int64_t>()) return no_overload(Function::kAbs);
  WideInt number = money ? operand.as<ReferenceMoney>().minor_units : operand.as<std::int64_t>();
  if (number < 0) number = -number;
  if (number > std::numeric_limits<std::int64_t>::max()) return fault(ErrorCode::kOverflow, Function::kAbs);
  const auto narrow = static_cast<std::int64_t>(number);
  if (money) return {ReferenceMoney{narrow, operand.as<ReferenceMoney>().currency}};
  return {narrow};
}

ReferenceValue sign(const ReferenceValue& operand) {
  if (operand.is<std::uint64_t>()) return {operand.as<std::uint64_t>() > 0 ? std::uint64_t{1} : std::uint64_t{0}};
  if (operand.is<std::int64_t>()) {
    const auto number = operand.as<std::int64_t>();
    return {static_cast<std::int64_t>(number > 0) - static_cast<std::int64_t>(number < 0)};
  }
  if (!operand.is<double>()) return no_overload(Function::kSign);
  if (is_nan(operand)) return operand;
  const double number = operand.as<double>();
  return {number > 0 ? 1.0 : number < 0 ? -1.0 : 0.0};
}

ReferenceValue square_root(const ReferenceValue& operand) {
  if (operand.is<double>()) return {std::sqrt(operand.as<double>())};
  if (operand.is<std::int64_t>()) return {std::sqrt(static_cast<double>(operand.as<std::int64_t>()))};
  if (operand.is<std::uint64_t>()) return {std::sqrt(static_cast<double>(operand.as<std::uint64_t>()))};
  return no_overload(Function::kSqrt);
}

// The bits of an int or a uint, the lowest first; empty for anything else.
std::string bits_of(const ReferenceValue& value) {
  if (!value.is<std::int64_t>() && !value.is<std::uint64_t>()) return {};
  WideInt number = value.is<std::int64_t>() ? WideInt{value.as<std::int64_t>()} : WideInt{value.as<std::uint64_t>()};
  if (number < 0) number += WideInt{1} << 64U;
  std::string out;
  for (int i = 0; i < 64; ++i, number /= 2) out.push_back(number % 2 == 0 ? '0' : '1');
  return out;
}

ReferenceValue from_bits(const std::string& bits, bool is_signed) {
  WideInt number = 0;
  for (std::size_t i = 64; i-- > 0;) number = number * 2 + (bits[i] == '1' ? 1 : 0);
  if (!is_signed) return {static_cast<std::uint64_t>(number)};
  if (bits[63] == '1') number -= WideInt{1} << 64U;
  return {static_cast<std::int64_t>(number)};
}

ReferenceValue shifted(Function function, const ReferenceValue& operand, const ReferenceValue& count) {
  auto bits = bits_of(operand);
  if (bits.empty() || !count.is<std::int64_t>()) return no_overload(function);
  if (count.as<std::int64_t>() < 0) return fault(ErrorCode::kInvalidArgument, function);
  for (std::int64_t i = 0; i < count.as<std::int64_t>() && i < 64; ++i) {
    bits = function == Function::kBitShiftLeft ? "0" + bits.substr(0, 63) : bits.substr(1) + "0";
  }
  return from_bits(bits, operand.is<std::int64_t>());
}

ReferenceValue bitwise(Function function, const std::vector<ReferenceValue>& arguments) {
  if (function == Function::kBitShiftLeft || function == Function::kBitShiftRight) {
    return shifted(function, arguments[0], arguments[1]);
  }
  auto bits = bits_of(arguments[0]);
  const auto others = bits_of(arguments.back());
  if (bits.empty() || arguments[0].data.index() != arguments.back().data.index()) return no_overload(function);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const bool a = bits[i] == '1';
    const bool b = others[i] == '1';
    const bool both = function == Function::kBitAnd   ? a && b
                      : function == Function::kBitOr  ? a || b
                      : function == Function::kBitXor ? a != b
                                                      : !a;
    bits[i] = both ? '1' : '0';
  }
  return from_bits(bits, arguments[0].is<std::int64_t>());
}

}  // namespace

ReferenceValue reference_math(Function function, const std::vector<ReferenceValue>& arguments) {
  switch (function) {
    case Function::kGreatest:
    case Function::kLeast:
      return extreme(function, arguments);
    case Function::kAbs:
      return absolute(arguments[0]);
    case Function::kSign:
      return sign(arguments[0]);
    case Function::kSqrt:
      return square_root(arguments[0]);
    case Function::kBitAnd:
    case Function::kBitOr:
    case Function::kBitXor:
    case Function::kBitNot:
    case Function::kBitShiftLeft:
    case Function::kBitShiftRight:
      return bitwise(function, arguments);
    default:
      break;
  }
  if (!arguments[0].is<double>()) return no_overload(function);
  const bool rounds = function >= Function::kCeil && function <= Function::kTrunc;
  return rounds ? rounded(function, arguments[0].as<double>()) : real_test(function, arguments[0].as<double>());
}

}  // namespace weir::cel
