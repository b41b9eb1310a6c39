// `weir policy`: which policy a running engine decides by, and which ones it ever did.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_policy_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
