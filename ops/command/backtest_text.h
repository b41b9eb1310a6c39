// A backtest's report for a terminal.
#pragma once

#include <string>

#include "engine/backtest/report.h"

namespace weir::command {

std::string backtest_text(const backtest::Report& report);

// "12.3 %", with a dash if it is not known; and with its interval, "12.3 % (10.1 to 14.9)".
std::string percent(const backtest::Interval& interval);
std::string percent_with_interval(const backtest::Interval& interval);

}  // namespace weir::command
