// What to say of `weir chek`.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace weir::command {

// "unknown command `chek`, did you mean `check`?" if the arguments name no command, at the top or below one that has
// commands of its own; else empty.
std::string unknown_command(const CLI::App& app, const std::vector<std::string>& arguments);

}  // namespace weir::command
