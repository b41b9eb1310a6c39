// `weir init`: a new policy directory, from a template or a shipped policy.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

// Adds the subcommand. When it is the one that was called, parsing runs it and sets `exit_code`: 0, or 1 after an
// error, which is told on standard error. Both references must outlive the parsing.
void add_init_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
