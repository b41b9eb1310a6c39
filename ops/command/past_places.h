// Where the past is told from: files, or topics by URL.
#pragma once

#include <string>
#include <vector>

#include "engine/backtest/truth.h"
#include "engine/base/result.h"

namespace weir::command {

// Whether these are topics; an error, which names the option, if some are topics and some are files.
Result<bool> are_topics(const std::vector<std::string>& places, const char* option);

// All that stands there is added; an error names its place.
Status read_labels(const std::vector<std::string>& places, const char* option, backtest::Labels& labels);
Status read_decisions(const std::vector<std::string>& places, const char* option, backtest::Decisions& decisions);

}  // namespace weir::command
