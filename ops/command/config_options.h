// The flags by which commands find their settings: --config FILE and --set KEY=VALUE.
#pragma once

#include <memory>
#include <string>
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

}  // namespace weir::command
