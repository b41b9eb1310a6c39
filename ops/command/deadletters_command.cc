#include "ops/command/deadletters_command.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/topics/topics.h"
#include "engine/base/json_writer.h"
#include "engine/shard/dead_letter.h"
#include "ops/command/terminal.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr std::size_t kPollRecords = 512;
constexpr int kWaitMs = 100;
constexpr std::int64_t kGiveUpNs = 30'000'000'000;
constexpr std::size_t kShownBytes = 160;

constexpr const char* kExamples = R"(Examples:
  weir deadletters list dir:run/dead-letters
      what could not be read: where it stood, and why
  weir deadletters list kafka://localhost:9092/dead-letters --reason missing_field --json
  weir deadletters feed dir:run/dead-letters --to dir:run/transactions --reason unknown_enum_value
      after the schema was mended: their original bytes and keys go to the input topic again)";

struct Options {
  std::string topic;
  std::string to;
  std::string reason;
  bool json = false;
  bool bytes = false;
};

std::map<std::string, std::string> weir_headers(const topic::Record& record) {
  std::map<std::string, std::string> found;
  for (const auto& header : record.headers) {
    if (header.name.starts_with(shard::kHeaderPrefix)) found[std::string(header.name)] = header.value;
  }
  return found;
}

// Calls `take` for each dead letter that the options ask for, up to where the topic ends now.
Status each(const Options& options, const std::function<Status(const topic::Record&)>& take) {
  auto reader = topics::open_reader({options.topic});
  if (!reader) return reader.error();
  std::uint64_t left = 0;
  std::map<std::int32_t, std::int64_t> ends;
  for (std::int32_t p = 0; p < (*reader)->partition_count(0); ++p) {
    auto range = (*reader)->offsets(0, p);
    if (!range) return range.error();
    ends[p] = range->end;
    left += static_cast<std::uint64_t>(range->end - range->first);
    if (range->end == range->first) continue;
    if (auto status = (*reader)->seek(0, p, range->first); !status) return status;
  }
  std::vector<topic::Record> records;
  auto last_came = monotonic_ns();
  while (left > 0) {
    if (auto status = (*reader)->poll(kPollRecords, records); !status) return status;
    if (records.empty()) {
      if (monotonic_ns() - last_came > kGiveUpNs) return Error{options.topic + ": no record for 30 s"};
      wait_for({(*reader)->ready_fd()}, kWaitMs);
      continue;
    }
    last_came = monotonic_ns();
    for (const auto& record : records) {
      if (record.offset >= ends[record.partition]) continue;
      --left;
      const auto headers = weir_headers(record);
      const auto reason = headers.find(std::string(shard::kReasonHeader));
      if (!options.reason.empty() && (reason == headers.end() || reason->second != options.reason)) continue;
      if (auto status = take(record); !status) return status;
    }
  }
  return {};
}

void print_json(const topic::Record& record) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  // The letter's own place; without the prefix the headers' names are those of the original's.
  json.key("letter_partition");
  json.integer(record.partition);
  json.key("letter_offset");
  json.integer(record.offset);
  for (const auto& [name, value] : weir_headers(record)) {
    json.key(std::string_view(name).substr(shard::kHeaderPrefix.size()));
    json.string(value);
  }
  json.key("bytes");
  json.unsigned_integer(record.value ? record.value->size() : 0);
  json.end_object();
  std::cout << line << '\n';
}

// Control characters and broken UTF-8 would garble a terminal.
std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, kShownBytes)) text.push_back(c >= 0x20 && c < 0x7f ? c : '.');
  if (bytes.size() > kShownBytes) text += "...";
  return text;
}

void print(const topic::Record& record, bool with_bytes) {
  auto headers = weir_headers(record);
  const auto get = [&](std::string_view name) { return headers[std::string(name)]; };
  std::cout << record.partition << '/' << record.offset << ": " << get(shard::kReasonHeader);
  if (!get(shard::kFieldHeader).empty()) std::cout << ", field " << get(shard::kFieldHeader);
  std::cout << ", byte " << get(shard::kByteOffsetHeader) << " of " << get(shard::kTopicHeader) << '/'
            << get(shard::kPartitionHeader) << " offset " << get(shard::kOffsetHeader) << ": "
            << get(shard::kDetailHeader) << '\n';
  if (with_bytes) std::cout << "    " << printable(record.value.value_or("")) << '\n';
}

int list(const Options& options) {
  std::uint64_t count = 0;
  const auto status = each(options, [&](const topic::Record& record) {
    ++count;
    options.json ? print_json(record) : print(record, options.bytes);
    return Status();
  });
  if (!status) return fail(status.error().message);
  if (!options.json) std::cout << grouped(count) << " dead letters\n";
  return kOk;
}

Status drain(topic::Writer& writer, std::uint64_t& acknowledged, std::uint64_t until) {
  std::vector<topic::Acknowledgement> acknowledgements;
  auto last_came = monotonic_ns();
  if (auto status = writer.flush(); !status) return status;
  while (true) {
    acknowledgements.clear();
    if (auto status = writer.acknowledgements(acknowledgements); !status) return status;
    acknowledged += acknowledgements.size();
    if (acknowledged >= until) return {};
    if (!acknowledgements.empty()) last_came = monotonic_ns();
    if (monotonic_ns() - last_came > kGiveUpNs) return Error{writer.topic_name() + ": no acknowledgement for 30 s"};
    wait_for({writer.ready_fd()}, kWaitMs);
  }
}

int feed(const Options& options) {
  auto writer = topics::open_writer(options.to);
  if (!writer) return fail(writer.error().message);
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  const auto status = each(options, [&](const topic::Record& record) -> Status {
    std::vector<topic::Header> headers;
    for (const auto& header : record.headers) {
      if (!header.name.starts_with(shard::kHeaderPrefix)) headers.push_back(header);
    }
    while (true) {
      auto taken = (*writer)->append(topic::kPartitionByKey, {record.key, record.value, headers}, sent);
      if (!taken) return taken.error();
      if (*taken) break;
      if (auto drained = drain(**writer, acknowledged, acknowledged + 1); !drained) return drained;
    }
    ++sent;
    return {};
  });
  if (!status) return fail(status.error().message);
  if (auto drained = drain(**writer, acknowledged, sent); !drained) return fail(drained.error().message);
  std::cout << grouped(sent) << " records fed back to " << options.to << '\n';
  return kOk;
}

}  // namespace

void add_deadletters_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("deadletters", "Lists dead letters and feeds them back");
  command->footer(kExamples);
  command->require_subcommand(1);
  const auto common = [&](CLI::App* sub) {
    sub->footer(kExamples);
    sub->add_option("topic", options->topic, "The dead-letter topic")->required();
    sub->add_option("--reason", options->reason, "Those with this reason alone");
  };
  auto* list_command = command->add_subcommand("list", "What could not be read, and why");
  common(list_command);
  auto* json = list_command->add_flag("--json", options->json, "One JSON object per dead letter");
  list_command->add_flag("--bytes", options->bytes, "How each begins, personal data and all")->excludes(json);
  list_command->callback([options, &exit_code] { exit_code = list(*options); });
  auto* feed_command = command->add_subcommand("feed", "Sends the original records to an input topic again");
  common(feed_command);
  feed_command->add_option("--to", options->to, "The input topic")->required();
  feed_command->callback([options, &exit_code] { exit_code = feed(*options); });
}

}  // namespace weir::command
