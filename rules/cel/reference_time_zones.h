// The time zones of the reference evaluator: the text of the database, read line by line each time.
#pragma once

#include <optional>
#include <string>

#include "rules/cel/reference_value.h"

namespace weir::cel {

// Seconds east of UTC at that moment. Empty if there is no such zone.
std::optional<WideInt> reference_zone_offset(const std::string& zone, WideInt utc_seconds);

}  // namespace weir::cel
