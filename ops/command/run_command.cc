#include "ops/command/run_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "ops/command/config_options.h"
#include "ops/command/engine.h"
#include "ops/command/terminal.h"
#include "ops/command/wait.h"
#include "ops/command/watch.h"

namespace weir::command {
namespace {

constexpr int kWaitMs = 20;

constexpr const char* kExamples = R"(Examples:
  weir run --config weir.yaml
      between the topics of weir.yaml, until SIGTERM
  weir run --config weir.yaml --watch
      the same, with rate, latency, outcomes and the last flagged payments
  weir run --config weir.yaml --set state=/data/weir --rebuild
      the state directory was lost: filled again from audit stream and inputs

Exit code: 0 after a clean stop, 1 if the engine had to stop (it says why; nothing is lost), 2 wrong usage.)";

struct Options {
  std::shared_ptr<ConfigOptions> config = std::make_shared<ConfigOptions>();
  bool rebuild = false;
  bool begin_anew = false;
  bool watch = false;
  double stop_when_idle_s = 0;
};

int run(const Options& options) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
  if (auto status = require_settings(*options.config, *settings, required_settings()); !status) {
    fail(status.error().message);
    return kUsage;
  }
  const auto begin = options.rebuild      ? shard::Begin::kRebuild
                     : options.begin_anew ? shard::Begin::kAnew
                                          : shard::Begin::kContinue;
  catch_stop_signals();
  auto engine = Engine::start(*settings, begin);
  if (!engine) return fail(engine.error());
  Watch watch((*engine)->meter(), options.watch);
  const auto idle_ns = static_cast<std::int64_t>(options.stop_when_idle_s * 1e9);
  auto last_work_ns = monotonic_ns();
  while (!(*engine)->stopped()) {
    if (stop_requested()) (*engine)->request_stop();
    auto moved = (*engine)->pump();
    if (!moved) {
      watch.finish();
      return fail(moved.error().message);
    }
    const auto now = monotonic_ns();
    if ((*engine)->took_input()) last_work_ns = now;
    if (idle_ns > 0 && (*engine)->live() && now - last_work_ns > idle_ns) (*engine)->request_stop();
    watch.show(now);
    if (!*moved) (*engine)->wait(kWaitMs);
  }
  watch.finish();
  return kOk;
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("run", "The engine: transactions in, decisions and audit records out");
  command->footer(kExamples);
  add_config_options(*command, options->config);
  auto* rebuild = command->add_flag("--rebuild", options->rebuild,
                                    "The state directory is empty: fill it from the audit stream and the inputs");
  command
      ->add_flag("--begin-anew", options->begin_anew,
                 "The state directory is empty: go on behind what the audit stream tells, without any history")
      ->excludes(rebuild);
  command->add_flag("--watch", options->watch, "Show rate, latency, outcomes and the last flagged payments");
  command->add_option("--stop-when-idle", options->stop_when_idle_s, "Stop after so many seconds without input");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
