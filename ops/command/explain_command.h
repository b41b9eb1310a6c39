// `weir explain`: one decision in plain words, from its audit record.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_explain_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
