// How lists, maps, optionals and types are held in a Value: what a slot of such a type must hold, too.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/value.h"
#include "rules/cel/environment.h"

namespace weir::cel {

// A list is its elements in a row; a map is key, value, key, value in the order of insertion, no key twice. No part is
// absent or an error. The storage must outlive the value.
inline Value make_list(std::span<const Value> elements) {
  return Value::object(ValueKind::kList, elements.data(), static_cast<std::uint32_t>(elements.size()));
}
inline Value make_map(std::span<const Value> keys_and_values) {
  return Value::object(ValueKind::kMap, keys_and_values.data(), static_cast<std::uint32_t>(keys_and_values.size() / 2));
}

inline std::span<const Value> list_elements(const Value& list) {
  return {static_cast<const Value*>(list.as_object()), list.object_detail()};
}
inline std::span<const Value> map_cells(const Value& map) {
  return {static_cast<const Value*>(map.as_object()), std::size_t{2} * map.object_detail()};
}

// `held` is null for the optional that holds nothing.
inline Value make_optional(const Value* held) {
  return Value::object(ValueKind::kOptional, held, held == nullptr ? 0 : 1);
}
inline const Value* optional_value(const Value& optional) { return static_cast<const Value*>(optional.as_object()); }

inline Value make_type(TypeKind kind) {
  return Value::object(ValueKind::kType, nullptr, static_cast<std::uint32_t>(kind));
}
inline TypeKind type_of_type(const Value& type) { return static_cast<TypeKind>(type.object_detail()); }

}  // namespace weir::cel
