#include "ops/command/diff_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "engine/policy/policy.h"
#include "ops/command/backtest_command.h"
#include "ops/command/policy_difference.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir diff policy new-policy
      rules, thresholds, features, fields and lists that differ, in words
  weir diff policy new-policy --in payments.jsonl --labels labels.jsonl --token-key token.key
      and what the difference does to the past: see weir backtest

Exit code: 0 done, 1 a policy has faults or the past can't be played, 2 wrong usage.)";

// Text of more than one line stands below its title.
void print_side(const char* title, const std::string& text) {
  if (text.find('\n') == std::string::npos) {
    std::cout << "      " << title << ": " << (text.empty() ? "(nothing)" : text) << '\n';
    return;
  }
  std::cout << "      " << title << ":\n        ";
  for (const char c : text) {
    std::cout << c;
    if (c == '\n') std::cout << "        ";
  }
  std::cout << '\n';
}

int run(const BacktestOptions& options) {
  const auto before = policy::load_policy_directory(options.against);
  if (!before.ok()) return fail(before.error());
  const auto after = policy::load_policy_directory(options.policy);
  if (!after.ok()) return fail(after.error());
  std::cout << options.against << " (" << before->name << " " << before->hash << ")\n"
            << options.policy << " (" << after->name << " " << after->hash << ")\n";
  const auto differences = policy_difference(*before, *after);
  if (differences.empty()) std::cout << "They are the same, byte for byte.\n";
  for (const auto& difference : differences) {
    std::cout << "  " << difference.theme << " " << difference.what << '\n';
    if (difference.was == difference.is) continue;
    print_side("was", difference.was);
    print_side("is", difference.is);
  }
  if (options.in.empty()) return kOk;
  std::cout << '\n' << std::flush;
  return run_backtest(options);
}

}  // namespace

void add_diff_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BacktestOptions>();
  auto* command = app.add_subcommand("diff", "What differs between two policies, in words");
  command->footer(kExamples);
  command->add_option("OLD", options->against, "Policy directory")->required();
  command->add_option("NEW", options->policy, "Policy directory")->required();
  add_backtest_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
