// One typed value: what a slot of an event holds, what a feature yields, what a rule computes with. 16 bytes, trivially
// copyable. Strings are views: whoever hands out a Value says how long its bytes live.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {

enum class ValueKind : std::uint8_t {
  kAbsent,  // the field is not there, or the aggregate of an empty window
  kError,   // evaluation failed; `code()` says how
  kNull,    // CEL's null literal (an event never holds it: JSON null is kAbsent)
  kBool,
  kInt64,
  kUint64,
  kDouble,
  kString,  // UTF-8; `enum_code()` is set for enumeration fields
  kBytes,
  kTimestamp,  // seconds since 1970-01-01T00:00:00Z and nanoseconds, proleptic Gregorian, no leap seconds
  kDuration,   // seconds and nanoseconds, the latter forward: -0.5 s is (-1, 500'000'000)
  kMoney,      // minor units and an ISO 4217 numeric currency code
  kList,       // the next four are the rule language's own; their storage belongs to the evaluation
  kMap,
  kType,
  kOptional,
  kAddress,  // an IP address and a network, the rule language's own too: 16 bytes that the evaluation keeps
  kNetwork,
  kLookup,  // a set that stands outside of the expression (rules/cel/lookup.h)
};

// Why an evaluation failed. The names are stable: they stand in audit records and metric labels.
enum class ErrorCode : std::uint16_t {
  kNone,
  kAbsentValue,  // a field or aggregate that is not there was used
  kOverflow,     // integer, duration, timestamp or window arithmetic left its range
  kDivideByZero,
  kInvalidArgument,  // a conversion or function got a value that it does not accept
  kNoSuchOverload,
  kNoSuchKey,
  kIndexOutOfRange,
  kCurrencyMismatch,
  kCostLimit,
};

// The stable lower-case name, e.g. "divide_by_zero".
std::string_view error_code_name(ErrorCode code);

class Value {
 public:
  constexpr Value() = default;

  static Value absent() { return {}; }
  // `detail` names the variable or function and must outlive the value (it points into a program or a literal).
  static Value error(ErrorCode code, std::string_view detail = {}) {
    Value v(ValueKind::kError);
    v.aux_ = static_cast<std::uint16_t>(code);
    v.set_text(detail);
    return v;
  }
  static Value null() { return Value(ValueKind::kNull); }
  static Value boolean(bool b) { return Value(ValueKind::kBool, b ? 1 : 0); }
  static Value int64(std::int64_t i) { return Value(ValueKind::kInt64, i); }
  static Value uint64(std::uint64_t u) { return Value(ValueKind::kUint64, static_cast<std::int64_t>(u)); }
  static Value real(double d) { return Value(ValueKind::kDouble, std::bit_cast<std::int64_t>(d)); }
  static Value string(std::string_view s) {
    Value v(ValueKind::kString);
    v.set_text(s);
    return v;
  }
  // A string that is one of an enumeration field's names; `code` is the name's permanent number, 0 to 65534.
  static Value enumeration(std::string_view name, std::uint16_t code) {
    Value v = string(name);
    v.aux_ = static_cast<std::uint16_t>(code + 1);
    return v;
  }
  static Value bytes(std::string_view s) {
    Value v(ValueKind::kBytes);
    v.set_text(s);
    return v;
  }
  // `nanoseconds` is 0 to 999'999'999 and counts forward from `seconds`, also before 1970.
  static Value timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
    Value v(ValueKind::kTimestamp, seconds);
    v.length_ = nanoseconds;
    return v;
  }
  static Value timestamp_ms(std::int64_t ms) {
    std::int64_t seconds = ms / 1000;
    std::int64_t rest = ms % 1000;
    if (rest < 0) {
      rest += 1000;
      --seconds;
    }
    return timestamp(seconds, static_cast<std::uint32_t>(rest) * 1'000'000U);
  }
  // Floor seconds and forward nanoseconds, as for a timestamp: -0.5 s is (-1, 500'000'000).
  static Value duration(std::int64_t seconds, std::uint32_t nanoseconds) {
    Value v = timestamp(seconds, nanoseconds);
    v.kind_ = ValueKind::kDuration;
    return v;
  }
  static Value duration_ms(std::int64_t ms) {
    Value v = timestamp_ms(ms);
    v.kind_ = ValueKind::kDuration;
    return v;
  }
  static Value money(std::int64_t minor_units, std::uint16_t currency) {
    Value v(ValueKind::kMoney, minor_units);
    v.aux_ = currency;
    return v;
  }
  // For the rule language's own kinds: the object belongs to the evaluation that made it.
  static Value object(ValueKind kind, const void* object, std::uint32_t detail = 0) {
    Value v(kind);
    v.length_ = detail;
    std::memcpy(&v.bits_, &object, sizeof object);
    return v;
  }

  ValueKind kind() const { return kind_; }
  bool is(ValueKind kind) const { return kind_ == kind; }
  bool is_absent() const { return kind_ == ValueKind::kAbsent; }
  bool is_error() const { return kind_ == ValueKind::kError; }

  // Each accessor is defined for its own kind alone.
  bool as_bool() const { return bits_ != 0; }
  std::int64_t as_int64() const { return bits_; }
  std::uint64_t as_uint64() const { return static_cast<std::uint64_t>(bits_); }
  double as_double() const { return std::bit_cast<double>(bits_); }
  std::string_view as_string() const { return text(); }
  std::string_view as_bytes() const { return text(); }
  std::int64_t seconds() const { return bits_; }
  std::uint32_t nanoseconds() const { return length_; }
  // Milliseconds since 1970, rounded down. In range for every time that an event can carry.
  std::int64_t as_ms() const { return bits_ * 1000 + length_ / 1'000'000; }
  std::int64_t minor_units() const { return bits_; }
  std::uint16_t currency() const { return aux_; }
  ErrorCode code() const { return static_cast<ErrorCode>(aux_); }
  std::string_view error_detail() const { return text(); }
  // Whether a string came from an enumeration field, and its permanent number.
  bool has_enum_code() const { return aux_ != 0; }
  std::uint16_t enum_code() const { return static_cast<std::uint16_t>(aux_ - 1); }
  const void* as_object() const {
    const void* object = nullptr;
    std::memcpy(&object, &bits_, sizeof object);
    return object;
  }
  std::uint32_t object_detail() const { return length_; }

 private:
  constexpr explicit Value(ValueKind kind, std::int64_t bits = 0) : bits_(bits), kind_(kind) {}
  void set_text(std::string_view s) {
    const char* data = s.data();
    std::memcpy(&bits_, &data, sizeof data);
    length_ = static_cast<std::uint32_t>(s.size());
  }
  std::string_view text() const {
    const char* data = nullptr;
    std::memcpy(&data, &bits_, sizeof data);
    return {data, length_};
  }

  std::int64_t bits_ = 0;
  std::uint32_t length_ = 0;
  std::uint16_t aux_ = 0;
  ValueKind kind_ = ValueKind::kAbsent;
};

static_assert(sizeof(Value) == 16);

// Same kind and same content; strings by their bytes, doubles by their bits. This is identity, not the rule language's
// equality.
bool identical(const Value& a, const Value& b);

}  // namespace weir
