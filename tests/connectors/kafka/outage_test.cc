#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/kafka.h"
#include "tests/connectors/kafka/real_broker.h"

namespace weir::kafka {
namespace {

TEST(KafkaOutage, NothingIsLostOrDoubledOrSwappedWhenTheBrokerIsKilledWhileAppending) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(2);
  std::vector<std::string> log;
  ClientOptions options = broker->options();
  options.log = [&](LogLevel, std::string_view text) { log.emplace_back(text); };
  auto writer = opened(open_writer(options, name));
  auto reader = opened(open_reader(options, {name}));
  for (std::int32_t p = 0; p < 2; ++p) ASSERT_TRUE(reader->seek(0, p, 0).ok());

  std::thread outage;
  std::vector<topic::Acknowledgement> acknowledged;
  std::vector<std::vector<int>> read(2);
  std::vector<topic::Record> records;
  const auto drain = [&] {
    ASSERT_TRUE(reader->poll(10'000, records).ok());
    for (const topic::Record& record : records) {
      auto& values = read[static_cast<std::size_t>(record.partition)];
      ASSERT_EQ(record.offset, static_cast<std::int64_t>(values.size()));
      values.push_back(std::stoi(std::string(*record.value)));
    }
    const Status status = writer->acknowledgements(acknowledged);
    ASSERT_TRUE(status.ok()) << status.error().message;
  };
  constexpr int kRecords = 30'000;
  for (int i = 0; i < kRecords;) {
    if (i == kRecords / 3 && !outage.joinable()) {
      outage = std::thread([&] {
        broker->kill();
        std::this_thread::sleep_for(std::chrono::seconds(2));
        broker->start();
      });
    }
    const std::string value = std::to_string(i);
    topic::NewRecord record;
    record.value = value;
    const Result<bool> appended = writer->append(i % 2, record, static_cast<std::uint64_t>(i));
    ASSERT_TRUE(appended.ok()) << appended.error().message;
    if (*appended) ++i;
    if (i % 10 == 0) {
      drain();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ASSERT_FALSE(HasFatalFailure());
  }
  // From here on: on a busy machine appending alone has taken two minutes.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (acknowledged.size() + read[0].size() + read[1].size() < 2 * kRecords &&
         std::chrono::steady_clock::now() < limit) {
    wait_readable(reader->ready_fd(), 20);
    drain();
    ASSERT_FALSE(HasFatalFailure());
  }
  outage.join();
  std::string told;
  for (const std::string& line : log) told += line + "\n";
  SCOPED_TRACE("the client said:\n" + told);
  EXPECT_EQ(read[0].size(), static_cast<std::size_t>(kRecords) / 2);
  EXPECT_EQ(read[1].size(), static_cast<std::size_t>(kRecords) / 2);
  ASSERT_EQ(acknowledged.size(), static_cast<std::size_t>(kRecords));
  std::vector<std::int64_t> next(2, 0);
  for (const topic::Acknowledgement& one : acknowledged) {
    const std::int64_t expected = next[static_cast<std::size_t>(one.partition)]++;
    ASSERT_TRUE(one.offset == expected || one.offset == topic::kUnknownOffset) << one.offset << " for " << expected;
    ASSERT_EQ(one.ticket, static_cast<std::uint64_t>(2 * expected + one.partition));
  }
  for (std::size_t p = 0; p < 2; ++p) {
    ASSERT_EQ(read[p].size(), static_cast<std::size_t>(kRecords) / 2);
    for (std::size_t i = 0; i < read[p].size(); ++i) ASSERT_EQ(read[p][i], static_cast<int>(2 * i + p));
  }
  EXPECT_FALSE(log.empty()) << "an outage is worth a line";
}

TEST(KafkaOutage, OpeningWithoutABrokerFailsInTimeAndSaysWhy) {
  ClientOptions options;
  options.brokers = "127.0.0.1:1";
  options.timeout_ms = 1000;
  const auto start = std::chrono::steady_clock::now();
  const auto writer = open_writer(options, "t");
  ASSERT_FALSE(writer.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_NE(writer.error().message.find("127.0.0.1:1"), std::string::npos) << writer.error().message;
  EXPECT_NE(writer.error().message.find("Connection refused"), std::string::npos) << writer.error().message;
  EXPECT_FALSE(open_reader(options, {"t"}).ok());
  EXPECT_FALSE(list_topics(options).ok());
  EXPECT_FALSE(create_topic(options, "t", 1, {}).ok());
}

TEST(KafkaOutage, AnUnknownPropertyIsRefusedByName) {
  ClientOptions options;
  options.brokers = "127.0.0.1:1";
  options.properties["no.such.property"] = "1";
  const auto writer = open_writer(options, "t");
  ASSERT_FALSE(writer.ok());
  EXPECT_NE(writer.error().message.find("no.such.property"), std::string::npos) << writer.error().message;
  options.properties = {{"acks", "many"}};
  EXPECT_FALSE(open_writer(options, "t").ok());
}

}  // namespace
}  // namespace weir::kafka
