#include "ops/command/config_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "ops/command/config_options.h"
#include "ops/command/settings.h"
#include "ops/command/terminal.h"
#include "ops/command/token_key.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir config --config weir.yaml
      every setting as it is in force, after file, environment and flags
  weir config --new weir.yaml
      a commented weir.yaml between topics as directories, and the token key that it names, beside it
  weir config --reference
      the reference page)";

// Writes weir.yaml and, beside it, a token key. Neither may be there yet.
int make(const std::string& file) {
  if (std::filesystem::exists(file)) return fail(file + " is there already");
  const auto folder = std::filesystem::absolute(file).parent_path();
  const auto text = settings_template({{"policy", "policy"},
                                       {"state", "state"},
                                       {"inputs.transactions", "[dir:topics/transactions]"},
                                       {"inputs.labels", "[dir:topics/labels]"},
                                       {"outputs.decisions", "dir:topics/decisions"},
                                       {"outputs.audit", "dir:topics/audit"},
                                       {"outputs.dead_letters", "dir:topics/dead-letters"},
                                       {"token_key_file", "token.key"}});
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) return fail("can't write " + file);
  const auto key = (folder / "token.key").string();
  if (std::filesystem::exists(key)) return kOk;
  if (auto status = make_token_key(key); !status) return fail(status.error().message);
  std::cout << "wrote " << file << " and " << key << "; keep the key as safe as the data, and out of version control\n";
  return kOk;
}

int run(const ConfigOptions& options, bool reference, const std::string& make_file) {
  if (!make_file.empty()) return make(make_file);
  if (reference) {
    std::cout << settings_reference();
    return kOk;
  }
  auto settings = load_settings(options);
  if (!settings) return fail(settings.error());
  for (const auto& setting : all_settings()) {
    std::cout << setting.key << ':';
    for (const auto& value : settings->list(setting.key)) std::cout << ' ' << value;
    std::cout << '\n';
  }
  return kOk;
}

}  // namespace

void add_config_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ConfigOptions>();
  auto reference = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("config", "The settings in force, and their reference");
  command->footer(kExamples);
  add_config_options(*command, options);
  auto make_file = std::make_shared<std::string>();
  command->add_option("--new", *make_file, "Write a commented weir.yaml, and a token key beside it");
  command->add_flag("--reference", *reference, "Print the reference page");
  command->callback([options, reference, make_file, &exit_code] { exit_code = run(*options, *reference, *make_file); });
}

}  // namespace weir::command
