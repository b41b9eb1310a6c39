#include "ops/command/shadow_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "engine/backtest/recorded.h"
#include "engine/backtest/report.h"
#include "ops/command/audit_stream.h"
#include "ops/command/backtest_text.h"
#include "ops/command/report_options.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir shadow report --audit dir:topics/audit --honest-after 30d
      the policy that was last in the shadow, beside the one that decided, on payments whose truth is known by now
  weir shadow report --audit dir:topics/audit --rules
      the policy that decides, as if its rules of `mode: shadow` were live
  weir shadow report --audit dir:topics/audit --policy sha256:61ad --html report.html
      one of several that were in the shadow; as a page

Everything stands in the audit stream: verdicts as they were, and the labels that came since. What was declined has no
label that means anything, and is counted apart; a control share in the policy makes up for that.

Exit code: 0 done, 1 it could not be done, 2 wrong usage.)";

struct Options {
  std::string audit;
  std::int32_t shard = 0;
  backtest::RecordedOptions recorded;
  std::string from, until, labels_until, honest_after;
  std::string json, html;
  bool quiet = false;
};

Status prepare(Options& options) {
  auto& recorded = options.recorded;
  for (const auto& status :
       {read_time(options.from, "--from", recorded.from_ms), read_time(options.until, "--until", recorded.until_ms),
        read_time(options.labels_until, "--labels-until", recorded.maturity.until_ms),
        read_duration(options.honest_after, "--honest-after", recorded.maturity.honest_after_ms)}) {
    if (!status) return status;
  }
  if (recorded.from_ms >= recorded.until_ms) return Error{"--until must be later than --from"};
  if (recorded.rules && !recorded.policy.empty()) return Error{"--rules and --policy exclude each other"};
  if (!recorded.policy.empty() && !recorded.policy.starts_with("sha256:")) {
    recorded.policy.insert(0, "sha256:");
  }
  return {};
}

// A policy without shadow rules would be compared with itself.
bool has_shadow_rules(const policy::Policy& policy) {
  const auto& rules = policy.rules->rules();
  return std::any_of(rules.begin(), rules.end(), [](const auto& rule) { return rule.mode == book::Mode::kShadow; });
}

Status tell(const Options& options) {
  backtest::Recorded recorded(options.recorded);
  auto status =
      read_audit_stream(options.audit, options.shard, [&](std::int64_t offset, std::string_view text) -> Result<bool> {
        if (auto added = recorded.add(text); !added) {
          return Error{"offset " + std::to_string(offset) + ": " + added.error().message};
        }
        return true;
      });
  if (!status) return status;
  auto compared = recorded.finish();
  if (!compared) return compared.error();
  if (options.recorded.rules && !has_shadow_rules(*compared->live.verdict.policy)) {
    return Error{"the policy that decided last, " + compared->live.verdict.policy->hash +
                 ", has no rule of mode: shadow"};
  }
  backtest::ReportOptions report_options;
  auto report = backtest::make_report(compared->shadow, &compared->live, report_options);
  report.shadow = true;
  report.deciders = compared->deciders;
  report.sources = {options.audit};
  backtest::name_subjects(*compared->schema, compared->subjects, report);
  report.maturity = options.recorded.maturity;
  report.has_decisions = true;
  if (auto written = write_report(report, options.json, options.html, "", {}); !written) return written;
  if (options.quiet) return {};
  std::cout << (options.recorded.rules ? "What was decided, and the same policy as if its shadow rules were live.\n\n"
                                       : "What was decided, and the policy that was in the shadow.\n\n")
            << backtest_text(report);
  return {};
}

int run(Options options) {
  if (auto status = prepare(options); !status) {
    fail(status.error().message);
    return kUsage;
  }
  const auto status = tell(options);
  return status ? kOk : fail(status.error().message);
}

}  // namespace

void add_shadow_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("shadow", "How what is in the shadow compares with what was decided");
  command->footer(kExamples);
  command->require_subcommand(1);
  auto* report = command->add_subcommand("report", "Both, on the payments whose truth is known by now");
  report->footer(kExamples);
  const auto text = [&](const char* name, std::string& value, const char* what) {
    return report->add_option(name, value, what);
  };
  text("--audit", options->audit, "Audit topic: dir:PATH/topic or kafka://host:port/topic")->required();
  report->add_option("--shard", options->shard, "Shard, which is the partition");
  report->add_flag("--rules", options->recorded.rules, "The shadow rules of the policy that decides, as if live");
  text("--policy", options->recorded.policy, "The start of the hash of the policy in the shadow; else the last one");
  text("--from", options->from, "Payments from this time on");
  text("--until", options->until, "Payments before this time");
  text("--labels-until", options->labels_until, "Labels that became known later do not count");
  text("--honest-after", options->honest_after, "Without a label for so long, a payment is taken for honest");
  text("--amount", options->recorded.subjects.amount, "The money field that is added up");
  text("--card", options->recorded.subjects.card, "The entity whose runs of fraud are episodes");
  text("--customer", options->recorded.subjects.customer, "The entity that flips");
  text("--json", options->json, "Write the report as JSON");
  text("--html", options->html, "Write the report as a page of its own");
  report->add_flag("--quiet", options->quiet, "Print nothing but errors");
  report->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
