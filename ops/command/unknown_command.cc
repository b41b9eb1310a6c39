#include "ops/command/unknown_command.h"

#include <CLI/CLI.hpp>

#include "engine/yaml/scalars.h"

namespace weir::command {

std::string unknown_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const auto* at = &app;
  for (const auto& argument : arguments) {
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || argument.starts_with('-')) return {};
    std::vector<std::string> names;
    const CLI::App* next = nullptr;
    for (const auto* command : commands) {
      names.push_back(command->get_name());
      if (command->get_name() == argument) next = command;
    }
    if (next == nullptr) {
      const auto meant = yaml::did_you_mean(argument, names);
      return "unknown command `" + argument + "`" + (meant.empty() ? "" : ", " + meant);
    }
    at = next;
  }
  return {};
}

}  // namespace weir::command
