// `weir model`: what a model file holds, and the scores that it gives to the payments of a training's arrays.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

void add_model_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
