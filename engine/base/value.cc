#include "engine/base/value.h"

namespace weir {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNone:
      return "none";
    case ErrorCode::kAbsentValue:
      return "absent_value";
    case ErrorCode::kOverflow:
      return "overflow";
    case ErrorCode::kDivideByZero:
      return "divide_by_zero";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNoSuchOverload:
      return "no_such_overload";
    case ErrorCode::kNoSuchKey:
      return "no_such_key";
    case ErrorCode::kIndexOutOfRange:
      return "index_out_of_range";
    case ErrorCode::kCurrencyMismatch:
      return "currency_mismatch";
    case ErrorCode::kCostLimit:
      return "cost_limit";
  }
  return "unknown";
}

bool identical(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case ValueKind::kAbsent:
    case ValueKind::kNull:
      return true;
    case ValueKind::kError:
      return a.code() == b.code() && a.error_detail() == b.error_detail();
    case ValueKind::kString:
    case ValueKind::kBytes:
      return a.as_string() == b.as_string();
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return a.seconds() == b.seconds() && a.nanoseconds() == b.nanoseconds();
    case ValueKind::kMoney:
      return a.minor_units() == b.minor_units() && a.currency() == b.currency();
    case ValueKind::kBool:
    case ValueKind::kInt64:
    case ValueKind::kUint64:
    case ValueKind::kDouble:
      return a.as_int64() == b.as_int64();
    case ValueKind::kList:
    case ValueKind::kMap:
    case ValueKind::kType:
    case ValueKind::kOptional:
    case ValueKind::kAddress:
    case ValueKind::kNetwork:
    case ValueKind::kLookup:
      return a.as_object() == b.as_object() && a.object_detail() == b.object_detail();
  }
  return false;
}

}  // namespace weir
