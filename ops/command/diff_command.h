// weir diff: what differs between two policies, in words, and in what they do.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_diff_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
