#include "ops/command/features_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "engine/backtest/label_feed.h"
#include "engine/backtest/source.h"
#include "engine/backtest/truth.h"
#include "engine/event/reader.h"
#include "engine/policy/policy.h"
#include "engine/shard/core.h"
#include "ops/command/csv_cell.h"
#include "ops/command/input_arrays.h"
#include "ops/command/past_places.h"
#include "ops/command/report_options.h"
#include "ops/command/terminal.h"
#include "ops/command/token_key.h"

namespace weir::command {
namespace {

constexpr std::size_t kShownRejects = 10;

constexpr const char* kExamples = R"(Examples:
  weir features --policy policy --in payments.csv.zst --out features.csv
      one line per payment: its id and every feature of the policy, as the engine would have seen them
  weir features --policy policy --in payments.jsonl --out - --rejects bad.txt
      to standard output; what can't be read goes to bad.txt with line and reason
  weir features --policy policy --in payments.csv --labels labels.csv --out features.csv
      features with `label` in their conditions see each label from the time on at which it was known
  weir features --policy policy --in payments.csv.zst --arrays inputs --from 2026-03-01
      what the policy's inputs.yaml lets models look at, as NumPy arrays, for training and scoring)";

struct Options {
  std::string policy;
  std::string in;
  std::string out;
  std::vector<std::string> labels;
  std::string arrays;
  std::string from;
  std::string until;
  std::string rejects;
  std::string token_key;
};

struct Counts {
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t duplicates = 0;
  backtest::LabelUse labels;
};

class Run {
 public:
  // Writes to `out`, or into `arrays` unless that is nullptr.
  Run(const Options& options, backtest::Period period, shard::Core& core, backtest::Source& source,
      const backtest::Labels& labels, std::ostream& out, InputArrays* arrays)
      : options_(options),
        period_(period),
        core_(core),
        source_(source),
        feed_(&labels, *core.step),
        out_(out),
        arrays_(arrays) {}

  Result<Counts> all() {
    if (!options_.rejects.empty()) {
      rejects_.open(options_.rejects);
      if (!rejects_) return Error{"can't write " + options_.rejects};
    }
    if (arrays_ == nullptr) write_header();
    ProgressLine progress("weir features");
    while (true) {
      auto more = source_.next();
      if (!more) return more.error();
      if (!*more) break;
      ++counts_.rows;
      if (auto status = row(); !status) return status.error();
      progress.show(source_.done(), source_.total(), "bytes");
    }
    counts_.labels = feed_.use(newest_ms_);
    if (arrays_ != nullptr) {
      if (auto status = arrays_->finish(); !status) return status.error();
      return counts_;
    }
    out_.flush();
    if (!out_) return Error{"can't write " + options_.out};
    return counts_;
  }

 private:
  void write_header() {
    const auto& schema = *core_.policy->schema;
    const auto& id = schema.fields[schema.id_slot];
    line_ = !id.column.empty() ? id.column : id.path.empty() ? id.name : id.path.back();
    for (const auto& name : core_.features->names()) line_.append(",").append(name);
    line_.push_back('\n');
    out_ << line_;
  }

  Status row() {
    auto& step = *core_.step;
    if (!source_.read(step.event(), reject_)) {
      ++counts_.rejected;
      return report_reject();
    }
    if (auto status = step.parsed(sha256_.hash(source_.bytes()), output_); !status) return status;
    if (output_.kind == audit::Kind::kDuplicate) {
      ++counts_.duplicates;
      return {};
    }
    const auto& event = step.event();
    newest_ms_ = std::max(newest_ms_, event.time_ms);
    if (auto given = feed_.give(event); !given) return given.error();
    if (event.time_ms < period_.from_ms || event.time_ms >= period_.until_ms) return {};
    if (arrays_ != nullptr) {
      return output_.inputs == nullptr ? Status() : arrays_->add(event.id, event.time_ms, *output_.inputs);
    }
    line_.assign(event.id);
    const auto first = core_.policy->schema->slot_count();
    for (std::uint32_t i = 0; i < core_.features->names().size(); ++i) {
      line_.push_back(',');
      append_csv_value(event[first + i], line_);
    }
    line_.push_back('\n');
    out_ << line_;
    return {};
  }

  Status report_reject() {
    std::string text = source_.origin() + ": " + std::string(event::reject_reason_name(reject_.reason));
    if (!reject_.field.empty()) text += ", field " + reject_.field;
    text += ", byte " + std::to_string(reject_.byte_offset) + ": " + reject_.detail + "\n";
    if (rejects_.is_open()) {
      rejects_ << text;
    } else if (counts_.rejected <= kShownRejects) {
      std::cerr << text;
    }
    return {};
  }

  const Options& options_;
  backtest::Period period_;
  shard::Core& core_;
  backtest::Source& source_;
  backtest::LabelFeed feed_;
  std::ostream& out_;
  InputArrays* arrays_;
  std::ofstream rejects_;
  event::Reject reject_;
  shard::Output output_;
  Sha256 sha256_;
  std::string line_;
  std::int64_t newest_ms_ = INT64_MIN;
  Counts counts_;
};

void tell_labels(std::uint64_t count, const backtest::LabelUse& use) {
  std::cerr << grouped(count) << " labels: " << grouped(use.used) << " used, " << grouped(use.waited)
            << " known only after the newest payment, " << grouped(use.early)
            << " known before their payment and left out, " << grouped(use.unmatched) << " of no payment in the file\n";
}

int wrong_usage(std::string_view message) {
  fail(message);
  return kUsage;
}

int run(const Options& options) {
  if (options.out.empty() == options.arrays.empty()) return wrong_usage("give one of --out and --arrays");
  backtest::Period period;
  for (const auto& status :
       {read_time(options.from, "--from", period.from_ms), read_time(options.until, "--until", period.until_ms)}) {
    if (!status) return wrong_usage(status.error().message);
  }
  if (period.from_ms >= period.until_ms) return wrong_usage("--until must be later than --from");
  auto policy = policy::load_policy_directory(options.policy);
  if (!policy) return fail(policy.error());
  auto key = read_token_key(options.token_key);
  if (!key) return fail(key.error().message);
  if (policy->has_personal_fields() && key->bytes.empty()) {
    return fail("the policy has personal fields: give the key that they are tokenised with, --token-key FILE");
  }
  if (!options.arrays.empty() && policy->inputs == nullptr) {
    return fail(options.policy + " has no inputs.yaml, which says what models may look at");
  }
  shard::CoreOptions core_options;
  core_options.clock_source = shard::ClockSource::kEvent;
  core_options.token_key = key->bytes;
  auto core = shard::make_core(std::make_shared<const policy::Policy>(std::move(*policy)), nullptr, core_options);
  if (!core) return fail(core.error().message);
  const auto& schema = *core->policy->schema;
  auto source = backtest::open_files({options.in}, schema, key->bytes);
  if (!source) return fail(source.error().message);
  backtest::Labels labels(schema, key->bytes);
  if (auto status = read_labels(options.labels, "--labels", labels); !status) return fail(status.error().message);

  std::ofstream out_file;
  std::unique_ptr<InputArrays> arrays;
  if (!options.arrays.empty()) {
    auto made = InputArrays::create(options.arrays, *core->policy);
    if (!made) return fail(made.error().message);
    arrays = std::move(*made);
    core->step->read_inputs();
  } else if (options.out != "-") {
    out_file.open(options.out, std::ios::binary);
    if (!out_file) return fail("can't write " + options.out);
  }
  std::ostream& out = options.out == "-" ? std::cout : out_file;
  const auto started = monotonic_ns();
  auto counts = Run(options, period, *core, **source, labels, out, arrays.get()).all();
  if (!counts) return fail(counts.error().message);
  const auto seconds = static_cast<std::uint64_t>((monotonic_ns() - started) / 1'000'000);
  std::cerr << grouped(counts->rows) << " rows, " << grouped(counts->rejected) << " rejected, "
            << grouped(counts->duplicates) << " duplicates, " << core->features->names().size() << " features, "
            << seconds << " ms, policy " << core->policy->hash << '\n';
  if (!options.labels.empty()) tell_labels(labels.size(), counts->labels);
  return counts->rejected == 0 ? kOk : kFailed;
}

}  // namespace

void add_features_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("features", "Window features of a history file, row for row");
  command->footer(kExamples);
  command->add_option("--policy", options->policy, "Policy directory")->required();
  command->add_option("--in", options->in, "History: .csv, .jsonl, also .gz, .xz, .zst; - for JSON lines on stdin")
      ->required();
  command->add_option("--out", options->out, "CSV to write, - for standard output");
  command->add_option("--arrays", options->arrays, "Directory for what models may look at, instead of --out");
  command->add_option("--labels", options->labels,
                      "Files (.jsonl, .csv) or topics with labels, besides those in the records");
  command->add_option("--from", options->from, "Payments from this time on; what is before is past for these alone");
  command->add_option("--until", options->until, "Payments before this time");
  command->add_option("--rejects", options->rejects, "File for rows that can't be read, with their reasons");
  command->add_option("--token-key", options->token_key, "Key of personal fields, if the policy has any");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
