// The schema and the record that most tests of readers use: a card payment of 19 fields, and a transfer beside it.
#pragma once

#include <string>

#include "engine/event/schema.h"

namespace weir::event {

// Event types card_payment ("card") and transfer ("transfer"), told apart at {"type"}. No personal field.
Schema card_schema();

// As card_schema(), with a personal card number and e-mail and what is derived from them.
Schema personal_schema();

inline constexpr std::string_view kTokenKey = "a key for tests only, of 32 byte";

// A card payment of 417 bytes that has all fields of card_schema().
std::string card_payment();

// `record` with the first `from` replaced by `to`; `from` must be there.
std::string with(std::string record, std::string_view from, std::string_view to);

}  // namespace weir::event
