// `weir state`: what the state directory knows.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_state_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
