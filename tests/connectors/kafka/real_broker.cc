#include "tests/connectors/kafka/real_broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

namespace weir::kafka {
namespace {

std::string& reason() {
  static std::string text;
  return text;
}

std::string setup_script() {
  const char* source = ::getenv("WEIR_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/ops/setup/kafka";
}

}  // namespace

RealBroker* RealBroker::get() {
  static const std::unique_ptr<RealBroker> broker = []() -> std::unique_ptr<RealBroker> {
    std::unique_ptr<RealBroker> made(new RealBroker);
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-kafka-XXXXXX").string();
    made->directory_ = ::mkdtemp(pattern.data());
    std::string output;
    if (!made->run("start " + made->directory_ + " --port 0", output)) {
      reason() = output;
      return nullptr;
    }
    made->address_ = output;
    return made;
  }();
  return broker.get();
}

const std::string& RealBroker::why() { return reason(); }

RealBroker::~RealBroker() {
  std::string output;
  run("stop " + directory_ + " --now", output);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

// The last line of what the script printed on success, all of what it printed on failure.
bool RealBroker::run(const std::string& command, std::string& output) const {
  const std::string line = setup_script() + " " + command + " 2>&1";
  FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return false;
  output.clear();
  char buffer[4096];
  while (::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  const bool done = ::pclose(pipe) == 0;
  while (output.ends_with('\n')) output.pop_back();
  if (done && output.rfind('\n') != std::string::npos) output.erase(0, output.rfind('\n') + 1);
  return done;
}

ClientOptions RealBroker::options(std::map<std::string, std::string> properties) const {
  ClientOptions options;
  options.brokers = address_;
  options.properties = std::move(properties);
  return options;
}

void RealBroker::kill() {
  std::string output;
  EXPECT_TRUE(run("stop " + directory_ + " --now", output)) << output;
}

void RealBroker::start() {
  std::string output;
  EXPECT_TRUE(run("start " + directory_, output)) << output;
}

std::string RealBroker::make_topic(std::int32_t partitions, const std::map<std::string, std::string>& config) const {
  static int number = 0;
  const std::string name = "topic-" + std::to_string(number++);
  const Result<bool> made = create_topic(options(), name, partitions, config);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return name;
}

std::vector<Copy> read_records(topic::Reader& reader, std::size_t count, int limit_ms) {
  std::vector<Copy> copies;
  std::vector<topic::Record> records;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
  while (copies.size() < count && std::chrono::steady_clock::now() < limit) {
    wait_readable(reader.ready_fd(), 50);
    const Status status = reader.poll(1000, records);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    if (!status) break;
    for (const topic::Record& record : records) {
      copies.push_back({record.partition, record.offset, std::string(record.value.value_or("(none)"))});
    }
  }
  return copies;
}

std::vector<topic::Acknowledgement> await_acknowledgements(topic::Writer& writer, std::size_t count) {
  std::vector<topic::Acknowledgement> all;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (all.size() < count && std::chrono::steady_clock::now() < limit) {
    wait_readable(writer.ready_fd(), 100);
    const Status status = writer.acknowledgements(all);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    if (!status) break;
  }
  EXPECT_EQ(all.size(), count);
  return all;
}

std::vector<topic::Acknowledgement> append_numbers(topic::Writer& writer, std::int32_t partition, int count) {
  std::vector<topic::Acknowledgement> all;
  for (int i = 0; i < count;) {
    const std::string text = std::to_string(i);
    topic::NewRecord record;
    record.key = text;
    record.value = text;
    const Result<bool> appended = writer.append(partition, record, static_cast<std::uint64_t>(i));
    EXPECT_TRUE(appended.ok()) << (appended.ok() ? "" : appended.error().message);
    if (!appended) return all;
    if (*appended) {
      ++i;
      continue;
    }
    wait_readable(writer.ready_fd(), 1000);
    EXPECT_TRUE(writer.acknowledgements(all).ok());
  }
  const auto rest = await_acknowledgements(writer, static_cast<std::size_t>(count) - all.size());
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

std::string read_error(topic::Reader& reader) {
  std::vector<topic::Record> records;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < limit) {
    wait_readable(reader.ready_fd(), 100);
    const Status status = reader.poll(100, records);
    if (!status) return status.error().message;
  }
  return {};
}

}  // namespace weir::kafka
