// Text to tokens.
#pragma once

#include <vector>

#include "engine/base/diagnostics.h"
#include "rules/cel/source_map.h"
#include "rules/cel/token.h"

namespace weir::cel {

// The last token is kEnd. Every fault is reported to `issues`: a bad character is skipped or taken for what was
// meant, a bad literal becomes kFaulty. The text must be valid UTF-8.
std::vector<Token> tokenize(const SourceMap& source, Issues& issues);

}  // namespace weir::cel
