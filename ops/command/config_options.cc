#include "ops/command/config_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <utility>

namespace weir::command {
namespace {

constexpr const char* kFile = "weir.yaml";

}  // namespace

void add_config_options(CLI::App& command, const std::shared_ptr<ConfigOptions>& options) {
  command.add_option("--config", options->file, "The engine's configuration; default: weir.yaml, if it is here");
  command.add_option("--set", options->set, "KEY=VALUE, e.g. --set clock=event; may be given several times");
}

Result<Settings, Issues> load_settings(const ConfigOptions& options) {
  auto file = options.file;
  if (file.empty() && std::filesystem::exists(kFile)) file = kFile;
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const auto& text : options.set) {
    const auto equals = text.find('=');
    overrides.emplace_back(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1));
  }
  return Settings::load(file, overrides, process_environment());
}

Status require_settings(const ConfigOptions& options, const Settings& settings,
                        std::span<const std::string_view> keys) {
  auto status = settings.require(keys);
  if (status || !options.file.empty() || std::filesystem::exists(kFile)) return status;
  return Error{std::string("no ") + kFile + " here: give --config FILE, or go to where it is; `weir config --new " +
               kFile + "` makes one (" + status.error().message + ")"};
}

}  // namespace weir::command
