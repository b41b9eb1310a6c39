// `weir reference`: what rules may name and write.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_reference_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
