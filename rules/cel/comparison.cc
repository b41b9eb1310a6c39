#include "rules/cel/comparison.h"

#include <cmath>

#include "rules/cel/address.h"
#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

bool is_number(const Value& value) {
  return value.is(ValueKind::kInt64) || value.is(ValueKind::kUint64) || value.is(ValueKind::kDouble);
}

double nearest_double(const Value& value) {
  if (value.is(ValueKind::kInt64)) return static_cast<double>(value.as_int64());
  if (value.is(ValueKind::kUint64)) return static_cast<double>(value.as_uint64());
  return value.as_double();
}

std::partial_ordering order_numbers(const Value& a, const Value& b) {
  if (a.is(ValueKind::kDouble) || b.is(ValueKind::kDouble)) return nearest_double(a) <=> nearest_double(b);
  if (a.kind() == b.kind()) {
    return a.is(ValueKind::kInt64) ? a.as_int64() <=> b.as_int64() : a.as_uint64() <=> b.as_uint64();
  }
  if (a.is(ValueKind::kInt64)) {
    if (a.as_int64() < 0) return std::partial_ordering::less;
    return static_cast<std::uint64_t>(a.as_int64()) <=> b.as_uint64();
  }
  if (b.as_int64() < 0) return std::partial_ordering::greater;
  return a.as_uint64() <=> static_cast<std::uint64_t>(b.as_int64());
}

std::partial_ordering order_text(std::string_view a, std::string_view b) {
  const int sign = a.compare(b);  // bytes as unsigned: the order of code points in UTF-8
  return sign <=> 0;
}

std::partial_ordering order_times(const Value& a, const Value& b) {
  if (a.seconds() != b.seconds()) return a.seconds() <=> b.seconds();
  return a.nanoseconds() <=> b.nanoseconds();
}

bool equal_lists(const Value& a, const Value& b, Scratch& scratch) {
  const auto left = list_elements(a);
  const auto right = list_elements(b);
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!scratch.spend(1) || !equal(left[i], right[i], scratch)) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b, Scratch& scratch) {
  const auto left = map_cells(a);
  if (a.object_detail() != b.object_detail()) return false;
  for (std::size_t i = 0; i < left.size(); i += 2) {
    const Value* other = find_in_map(b, left[i], scratch);
    if (other == nullptr || !equal(left[i + 1], *other, scratch)) return false;
  }
  return true;
}

bool equal_optionals(const Value& a, const Value& b, Scratch& scratch) {
  const Value* left = optional_value(a);
  const Value* right = optional_value(b);
  if (left == nullptr || right == nullptr) return left == right;
  return scratch.spend(1) && equal(*left, *right, scratch);
}

}  // namespace

bool equal(const Value& a, const Value& b, Scratch& scratch) {
  if (a.kind() != b.kind()) return is_number(a) && is_number(b) && order_numbers(a, b) == 0;
  switch (a.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBool:
      return a.as_bool() == b.as_bool();
    case ValueKind::kInt64:
      return a.as_int64() == b.as_int64();
    case ValueKind::kUint64:
      return a.as_uint64() == b.as_uint64();
    case ValueKind::kDouble:
      return a.as_double() == b.as_double();
    case ValueKind::kString:
    case ValueKind::kBytes: {
      const auto left = a.as_string();
      return left.size() == b.as_string().size() && scratch.spend_text(left.size()) && left == b.as_string();
    }
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return a.seconds() == b.seconds() && a.nanoseconds() == b.nanoseconds();
    case ValueKind::kMoney:
      return a.currency() == b.currency() && a.minor_units() == b.minor_units();
    case ValueKind::kList:
      return equal_lists(a, b, scratch);
    case ValueKind::kMap:
      return equal_maps(a, b, scratch);
    case ValueKind::kType:
      return a.object_detail() == b.object_detail();
    case ValueKind::kOptional:
      return equal_optionals(a, b, scratch);
    case ValueKind::kAddress:
      return address_of(a) == address_of(b);
    case ValueKind::kNetwork:
      return a.object_detail() == b.object_detail() && address_of(a) == address_of(b);
    case ValueKind::kLookup:
      return a.as_object() == b.as_object();
    case ValueKind::kAbsent:
    case ValueKind::kError:
      break;
  }
  return false;
}

std::optional<std::partial_ordering> order(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return order_numbers(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case ValueKind::kBool:
      return static_cast<int>(a.as_bool()) <=> static_cast<int>(b.as_bool());
    case ValueKind::kString:
    case ValueKind::kBytes:
      return order_text(a.as_string(), b.as_string());
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return order_times(a, b);
    case ValueKind::kMoney:
      return a.minor_units() <=> b.minor_units();
    default:
      return std::nullopt;
  }
}

const Value* find_in_map(const Value& map, const Value& key, Scratch& scratch) {
  const auto cells = map_cells(map);
  for (std::size_t i = 0; i < cells.size(); i += 2) {
    if (!scratch.spend(1)) return nullptr;
    if (equal(cells[i], key, scratch)) return &cells[i + 1];
  }
  return nullptr;
}

bool list_contains(const Value& list, const Value& element, Scratch& scratch) {
  for (const Value& candidate : list_elements(list)) {
    if (!scratch.spend(1)) return false;
    if (equal(candidate, element, scratch)) return true;
  }
  return false;
}

}  // namespace weir::cel
