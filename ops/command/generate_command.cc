#include "ops/command/generate_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/civil_time.h"
#include "ops/command/topic_sink.h"
#include "ops/generator/file_sink.h"
#include "ops/generator/generator.h"
#include "ops/generator/stream.h"

namespace weir::command {

namespace {

constexpr const char* kExamples = R"(Examples:
  weir generate --seed 7 --events 100000 --out payments.jsonl --labels labels.jsonl
      the first hundred thousand events, and the labels that have come in by then
  weir generate --days 60 --truth key.csv --out payments.jsonl
      two months, with the answer key: which events are fraud, and which only look like it
  weir generate --events 20 | jq .
      a look at the records
  weir generate --days 7 --malformed-share 0.001 --late-share 0.02 --out hard.jsonl
      a week with broken records and many late ones

The same seed and options give the same bytes on every machine. ops/generator/README.md describes the data.)";

struct Settings {
  generator::GeneratorOptions options;
  generator::StreamLimit limit;
  generator::FileSinkPaths paths;
  TopicSinkOptions topics;
  std::uint64_t days = 0;
  std::string start;
  std::string label_delay;
};

Status complete(Settings& settings) {
  if (!settings.start.empty()) {
    const auto start = parse_iso8601_ms(settings.start, true);
    if (!start) return Error{"--start is no time: write it as 2026-01-01T00:00:00Z"};
    settings.options.start_ms = *start;
  }
  if (!settings.label_delay.empty()) {
    const auto delay = parse_duration_ms(settings.label_delay);
    if (!delay) return Error{"--label-delay is no duration: write it as 12h or 3d"};
    settings.options.label_delay_ms = *delay;
  }
  if (Status checked = generator::check_options(settings.options); !checked) return checked;
  if (settings.days > 0) {
    settings.limit.until_ms = settings.options.start_ms + static_cast<std::int64_t>(settings.days) * 86'400'000;
  }
  if (settings.limit.transactions == 0 && settings.days == 0)
    return Error{"the stream has no end: give --events or --days"};
  if (settings.paths.labels == "-" || settings.paths.truth == "-") {
    return Error{"standard output is for --out: give --labels and --truth a file"};
  }
  return {};
}

Status run(Settings& settings) {
  if (Status completed = complete(settings); !completed) return completed;
  std::unique_ptr<generator::RecordSink> sink;
  if (settings.topics.transactions.empty()) {
    auto files = generator::FileSink::create(settings.paths);
    if (!files) return files.error();
    sink = std::move(*files);
  } else {
    auto topics = TopicSink::create(settings.topics);
    if (!topics) return topics.error();
    sink = std::move(*topics);
  }
  generator::Generator generator(settings.options);
  const auto counts = generator::write_stream(generator, settings.limit, *sink);
  if (!counts) return counts.error();
  std::cerr << counts->transactions << " transactions to " << iso8601(counts->last_stream_time_ms) << " ("
            << counts->fraud << " fraud, " << counts->lookalikes << " look-alikes, " << counts->late << " late, "
            << counts->duplicates << " duplicates, " << counts->malformed << " malformed), " << counts->labels
            << " labels\n";
  return {};
}

// Frauds that only the order of events tells from their honest twins.
void add_order_options(CLI::App& command, generator::GeneratorOptions& options) {
  command
      .add_option("--order-share", options.order_share,
                  "Payments of frauds that only the order of events tells from honest twins, 0 to 0.05")
      ->capture_default_str();
  command.add_option("--order-twins", options.order_twins, "Honest twins for each of them, 0.1 to 5")
      ->capture_default_str();
  command.add_option("--order-rounds", options.order_rounds, "Rounds of three visits before the loss, 3 to 6")
      ->capture_default_str();
  command.add_option("--order-gap-scale", options.order_gap_scale, "Multiplies the gaps of both, 0.25 to 8")
      ->capture_default_str();
  command.add_option("--order-amount-scale", options.order_amount_scale, "Multiplies the amounts of both, 0.25 to 4")
      ->capture_default_str();
}

}  // namespace

void add_generate_command(CLI::App& app, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  settings->paths.transactions = "-";
  generator::GeneratorOptions& options = settings->options;
  CLI::App* command = app.add_subcommand("generate", "Make up a stream of payments with fraud in it");
  command->footer(kExamples);
  command->add_option("--seed", options.seed, "Which stream: the same seed gives the same bytes")
      ->capture_default_str();
  command
      ->add_option("--first-id", options.first_id,
                   "Number in the first event's id: streams in the same topics must not share ids, 1 to 900000000000")
      ->capture_default_str();
  command->add_option("--events", settings->limit.transactions,
                      "Stop after so many records on the transactions stream");
  command->add_option("--days", settings->days, "Stop after so many days of stream time")->check(CLI::Range(1, 63'000));
  command
      ->add_option("--out", settings->paths.transactions,
                   "File for payments and profile changes, JSON lines; - is standard output")
      ->capture_default_str();
  command->add_option("--labels", settings->paths.labels, "File for the labels, JSON lines");
  command->add_option(
      "--to", settings->topics.transactions,
      "Topic for payments and profile changes instead of --out: dir:PATH/topic or kafka://host:port/topic");
  command->add_option("--labels-to", settings->topics.labels, "Topic for the labels");
  command->add_option("--rate", settings->topics.records_per_s,
                      "Records a second into the topics; 0: as they take them");
  command->add_option("--truth", settings->paths.truth, "File for the answer key, CSV: id,typology,fraud");
  command->add_option("--customers", options.customers, "How many customers the bank has, 50 to 1000000")
      ->capture_default_str();
  command->add_option("--merchants", options.merchants, "How many merchants there are, 1000 to 200000")
      ->capture_default_str();
  command->add_option("--start", settings->start, "Where stream time begins [2026-01-01T00:00:00Z]");
  command->add_option("--payments-per-day", options.payments_per_day, "A customer's mean, 0.5 to 20")
      ->capture_default_str();
  command->add_option("--fraud-share", options.fraud_share, "Part of all payments, 0 to 0.2")->capture_default_str();
  command->add_option("--lookalike-share", options.lookalike_share, "Payments of honest look-alikes, 0 to 0.2")
      ->capture_default_str();
  command
      ->add_option("--laundering-share", options.laundering_share, "Money laundering, part of all payments, 0 to 0.2")
      ->capture_default_str();
  command
      ->add_option("--laundering-lookalike-share", options.laundering_lookalike_share,
                   "Payments of its honest look-alikes, 0 to 0.2")
      ->capture_default_str();
  add_order_options(*command, options);
  command->add_option("--late-share", options.late_share, "Events that arrive minutes to hours late, 0 to 0.2")
      ->capture_default_str();
  command->add_option("--duplicate-share", options.duplicate_share, "Events that arrive twice, 0 to 0.2")
      ->capture_default_str();
  command->add_option("--malformed-share", options.malformed_share, "Broken records put in besides, 0 to 0.2")
      ->capture_default_str();
  command->add_option("--label-delay", settings->label_delay, "Median time from a fraud to its report, 1h to 60d [3d]");
  command
      ->add_option("--unreported-share", options.unreported_share,
                   "Incidents of fraud and laundering that nobody reports, 0 to 1")
      ->capture_default_str();
  command
      ->add_option("--false-dispute-share", options.false_dispute_share,
                   "Honest card payments that are disputed as fraud, 0 to 0.2")
      ->capture_default_str();
  command->callback([settings, &exit_code] {
    if (Status done = run(*settings); !done) {
      std::cerr << "weir generate: " << done.error().message << "\n";
      exit_code = 1;
    }
  });
}

}  // namespace weir::command
