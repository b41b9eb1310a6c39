// `weir topics`: makes, lists, describes, reads and writes topics of both kinds.
#pragma once

namespace CLI {
class App;
}

namespace weir::command {

// Adds the subcommand. When it is the one that was called, parsing runs it and sets `exit_code`: 0, 1 if it failed, 2
// if a URL is none. Both references must outlive the parsing.
void add_topics_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
