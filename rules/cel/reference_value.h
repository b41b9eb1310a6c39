// The values of the reference evaluator: owned, wide and plain.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/environment.h"
#include "rules/cel/lookup.h"

namespace weir::cel {

__extension__ using WideInt = __int128;

struct ReferenceValue;

struct ReferenceAbsent {};
struct ReferenceFault {
  ErrorCode code = ErrorCode::kNone;
  std::string detail;
};
struct ReferenceNull {};
struct ReferenceBytes {
  std::string text;
};
struct ReferenceTime {
  WideInt nanoseconds = 0;  // since 1970-01-01T00:00:00Z
};
struct ReferenceSpan {
  WideInt nanoseconds = 0;
};
struct ReferenceMoney {
  std::int64_t minor_units = 0;
  std::uint16_t currency = 0;
};
struct ReferenceType {
  TypeKind kind = TypeKind::kDyn;
};
struct ReferenceAddress {
  std::vector<int> bytes;  // 4 or 16
  bool operator==(const ReferenceAddress&) const = default;
};
struct ReferenceNetwork {
  ReferenceAddress address;
  int prefix = 0;
  bool operator==(const ReferenceNetwork&) const = default;
};
using ReferenceList = std::vector<ReferenceValue>;
struct ReferenceMap {
  ReferenceList keys;
  ReferenceList values;
};

struct ReferenceOptional {
  ReferenceList held;  // one value, or none
};

struct ReferenceValue {
  std::variant<ReferenceAbsent, ReferenceFault, ReferenceNull, bool, std::int64_t, std::uint64_t, double, std::string,
               ReferenceBytes, ReferenceTime, ReferenceSpan, ReferenceMoney, ReferenceType, ReferenceList, ReferenceMap,
               ReferenceOptional, ReferenceAddress, ReferenceNetwork, const Lookup*>
      data;

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(data);
  }
  template <class T>
  const T& as() const {
    return std::get<T>(data);
  }
  bool is_fault() const { return is<ReferenceFault>(); }
  bool is_number() const { return is<std::int64_t>() || is<std::uint64_t>() || is<double>(); }
};

ReferenceValue reference_fault(ErrorCode code, std::string_view detail);
ReferenceValue reference_from(const Value& value);

// Whether a result of the compiled evaluator is this one: kind and content, errors by code and detail, doubles by their
// bits.
bool same_result(const ReferenceValue& reference, const Value& value);

// CEL's equality.
bool reference_equal(const ReferenceValue& a, const ReferenceValue& b);

// "192.168.0.1", "2001:db8::1".
std::string reference_text_of(const ReferenceAddress& address);

// For messages of tests.
std::string to_text(const ReferenceValue& value);

}  // namespace weir::cel
