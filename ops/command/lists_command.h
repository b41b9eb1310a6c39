// `weir lists`: the entries of a policy's lists.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_lists_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
