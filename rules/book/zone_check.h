// Finds hours and days that are asked for in UTC although a zone is known.
#pragma once

#include "engine/base/diagnostics.h"
#include "rules/book/expression.h"

namespace weir::book {

// Warns of each part of a timestamp that depends on the zone and is asked for without one, if there are zones in the
// vocabulary.
void check_zones(const cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues);

}  // namespace weir::book
