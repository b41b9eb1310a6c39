// Cells of the CSV files that commands write (RFC 4180).
#pragma once

#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace weir::command {

// For a training matrix: money without its currency, durations in seconds, absent and failed values empty.
void append_csv_value(const Value& value, std::string& line);
// In quotes if need be.
void append_csv_text(std::string_view text, std::string& line);

}  // namespace weir::command
