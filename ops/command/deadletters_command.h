// `weir deadletters`: lists dead letters and feeds them back.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_deadletters_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
