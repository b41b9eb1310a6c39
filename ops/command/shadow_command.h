// weir shadow: how what is in the shadow compares with what was decided.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_shadow_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
