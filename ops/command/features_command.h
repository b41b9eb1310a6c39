// `weir features`: the window features of a history file, row for row.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_features_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
