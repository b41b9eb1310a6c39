// `weir test`: runs the tests that stand beside the rules of a policy.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

// Adds the subcommand. When it is the one that was called, parsing runs it and sets `exit_code`: 0, or 1 if a test
// failed or the policy has faults. Both references must outlive the parsing.
void add_test_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
