// weir backtest: what a policy would have done to the past.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_backtest_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
