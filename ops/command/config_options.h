// The flags by which commands find their settings: --config FILE and --set KEY=VALUE.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "ops/command/settings.h"

namespace CLI {
class App;
}

namespace weir::command {

struct ConfigOptions {
  std::string file;  // empty: weir.yaml of the working directory, if there is one
  std::vector<std::string> set;
};

void add_config_options(CLI::App& command, const std::shared_ptr<ConfigOptions>& options);
Result<Settings, Issues> load_settings(const ConfigOptions& options);
// Fails if one of `keys` has no value; says so if that is because there is no file at all.
Status require_settings(const ConfigOptions& options, const Settings& settings, std::span<const std::string_view> keys);

}  // namespace weir::command
