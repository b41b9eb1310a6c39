// `weir run`: the engine, between topics.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_run_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
