#include "rules/cel/reference_value.h"

#include <bit>
#include <cmath>
#include <cstdio>

#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr WideInt kNanosPerSecond = 1'000'000'000;

WideInt wide_time(const Value& value) { return WideInt{value.seconds()} * kNanosPerSecond + value.nanoseconds(); }

std::string decimal(WideInt number) {
  if (number < 0) return "-" + decimal(-number);
  if (number < 10) return std::string(1, static_cast<char>('0' + static_cast<int>(number)));
  return decimal(number / 10) + static_cast<char>('0' + static_cast<int>(number % 10));
}

double as_double(const ReferenceValue& number) {
  if (number.is<std::int64_t>()) return static_cast<double>(number.as<std::int64_t>());
  if (number.is<std::uint64_t>()) return static_cast<double>(number.as<std::uint64_t>());
  return number.as<double>();
}

WideInt as_wide(const ReferenceValue& number) {
  return number.is<std::int64_t>() ? WideInt{number.as<std::int64_t>()} : WideInt{number.as<std::uint64_t>()};
}

bool equal_lists(const ReferenceList& a, const ReferenceList& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!reference_equal(a[i], b[i])) return false;
  }
  return true;
}

bool equal_maps(const ReferenceMap& a, const ReferenceMap& b) {
  if (a.keys.size() != b.keys.size()) return false;
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    bool found = false;
    for (std::size_t j = 0; j < b.keys.size() && !found; ++j) {
      found = reference_equal(a.keys[i], b.keys[j]) && reference_equal(a.values[i], b.values[j]);
    }
    if (!found) return false;
  }
  return true;
}

bool same_cells(const ReferenceList& list, std::span<const Value> cells, std::size_t first, std::size_t step) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!same_result(list[i], cells[first + i * step])) return false;
  }
  return true;
}

bool same_double(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

std::string list_text(const ReferenceList& list) {
  std::string out;
  for (const auto& element : list) out.append(out.empty() ? "" : ", ").append(to_text(element));
  return "[" + out + "]";
}

ReferenceAddress plain_address(const Value& value) {
  const auto* const bytes = static_cast<const std::uint8_t*>(value.as_object());
  ReferenceAddress out;
  for (int i = value.object_detail() % 256 == 4 ? 12 : 0; i < 16; ++i) out.bytes.push_back(bytes[i]);
  return out;
}

}  // namespace

ReferenceValue reference_fault(ErrorCode code, std::string_view detail) {
  return {ReferenceFault{code, std::string(detail)}};
}

ReferenceValue reference_from(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kAbsent:
      return {ReferenceAbsent{}};
    case ValueKind::kError:
      return reference_fault(value.code(), value.error_detail());
    case ValueKind::kNull:
      return {ReferenceNull{}};
    case ValueKind::kBool:
      return {value.as_bool()};
    case ValueKind::kInt64:
      return {value.as_int64()};
    case ValueKind::kUint64:
      return {value.as_uint64()};
    case ValueKind::kDouble:
      return {value.as_double()};
    case ValueKind::kString:
      return {std::string(value.as_string())};
    case ValueKind::kBytes:
      return {ReferenceBytes{std::string(value.as_bytes())}};
    case ValueKind::kTimestamp:
      return {ReferenceTime{wide_time(value)}};
    case ValueKind::kDuration:
      return {ReferenceSpan{wide_time(value)}};
    case ValueKind::kMoney:
      return {ReferenceMoney{value.minor_units(), value.currency()}};
    case ValueKind::kType:
      return {ReferenceType{type_of_type(value)}};
    case ValueKind::kList: {
      ReferenceList out;
      for (const Value& element : list_elements(value)) out.push_back(reference_from(element));
      return {std::move(out)};
    }
    case ValueKind::kMap: {
      ReferenceMap out;
      const auto cells = map_cells(value);
      for (std::size_t i = 0; i < cells.size(); i += 2) {
        out.keys.push_back(reference_from(cells[i]));
        out.values.push_back(reference_from(cells[i + 1]));
      }
      return {std::move(out)};
    }
    case ValueKind::kOptional: {
      ReferenceOptional out;
      if (const Value* held = optional_value(value)) out.held.push_back(reference_from(*held));
      return {std::move(out)};
    }
    case ValueKind::kAddress:
      return {plain_address(value)};
    case ValueKind::kNetwork:
      return {ReferenceNetwork{plain_address(value), static_cast<int>(value.object_detail() / 256)}};
    case ValueKind::kLookup:
      return {&lookup_of(value)};
  }
  return reference_fault(ErrorCode::kNoSuchOverload, "");
}

bool same_result(const ReferenceValue& reference, const Value& value) {
  const ReferenceValue other = reference_from(value);
  if (reference.data.index() != other.data.index()) return false;
  if (reference.is_fault()) {
    const auto& a = reference.as<ReferenceFault>();
    const auto& b = other.as<ReferenceFault>();
    return a.code == b.code && a.detail == b.detail;
  }
  if (reference.is<double>()) return same_double(reference.as<double>(), other.as<double>());
  if (reference.is<ReferenceAbsent>()) return true;
  if (reference.is<ReferenceMoney>()) {
    const auto& a = reference.as<ReferenceMoney>();
    const auto& b = other.as<ReferenceMoney>();
    return a.minor_units == b.minor_units && a.currency == b.currency;
  }
  if (reference.is<ReferenceList>()) {
    const auto& list = reference.as<ReferenceList>();
    const auto cells = list_elements(value);
    return list.size() == cells.size() && same_cells(list, cells, 0, 1);
  }
  if (reference.is<ReferenceMap>()) {
    const auto& map = reference.as<ReferenceMap>();
    const auto cells = map_cells(value);
    return map.keys.size() * 2 == cells.size() && same_cells(map.keys, cells, 0, 2) &&
           same_cells(map.values, cells, 1, 2);
  }
  if (reference.is<ReferenceOptional>()) {
    const auto& held = reference.as<ReferenceOptional>().held;
    const Value* other_held = optional_value(value);
    return held.empty() || other_held == nullptr ? held.empty() == (other_held == nullptr)
                                                 : same_result(held[0], *other_held);
  }
  return reference_equal(reference, other);
}

bool reference_equal(const ReferenceValue& a, const ReferenceValue& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is<double>() || b.is<double>()) return as_double(a) == as_double(b);
    return as_wide(a) == as_wide(b);
  }
  if (a.data.index() != b.data.index()) return false;
  if (a.is<ReferenceNull>()) return true;
  if (a.is<bool>()) return a.as<bool>() == b.as<bool>();
  if (a.is<std::string>()) return a.as<std::string>() == b.as<std::string>();
  if (a.is<ReferenceBytes>()) return a.as<ReferenceBytes>().text == b.as<ReferenceBytes>().text;
  if (a.is<ReferenceTime>()) return a.as<ReferenceTime>().nanoseconds == b.as<ReferenceTime>().nanoseconds;
  if (a.is<ReferenceSpan>()) return a.as<ReferenceSpan>().nanoseconds == b.as<ReferenceSpan>().nanoseconds;
  if (a.is<ReferenceMoney>()) {
    return a.as<ReferenceMoney>().currency == b.as<ReferenceMoney>().currency &&
           a.as<ReferenceMoney>().minor_units == b.as<ReferenceMoney>().minor_units;
  }
  if (a.is<ReferenceType>()) return a.as<ReferenceType>().kind == b.as<ReferenceType>().kind;
  if (a.is<ReferenceAddress>()) return a.as<ReferenceAddress>() == b.as<ReferenceAddress>();
  if (a.is<ReferenceNetwork>()) return a.as<ReferenceNetwork>() == b.as<ReferenceNetwork>();
  if (a.is<const Lookup*>()) return a.as<const Lookup*>() == b.as<const Lookup*>();
  if (a.is<ReferenceList>()) return equal_lists(a.as<ReferenceList>(), b.as<ReferenceList>());
  if (a.is<ReferenceMap>()) return equal_maps(a.as<ReferenceMap>(), b.as<ReferenceMap>());
  if (a.is<ReferenceOptional>()) return equal_lists(a.as<ReferenceOptional>().held, b.as<ReferenceOptional>().held);
  return false;
}

std::string to_text(const ReferenceValue& value) {
  if (value.is<ReferenceAbsent>()) return "absent";
  if (value.is_fault()) {
    const auto& fault = value.as<ReferenceFault>();
    return "error " + std::string(error_code_name(fault.code)) + " (" + fault.detail + ")";
  }
  if (value.is<ReferenceNull>()) return "null";
  if (value.is<bool>()) return value.as<bool>() ? "true" : "false";
  if (value.is<std::int64_t>()) return std::to_string(value.as<std::int64_t>());
  if (value.is<std::uint64_t>()) return std::to_string(value.as<std::uint64_t>()) + "u";
  if (value.is<double>()) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.17g", value.as<double>());
    return std::string("double ") + buffer;
  }
  if (value.is<std::string>()) return "'" + value.as<std::string>() + "'";
  if (value.is<ReferenceBytes>()) return "b'" + value.as<ReferenceBytes>().text + "'";
  if (value.is<ReferenceTime>()) return "timestamp " + decimal(value.as<ReferenceTime>().nanoseconds) + "ns";
  if (value.is<ReferenceSpan>()) return "duration " + decimal(value.as<ReferenceSpan>().nanoseconds) + "ns";
  if (value.is<ReferenceMoney>()) {
    const auto& money = value.as<ReferenceMoney>();
    return "money " + std::to_string(money.minor_units) + " of " + std::to_string(money.currency);
  }
  if (value.is<ReferenceType>()) return "type " + std::string(type_kind_name(value.as<ReferenceType>().kind));
  if (value.is<ReferenceAddress>()) return "ip " + reference_text_of(value.as<ReferenceAddress>());
  if (value.is<ReferenceNetwork>()) {
    const auto& network = value.as<ReferenceNetwork>();
    return "cidr " + reference_text_of(network.address) + "/" + std::to_string(network.prefix);
  }
  if (value.is<ReferenceList>()) return list_text(value.as<ReferenceList>());
  if (value.is<ReferenceOptional>()) {
    const auto& held = value.as<ReferenceOptional>().held;
    return held.empty() ? "none" : "optional " + to_text(held[0]);
  }
  if (value.is<const Lookup*>()) return "lookup";
  const auto& map = value.as<ReferenceMap>();
  return "{" + list_text(map.keys) + ": " + list_text(map.values) + "}";
}

}  // namespace weir::cel
