#include "ops/command/init_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "engine/base/result.h"
#include "engine/policy/editor_schemas.h"
#include "rules/packs/packs.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples = R"(Examples:
  weir init my-policy
      a commented template to begin with
  weir init my-policy --from retail-bank
      the policy of the demo: cards, accounts, profiles, and all packs of rules
  weir init my-policy --from card-fraud,account-takeover
      the same with two of its packs: there are card-fraud, account-takeover and aml-typologies
  weir check my-policy
      what to do next
  weir init my-policy --schemas
      the schemas for editors alone, into a policy that is there: after an upgrade

handbook and sparkov are policies for the two public data sets of these names.)";

struct Settings {
  std::string directory;
  std::vector<std::string> from{"template"};
  bool schemas_only = false;
};

Error failure(const std::string& what, const fs::path& path, const std::error_code& error) {
  return Error{what + " " + path.string() + ": " + error.message()};
}

Status prepare(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory, error)) {
    if (!fs::is_directory(directory, error)) return Error{directory.string() + " is there and is not a directory"};
    const bool empty = fs::is_empty(directory, error);
    if (error) return failure("can't read", directory, error);
    if (!empty) return Error{directory.string() + " is not empty: give a new or an empty directory"};
    return {};
  }
  fs::create_directories(directory, error);
  if (error) return failure("can't make", directory, error);
  return {};
}

Status write_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return failure("can't make", path.parent_path(), error);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return Error{"can't write " + path.string()};
  return {};
}

// Hidden, so no part of the policy. Editors that know the line at a file's top find them without a network.
Status write_schemas(const fs::path& directory) {
  for (const auto& schema : policy::editor_schemas()) {
    if (Status written = write_file(directory / policy::kSchemaFolder / schema.name, schema.text); !written) {
      return written;
    }
  }
  return {};
}

Status run_schemas(const Settings& settings) {
  const fs::path directory(settings.directory);
  std::error_code error;
  if (!fs::is_directory(directory, error)) return Error{directory.string() + " is no policy directory"};
  if (Status written = write_schemas(directory); !written) return written;
  std::cout << "  " << (directory / policy::kSchemaFolder).string() << "\n"
            << "An editor finds them by the first line of a file:\n  " << policy::schema_line("rules/any.yaml");
  return {};
}

Status run(const Settings& settings) {
  if (settings.schemas_only) return run_schemas(settings);
  const auto files = packs::together(settings.from);
  if (!files) return files.error();
  const fs::path directory(settings.directory);
  if (Status prepared = prepare(directory); !prepared) return prepared;
  for (const auto& file : *files) {
    const auto text = policy::schema_line(file.path) + std::string(file.text);
    if (Status written = write_file(directory / file.path, text); !written) return written;
    std::cout << "  " << (directory / file.path).string() << "\n";
  }
  if (Status written = write_schemas(directory); !written) return written;
  std::cout << "Next: edit schema.yaml so that it says what your transactions look like, then\n"
            << "  weir check " << settings.directory << "\n";
  return {};
}

}  // namespace

void add_init_command(CLI::App& app, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("init", "Make a policy directory to begin with");
  command->footer(kExamples);
  command->add_option("DIR", settings->directory, "The directory: new, or empty")->required();
  std::vector<std::string> names;
  for (const auto& pack : packs::shipped()) names.emplace_back(pack.name);
  command->add_option("--from", settings->from, "What to begin with; several packs of one policy with a comma between")
      ->delimiter(',')
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command->add_flag("--schemas", settings->schemas_only, "Only write the schemas for editors");
  command->callback([settings, &exit_code] {
    if (Status done = run(*settings); !done) {
      std::cerr << "weir init: " << done.error().message << "\n";
      exit_code = 1;
    }
  });
}

}  // namespace weir::command
