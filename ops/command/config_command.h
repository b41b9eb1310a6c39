// `weir config`: the settings in force, and their reference.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_config_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
