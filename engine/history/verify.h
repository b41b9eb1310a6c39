// Checks a history's tree against its rows.
#pragma once

#include "engine/base/result.h"
#include "engine/history/entity_history.h"

namespace weir::history {

// Whether rows stand in order and every key, count, summary and set of every node is what its rows make it; the error
// names the first that is not. Takes time in proportion to the rows times the height. For tests.
Status verify(const EntityHistory& history);

}  // namespace weir::history
