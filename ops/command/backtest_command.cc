#include "ops/command/backtest_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/topics/topics.h"
#include "engine/backtest/pass.h"
#include "engine/backtest/report.h"
#include "engine/base/civil_time.h"
#include "ops/command/backtest_rows.h"
#include "ops/command/backtest_text.h"
#include "ops/command/past_places.h"
#include "ops/command/report_options.h"
#include "ops/command/rule_hint.h"
#include "ops/command/terminal.h"
#include "ops/command/token_key.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir backtest --policy new --in payments.csv.zst
      a history file whose rows hold their labels: how good would these rules have been?
  weir backtest --policy new --against policy --in dir:topics/transactions --labels dir:topics/labels
      --decisions dir:topics/decisions --token-key token.key --html report.html
      the engine's own topics, beside the policy that is live, with a page for the committee
  weir backtest --policy new --in payments.csv --hits card-new-merchant-large --hits-out hits.csv
      which payments this rule hits and which frauds it misses, with the values that decided

It plays the past through the engine's own core, in memory of its own: no live state is touched. Payments before --from
are still part of the past that features see.

Exit code: 0 done, 1 it could not be done, 2 wrong usage.)";

// One policy with what is particular to its run.
struct Side {
  std::string directory;
  std::shared_ptr<const policy::Policy> policy;
  backtest::PassOptions options;
  std::unique_ptr<backtest::Labels> labels;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> total = 0;
};

class Backtest {
 public:
  explicit Backtest(const BacktestOptions& options) : options_(options) {}

  int run() {
    if (auto status = read_options(); !status) return wrong_usage(status);
    if (auto status = read_key_and_decisions(); !status) return fail(status.error().message);
    if (!load(now_, options_.policy) || (has_before() && !load(before_, options_.against))) return kFailed;
    if (auto status = check_names(); !status) return wrong_usage(status);
    if (auto status = fill_sides(); !status) return fail(status.error().message);
    if (auto status = play_all(); !status) return fail(status.error().message);
    if (auto status = check_payments(); !status) return fail(status.error().message);
    if (auto status = tell(); !status) return fail(status.error().message);
    return kOk;
  }

 private:
  bool has_before() const { return !options_.against.empty(); }

  static int wrong_usage(const Status& status) {
    fail(status.error().message);
    return kUsage;
  }

  Status read_options() {
    std::optional<std::int64_t> gap_ms;
    std::int64_t split_ms = INT64_MIN;
    for (const auto& status :
         {read_time(options_.from, "--from", period_.from_ms), read_time(options_.until, "--until", period_.until_ms),
          read_time(options_.split, "--split", split_ms),
          read_time(options_.labels_until, "--labels-until", maturity_.until_ms),
          read_duration(options_.honest_after, "--honest-after", maturity_.honest_after_ms),
          read_duration(options_.episode_gap, "--episode-gap", gap_ms)}) {
      if (!status) return status;
    }
    if (period_.from_ms >= period_.until_ms) return Error{"--until must be later than --from"};
    if (gap_ms) report_options_.episodes.gap_ms = *gap_ms;
    if (split_ms != INT64_MIN) report_options_.split_ms = split_ms;
    auto& capacities = report_options_.capacities;
    capacities.insert(capacities.end(), options_.capacities.begin(), options_.capacities.end());
    std::sort(capacities.begin(), capacities.end());
    capacities.erase(std::unique(capacities.begin(), capacities.end()), capacities.end());
    report_options_.period = period_;
    if (!options_.rows.hits_out.empty() && options_.rows.rule.empty()) return Error{"--hits-out needs --hits RULE"};
    const auto topics = are_topics(options_.in, "--in");
    return topics ? Status() : Status(topics.error());
  }

  Status read_key_and_decisions() {
    auto key = read_token_key(options_.token_key);
    if (!key) return key.error();
    token_key_ = key->bytes;
    return read_decisions(options_.decisions, "--decisions", decisions_);
  }

  bool load(Side& side, const std::string& directory) {
    side.directory = directory;
    auto policy = policy::load_policy_directory(directory);
    if (!policy.ok()) return fail(policy.error()) == kOk;
    if (policy->has_personal_fields() && token_key_.empty()) {
      return fail("the policy has personal fields: give the key that they are tokenised with, --token-key FILE") == kOk;
    }
    side.policy = std::make_shared<const policy::Policy>(std::move(*policy));
    auto lists = policy::read_list_contents(directory, *side.policy, token_key_);
    if (!lists.ok()) return fail(lists.error()) == kOk;
    side.options.lists = std::move(*lists);
    return true;
  }

  // What the command line calls by a name of the policy's.
  Status check_names() {
    for (auto* side : sides()) {
      auto subjects =
          backtest::find_subjects(*side->policy->schema, {options_.amount, options_.card, options_.customer});
      if (!subjects) return subjects.error();
      side->options.subjects = *subjects;
    }
    const auto& wanted = options_.rows.rule;
    const auto& rules = now_.policy->rules->rules();
    if (wanted.empty() ||
        std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == wanted; })) {
      return {};
    }
    return Error{"--hits: the policy has no rule `" + wanted + "`" + did_you_mean_rule(wanted, *now_.policy->rules)};
  }

  Status fill_sides() {
    for (auto* side : sides()) {
      const auto& schema = *side->policy->schema;
      side->options.token_key = token_key_;
      side->options.maturity = maturity_;
      side->options.from_ms = period_.from_ms;
      side->options.until_ms = period_.until_ms;
      side->options.decisions = options_.decisions.empty() ? nullptr : &decisions_;
      side->labels = std::make_unique<backtest::Labels>(schema, token_key_);
      if (auto status = read_labels(options_.labels, "--labels", *side->labels); !status) return status;
      side->options.labels = side->labels.get();
    }
    return {};
  }

  std::vector<Side*> sides() {
    std::vector<Side*> all{&now_};
    if (has_before()) all.push_back(&before_);
    return all;
  }

  Result<std::unique_ptr<backtest::Source>> open_source(const event::Schema& schema) const {
    auto topics = are_topics(options_.in, "--in");
    if (!topics) return topics.error();
    if (!*topics) return backtest::open_files(options_.in, schema, token_key_);
    auto reader = topics::open_reader(options_.in);
    if (!reader) return reader.error();
    return backtest::open_topics(std::move(*reader), schema, token_key_);
  }

  Result<backtest::Ledger> play(Side& side) const {
    auto source = open_source(*side.policy->schema);
    if (!source) return source.error();
    return backtest::play(side.policy, **source, side.options);
  }

  // Both policies at the same time, each on a thread of its own.
  Status play_all() {
    std::optional<Result<backtest::Ledger>> now;
    std::optional<Result<backtest::Ledger>> before;
    std::atomic<int> running = has_before() ? 2 : 1;
    for (auto* side : sides()) {
      side->options.progress = [side](std::uint64_t done, std::uint64_t total) {
        side->done = done;
        side->total = total;
      };
    }
    const auto begin = [&](Side& side, auto& result) {
      return std::thread([&] {
        result.emplace(play(side));
        --running;
      });
    };
    auto first = begin(now_, now);
    auto second = has_before() ? begin(before_, before) : std::thread();
    show_progress(running);
    first.join();
    if (second.joinable()) second.join();
    if (!*now) return now->error();
    if (before && !*before) return before->error();
    ledger_ = std::move(**now);
    if (before) {
      ledger_before_ = std::move(**before);
      unaligned_ = backtest::align(ledger_, *ledger_before_);
    }
    return {};
  }

  // Figures of nothing would look like figures.
  Status check_payments() const {
    const auto& times = ledger_.payments.time_ms;
    if (times.empty()) {
      const auto& counts = ledger_.counts;
      std::string what = "there is no payment to look at: of " + grouped(counts.records) + " records " +
                         grouped(counts.failed) + " could not be read";
      if (!ledger_.failures.empty()) {
        what += " (the first: " + ledger_.failures[0].origin + ": " + ledger_.failures[0].what + ")";
      }
      const bool has_period = !options_.from.empty() || !options_.until.empty();
      return Error{what + (has_period ? ", and the others are not between --from and --until" : "")};
    }
    const auto [first, last] = std::minmax_element(times.begin(), times.end());
    const auto& split_ms = report_options_.split_ms;
    if (!split_ms || (*split_ms > *first && *split_ms <= *last)) return {};
    return Error{"--split " + options_.split + " leaves a half without a payment: they are from " + iso8601(*first) +
                 " to " + iso8601(*last)};
  }

  void show_progress(const std::atomic<int>& running) const {
    ProgressLine line("weir backtest");
    while (running > 0) {
      if (!options_.quiet) line.show(now_.done + before_.done, now_.total + before_.total, "of the past");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  backtest::Report make_report() const {
    const auto* before = ledger_before_ ? &*ledger_before_ : nullptr;
    auto report = backtest::make_report(ledger_, before, report_options_);
    report.sources = options_.in;
    backtest::name_subjects(*now_.policy->schema, now_.options.subjects, report);
    report.maturity = maturity_;
    report.has_decisions = !options_.decisions.empty();
    report.unaligned = unaligned_;
    return report;
  }

  Status tell() {
    const auto report = make_report();
    std::vector<std::string> hits;
    if (!options_.rows.rule.empty() || !options_.rows.rows_out.empty()) {
      auto written = write_rows();
      if (!written) return written.error();
      hits = *std::move(written);
    }
    if (auto status = write_report(report, options_.json, options_.html, options_.rows.rule, hits); !status) {
      return status;
    }
    if (!options_.quiet && ledger_.labels_known_ms == INT64_MIN) {
      std::cout << "No payment has a label that counts: how much fraud is found or missed, and which alerts are false, "
                   "can't be told. Give --labels FILE.\n\n";
    }
    if (!options_.quiet) std::cout << backtest_text(report);
    return {};
  }

  // The past once more: which payments are to be told is known only now.
  Result<std::vector<std::string>> write_rows() {
    auto rows_options = options_.rows;
    if (rows_options.hits_out.empty()) rows_options.hits_out = rows_options.rule + ".csv";
    auto rows = BacktestRows::open(rows_options, ledger_, ledger_before_ ? &*ledger_before_ : nullptr);
    if (!rows) return rows.error();
    now_.options.progress = {};
    now_.options.row = [&](const backtest::Row& row) { (*rows)->take(row); };
    auto again = play(now_);
    if (!again) return again.error();
    if (auto status = (*rows)->close(); !status) return status.error();
    return (*rows)->kept();
  }

  const BacktestOptions& options_;
  std::string token_key_;
  backtest::Period period_;
  backtest::Maturity maturity_;
  backtest::ReportOptions report_options_;
  backtest::Decisions decisions_;
  Side now_;
  Side before_;
  backtest::Ledger ledger_;
  std::optional<backtest::Ledger> ledger_before_;
  std::uint64_t unaligned_ = 0;
};

}  // namespace

int run_backtest(const BacktestOptions& options) { return Backtest(options).run(); }

void add_backtest_options(CLI::App& command, BacktestOptions& options) {
  const auto text = [&](const char* name, std::string& value, const char* what) {
    command.add_option(name, value, what);
  };
  command.add_option("--in", options.in, "History files (.csv, .jsonl, also .gz, .xz, .zst), or topics");
  command.add_option("--labels", options.labels,
                     "Files (.jsonl, .csv) or topics with labels, besides those in the records");
  command.add_option("--decisions", options.decisions, "Files (.jsonl) or topics with what was decided at the time");
  text("--token-key", options.token_key, "Key of personal fields, if the policy has any");
  text("--from", options.from, "Payments from this time on; what is before is past for features alone");
  text("--until", options.until, "Payments before this time");
  text("--split", options.split, "Where the later half begins; else the middle");
  text("--labels-until", options.labels_until, "Labels that became known later do not count");
  text("--honest-after", options.honest_after, "Without a label for so long, a payment is taken for honest");
  text("--amount", options.amount, "The money field that is added up; else the first one of one currency");
  text("--card", options.card, "The entity whose runs of fraud are episodes; else card, customer or account");
  text("--customer", options.customer, "The entity that flips; else customer, account or card");
  text("--episode-gap", options.episode_gap, "Frauds of a card further apart are two episodes; 7d if not given");
  command.add_option("--capacity", options.capacities, "How many payments a day people can look at, besides the usual")
      ->check(CLI::Range(1, 1'000'000));
  text("--json", options.json, "Write the report as JSON");
  text("--html", options.html, "Write the report as a page of its own");
  text("--hits", options.rows.rule, "Write the payments that this rule hits, frauds that it misses, and flips");
  text("--hits-out", options.rows.hits_out, "Where to; else RULE.csv");
  text("--rows", options.rows.rows_out, "Write every payment, as CSV");
  command.add_flag("--quiet", options.quiet, "Print nothing but errors");
}

void add_backtest_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<BacktestOptions>();
  auto* command = app.add_subcommand("backtest", "What a policy would have done to the past, against labels");
  command->footer(kExamples);
  command->add_option("--policy", options->policy, "Policy directory")->required();
  command->add_option("--against", options->against, "Another policy directory, to compare with");
  add_backtest_options(*command, *options);
  command->get_option("--in")->required();
  command->callback([options, &exit_code] { exit_code = run_backtest(*options); });
}

}  // namespace weir::command
