#include "ops/command/reference_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "ops/command/reference_page.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir reference my-policy > reference.md
      what rules of this policy may name: fields, entities, features, and the language
  weir reference
      the language alone; ops/docs/language.md is this page
  weir reference my-policy --json | jq -r '.features[] | select(.always_there | not) | .name'
      the features that a rule has to ask for with has()

Exit codes: 0 done, 1 the policy has faults, 2 wrong usage.)";

constexpr const char* kLanguage =
    R"(Conditions are written in CEL, the Common Expression Language. This page is what `weir reference` prints, made of
the tables by which expressions are checked. `T` stands for any type, or for one of those listed. What stands before a
dot is the value that a function is called on. A form that is not here is refused by `weir check`.)";

struct Options {
  std::string directory;
  bool json = false;
};

int run(const Options& options) {
  auto language = language_tables();
  if (options.directory.empty()) {
    std::cout << (options.json ? reference_json(language)
                               : reference_markdown("The language of conditions", kLanguage, language));
    return kOk;
  }
  const auto policy = policy::load_policy_directory(options.directory);
  if (!policy.ok()) return fail(policy.error());
  auto tables = policy_tables(*policy);
  tables.insert(tables.end(), language.begin(), language.end());
  const auto introduction =
      "What rules of this policy may name, and then the language that they are written in. Hash " + policy->hash +
      ", time zones " + policy->time_zones + ".";
  std::cout << (options.json ? reference_json(tables)
                             : reference_markdown("The policy " + policy->name, introduction, tables));
  return kOk;
}

}  // namespace

void add_reference_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("reference", "Print what rules may name and write");
  command->footer(kExamples);
  command->add_option("DIR", options->directory, "The policy directory; without it the language alone");
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
