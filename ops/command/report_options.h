// What the commands that end in a backtest's report have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/backtest/report.h"
#include "engine/base/result.h"

namespace weir::command {

// Of an option's text, which may be empty: then nothing changes. An error names the option.
Status read_time(const std::string& text, const char* option, std::int64_t& out);
Status read_duration(const std::string& text, const char* option, std::optional<std::int64_t>& out);

// As JSON and as a page, where the paths are not empty; see backtest_page() for the rest.
Status write_report(const backtest::Report& report, const std::string& json_path, const std::string& html_path,
                    const std::string& rule, const std::vector<std::string>& hits);

}  // namespace weir::command
