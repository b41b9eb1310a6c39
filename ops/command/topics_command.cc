#include "ops/command/topics_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "connectors/topics/topics.h"
#include "engine/base/json_writer.h"
#include "ops/command/topic_copy.h"

namespace weir::command {
namespace {

constexpr const char* kUrls = R"(A topic's URL is
  dir:PATH/topic                        a directory PATH/topic
  kafka://host:port[,host:port]/topic   Apache Kafka
and that of what holds topics the same without /topic.)";

constexpr const char* kExamples = R"(Examples:
  weir topics create dir:out/payments --partitions 4
  weir generate --events 1000 | weir topics write dir:out/payments --key-path account
  weir topics read dir:out/payments --max 5
  weir topics describe kafka://127.0.0.1:9092/payments

The exit status is 0 if it was done, 1 if it failed, 2 for a wrong command line.)";

constexpr const char* kListExamples = R"(Examples:
  weir topics list dir:out
  weir topics list kafka://127.0.0.1:9092 --json)";

constexpr const char* kCreateExamples = R"(Examples:
  weir topics create dir:out/payments --partitions 4
  weir topics create kafka://127.0.0.1:9092/audit --config retention.ms=-1

A topic that is there with as many partitions is left as it is.)";

constexpr const char* kDescribeExamples = R"(Examples:
  weir topics describe dir:out/payments
  weir topics describe kafka://127.0.0.1:9092/payments --json)";

constexpr const char* kReadExamples = R"(Examples:
  weir topics read dir:out/decisions --max 10
  weir topics read dir:out/audit --partition 0 --from 4711 --max 1 --json
  weir topics read kafka://127.0.0.1:9092/decisions --follow

Prints partition:offset, time, key, value and headers between tabs, up to the end as it is now.)";

constexpr const char* kWriteExamples = R"(Examples:
  weir topics write dir:out/payments --from payments.jsonl --key-path account
  zcat lines.gz | weir topics write kafka://127.0.0.1:9092/payments --key-separator '|'

One record for each line; files may be compressed (.gz, .xz, .zst). Done once all records are on disk.)";

struct Settings {
  std::string url;
  std::int32_t partitions = 1;
  std::vector<std::string> config;
  std::vector<std::string> properties;
  bool json = false;
  TopicRead read;
  TopicWrite write;
};

enum class Outcome : int { kDone = 0, kFailed = 1, kUsage = 2 };

Outcome complain(std::string_view command, const Error& error, Outcome outcome = Outcome::kFailed) {
  std::cerr << "weir topics " << command << ": " << error.message << "\n";
  return outcome;
}

Result<std::map<std::string, std::string>> parse_pairs(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) return Error{"`" + text + "` is not NAME=VALUE"};
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

void log_to_stderr(topics::LogLevel level, std::string_view text) {
  if (level <= topics::LogLevel::kWarning) std::cerr << text << "\n";
}

Outcome list(const Settings& settings, const topics::Options& options) {
  const auto found = topics::list_topics(settings.url, options);
  if (!found) return complain("list", found.error());
  std::string out;
  if (settings.json) {
    JsonWriter json(out);
    json.begin_array();
    for (const topics::TopicInfo& topic : *found) {
      json.begin_object();
      json.key("url");
      json.string(topic.url);
      json.key("partitions");
      json.integer(topic.partitions);
      json.end_object();
    }
    json.end_array();
    out.push_back('\n');
  } else {
    for (const topics::TopicInfo& topic : *found) {
      out += topic.url + "\t" + std::to_string(topic.partitions) +
             (topic.partitions == 1 ? " partition\n" : " partitions\n");
    }
  }
  std::cout << out;
  return Outcome::kDone;
}

Outcome create(const Settings& settings, const topics::Options& options) {
  const auto config = parse_pairs(settings.config);
  if (!config) return complain("create", config.error(), Outcome::kUsage);
  if (!config->empty() && topics::parse_topic_url(settings.url)->kind != topics::Kind::kKafka) {
    return complain("create", Error{"--config is for Kafka: a directory keeps everything"}, Outcome::kUsage);
  }
  const Result<bool> made = topics::create_topic(settings.url, settings.partitions, options, *config);
  if (!made) return complain("create", made.error());
  std::cout << (*made ? "made " : "there already: ") << settings.url << "\n";
  return Outcome::kDone;
}

Outcome describe(const Settings& settings, const topics::Options& options) {
  const auto reader = topics::open_reader({settings.url}, options);
  if (!reader) return complain("describe", reader.error());
  std::string out;
  JsonWriter json(out);
  if (settings.json) {
    json.begin_array();
  } else {
    out = "partition\tfirst\tend\trecords at most\n";
  }
  for (std::int32_t p = 0; p < (*reader)->partition_count(0); ++p) {
    const auto range = (*reader)->offsets(0, p);
    if (!range) return complain("describe", range.error());
    if (settings.json) {
      json.begin_object();
      json.key("partition");
      json.integer(p);
      json.key("first");
      json.integer(range->first);
      json.key("end");
      json.integer(range->end);
      json.end_object();
    } else {
      out += std::to_string(p) + "\t" + std::to_string(range->first) + "\t" + std::to_string(range->end) + "\t" +
             std::to_string(range->end - range->first) + "\n";
    }
  }
  if (settings.json) {
    json.end_array();
    out.push_back('\n');
  }
  std::cout << out;
  return Outcome::kDone;
}

Outcome read(Settings& settings, const topics::Options& options) {
  settings.read.url = settings.url;
  settings.read.json = settings.json;
  const Status done = read_topic(settings.read, options, std::cout);
  return done ? Outcome::kDone : complain("read", done.error());
}

Outcome write(Settings& settings, const topics::Options& options) {
  settings.write.url = settings.url;
  const Result<TopicWritten> written = write_topic(settings.write, options);
  if (!written) return complain("write", written.error());
  if (settings.json) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("records");
    json.unsigned_integer(written->records);
    json.key("without_key");
    json.unsigned_integer(written->without_key);
    json.end_object();
    std::cout << out << "\n";
  } else {
    std::cerr << written->records << (written->records == 1 ? " record" : " records") << " written to " << settings.url;
    if (written->without_key > 0) std::cerr << ", " << written->without_key << " of them without a key";
    std::cerr << "\n";
  }
  return Outcome::kDone;
}

using Run = Outcome (*)(Settings&, const topics::Options&);

}  // namespace

void add_topics_command(CLI::App& app, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* topics_app = app.add_subcommand("topics", "Make, list, describe, read and write topics");
  topics_app->footer(std::string(kUrls) + "\n\n" + kExamples);
  topics_app->require_subcommand(1);

  const auto add = [&](const char* name, const char* what, const char* examples, bool of_base, Run run) {
    CLI::App* command = topics_app->add_subcommand(name, what);
    command->footer(std::string(kUrls) + "\n\n" + examples);
    command->add_option("URL", settings->url, of_base ? "What holds the topics" : "The topic")->required();
    command->add_option("--kafka", settings->properties, "A property of librdkafka, NAME=VALUE; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command->callback([settings, &exit_code, name, of_base, run] {
      const auto url = of_base ? topics::parse_base_url(settings->url) : topics::parse_topic_url(settings->url);
      const auto properties = parse_pairs(settings->properties);
      Outcome outcome = Outcome::kDone;
      if (!url) {
        outcome = complain(name, url.error(), Outcome::kUsage);
      } else if (!properties) {
        outcome = complain(name, properties.error(), Outcome::kUsage);
      } else {
        topics::Options options;
        options.kafka_properties = *properties;
        options.kafka_timeout_ms = 10'000;
        options.log = log_to_stderr;
        outcome = run(*settings, options);
      }
      exit_code = static_cast<int>(outcome);
    });
    return command;
  };
  const auto add_json = [&](CLI::App* command, const char* what) { command->add_flag("--json", settings->json, what); };

  add_json(add("list", "Print the topics of a directory or a Kafka cluster", kListExamples, true,
               [](Settings& s, const topics::Options& o) { return list(s, o); }),
           "Print one JSON array");

  CLI::App* creating = add("create", "Make a topic", kCreateExamples, false,
                           [](Settings& s, const topics::Options& o) { return create(s, o); });
  creating->add_option("--partitions", settings->partitions, "How many, 1 to 1024")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  creating->add_option("--config", settings->config, "A setting of the topic in Kafka, NAME=VALUE; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);

  add_json(add("describe", "Print the partitions with their first and end offsets", kDescribeExamples, false,
               [](Settings& s, const topics::Options& o) { return describe(s, o); }),
           "Print one JSON array");

  CLI::App* reading = add("read", "Print records", kReadExamples, false, read);
  reading->add_option("--partition", settings->read.partition, "Only this one [all]");
  reading->add_option("--from", settings->read.from, "The first offset to print [the oldest there is]");
  reading->add_option("--max", settings->read.max, "Stop after so many records [all that are there]")
      ->check(CLI::PositiveNumber);
  reading->add_flag("--follow", settings->read.follow, "Go on with what comes, until interrupted");
  add_json(reading, "Print one JSON object per record");

  CLI::App* writing = add("write", "Append lines as records", kWriteExamples, false, write);
  writing->add_option("--from", settings->write.file, "A file of lines; - is standard input")->capture_default_str();
  writing->add_option("--partition", settings->write.partition, "All into this one [by key, as Kafka does]");
  CLI::Option* path = writing->add_option("--key-path", settings->write.key_path,
                                          "The key is this member of the JSON, as in card.number");
  writing
      ->add_option("--key-separator", settings->write.key_separator,
                   "The key stands at the start of the line, before this")
      ->excludes(path);
  add_json(writing, "Print the counts as a JSON object");
}

}  // namespace weir::command
