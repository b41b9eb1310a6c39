#include "ops/command/config_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <utility>

namespace weir::command {

void add_config_options(CLI::App& command, const std::shared_ptr<ConfigOptions>& options) {
  command.add_option("--config", options->file, "The engine's configuration; default: weir.yaml, if it is here");
  command.add_option("--set", options->set, "KEY=VALUE, e.g. --set clock=event; may be given several times");
}

Result<Settings, Issues> load_settings(const ConfigOptions& options) {
  auto file = options.file;
  if (file.empty() && std::filesystem::exists("weir.yaml")) file = "weir.yaml";
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const auto& text : options.set) {
    const auto equals = text.find('=');
    overrides.emplace_back(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1));
  }
  return Settings::load(file, overrides, process_environment());
}

}  // namespace weir::command
