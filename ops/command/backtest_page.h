// A backtest's report as one HTML page that asks nobody for anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::command {

// backtest_page.html, with @REPORT@ and @HITS@ in the places of data.
std::string_view backtest_template();

// `report`: as JSON. `hits`: lines of CSV, the first with the columns' names; empty if no rule was asked for.
std::string backtest_page(std::string_view report, std::string_view rule, const std::vector<std::string>& hits);

}  // namespace weir::command
