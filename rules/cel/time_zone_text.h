// The file time_zones.txt, embedded: its head says how to read it.
#pragma once

#include <string_view>

namespace weir::cel {

std::string_view time_zone_text();

}  // namespace weir::cel
