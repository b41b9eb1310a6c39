// `weir check`: all faults of a policy directory, or its hash.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

// Adds the subcommand. When it is the one that was called, parsing runs it and sets `exit_code`: 0, or 1 if the policy
// has faults. Both references must outlive the parsing.
void add_check_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
