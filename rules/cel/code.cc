#include "rules/cel/code.h"

#include <span>
#include <utility>

#include "rules/cel/address.h"
#include "rules/cel/collection.h"

namespace weir::cel {

Value Code::keep(const Value& value) {
  const auto copied = [this](std::span<const Value> cells) -> std::span<const Value> {
    std::vector<Value> copy;
    copy.reserve(cells.size());
    for (const Value& cell : cells) copy.push_back(keep(cell));
    return cells_.emplace_back(std::move(copy));
  };
  switch (value.kind()) {
    case ValueKind::kError:
      return Value::error(value.code(), texts_.emplace_back(value.error_detail()));
    case ValueKind::kString:
      return Value::string(texts_.emplace_back(value.as_string()));
    case ValueKind::kBytes:
      return Value::bytes(texts_.emplace_back(value.as_bytes()));
    case ValueKind::kList:
      return make_list(copied(list_elements(value)));
    case ValueKind::kMap:
      return make_map(copied(map_cells(value)));
    case ValueKind::kOptional:
      return optional_value(value) == nullptr ? value : make_optional(copied({optional_value(value), 1}).data());
    case ValueKind::kAddress:
    case ValueKind::kNetwork: {
      const auto& bytes = texts_.emplace_back(static_cast<const char*>(value.as_object()), sizeof(Address::bytes));
      return Value::object(value.kind(), bytes.data(), value.object_detail());
    }
    default:
      return value;
  }
}

}  // namespace weir::cel
