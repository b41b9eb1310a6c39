// The weir command: one file per subcommand, wired here.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "ops/command/backtest_command.h"
#include "ops/command/build_id.h"
#include "ops/command/check_command.h"
#include "ops/command/config_command.h"
#include "ops/command/deadletters_command.h"
#include "ops/command/diff_command.h"
#include "ops/command/explain_command.h"
#include "ops/command/features_command.h"
#include "ops/command/generate_command.h"
#include "ops/command/init_command.h"
#include "ops/command/lists_command.h"
#include "ops/command/model_command.h"
#include "ops/command/policy_command.h"
#include "ops/command/reference_command.h"
#include "ops/command/replay_command.h"
#include "ops/command/run_command.h"
#include "ops/command/shadow_command.h"
#include "ops/command/state_command.h"
#include "ops/command/terminal.h"
#include "ops/command/test_command.h"
#include "ops/command/topics_command.h"
#include "ops/command/unknown_command.h"

namespace {

constexpr const char* kExamples = R"(First steps:
  weir init policy                 a policy directory with a commented template
  weir check policy                all its faults at once
  weir test policy                 the tests beside its rules
  weir generate --events 1000      a made-up stream to try it on
  weir run --config weir.yaml      the engine, between topics
  weir explain ID --audit TOPIC    why a payment was decided as it was
  weir replay --audit TOPIC        proof that every decision comes out the same

Exit codes: 0 done, 1 failed (the message says why and what to do), 2 wrong usage.)";

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  CLI::App app(
      "Weir screens a stream of payments: exact windows, rules, a decision in milliseconds, and a record of why.",
      "weir");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string(weir::command::build_id()));
  app.require_subcommand(1);
  int exit_code = weir::command::kOk;
  weir::command::add_init_command(app, exit_code);
  weir::command::add_check_command(app, exit_code);
  weir::command::add_test_command(app, exit_code);
  weir::command::add_backtest_command(app, exit_code);
  weir::command::add_diff_command(app, exit_code);
  weir::command::add_lists_command(app, exit_code);
  weir::command::add_policy_command(app, exit_code);
  weir::command::add_reference_command(app, exit_code);
  weir::command::add_features_command(app, exit_code);
  weir::command::add_model_command(app, exit_code);
  weir::command::add_run_command(app, exit_code);
  weir::command::add_explain_command(app, exit_code);
  weir::command::add_replay_command(app, exit_code);
  weir::command::add_shadow_command(app, exit_code);
  weir::command::add_state_command(app, exit_code);
  weir::command::add_deadletters_command(app, exit_code);
  weir::command::add_topics_command(app, exit_code);
  weir::command::add_generate_command(app, exit_code);
  weir::command::add_config_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    const auto unknown = weir::command::unknown_command(app, {argv + 1, argv + argc});
    const bool is_command = argc > 1 && argv[1][0] != '-' && weir::command::unknown_command(app, {argv[1]}).empty();
    std::cerr << "weir: " << (unknown.empty() ? e.what() : unknown) << "\nSee `weir"
              << (is_command ? std::string(" ") + argv[1] : "") << " --help`.\n";
    return weir::command::kUsage;
  }
  std::cout.flush();
  return exit_code;
}
