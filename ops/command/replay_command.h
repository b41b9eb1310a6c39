// `weir replay`: runs the core again from audit records alone.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_replay_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
