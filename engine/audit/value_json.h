// Typed values as JSON, both ways. Fields and features know their types from the policy, so the text needs no tag:
// bool, int64, double, string as themselves; money "12.50 EUR"; timestamp ISO 8601; duration "90.5s" (protobuf's JSON);
// absent null; error {"error":"overflow","detail":"..."}.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json_writer.h"
#include "engine/base/value.h"

namespace weir::audit {

void append_value(const Value& value, JsonWriter& json);

// The same as text, for people: strings without quotes, absent as "-", error as "error: overflow".
std::string value_text(const Value& value);

}  // namespace weir::audit
