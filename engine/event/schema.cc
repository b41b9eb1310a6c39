#include "engine/event/schema.h"

namespace weir::event {

std::optional<std::uint32_t> Schema::find(std::string_view field_name) const {
  for (std::uint32_t slot = 0; slot < field_count(); ++slot) {
    if (fields[slot].name == field_name) return slot;
  }
  return std::nullopt;
}

}  // namespace weir::event
