// What the schema derives from a text before it becomes a token (Derivation in schema.h).
#pragma once

#include <string_view>

#include "engine/base/value.h"
#include "engine/event/event.h"
#include "engine/event/schema.h"

namespace weir::event {

// Absent if `text` is not of the derivation's form. Strings live in `event`.
Value derive(Derivation derivation, std::string_view text, Event& event);

}  // namespace weir::event
