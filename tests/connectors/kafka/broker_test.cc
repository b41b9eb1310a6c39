#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "connectors/kafka/kafka.h"
#include "engine/topic/partitioner.h"
#include "tests/connectors/kafka/real_broker.h"

namespace weir::kafka {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

TEST(KafkaBroker, RecordsComeBackWithKeyValueAndHeaders) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(2);
  auto writer = opened(open_writer(broker->options(), name));
  EXPECT_EQ(writer->topic_name(), name);
  EXPECT_EQ(writer->partition_count(), 2);
  const std::vector<topic::Header> headers{{"trace", "abc"}, {"trace", "def"}, {"empty", ""}};
  const std::string binary("\0\xff\n", 3);
  std::vector<topic::NewRecord> given(6);
  given[0].key = "k";
  given[0].value = "v";
  given[0].headers = headers;
  given[1].key = "tombstone";
  given[2].key = "";
  given[2].value = "";
  given[3].value = binary;
  given[4].headers = std::span(headers).first(1);
  given[5].key = std::string_view();
  given[5].value = std::string_view();
  given[5].headers = headers;
  for (std::size_t i = 0; i < given.size(); ++i) ASSERT_TRUE(*writer->append(1, given[i], 1ULL << (40 + i)));
  const auto acknowledged = await_acknowledgements(*writer, given.size());
  ASSERT_EQ(acknowledged.size(), given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    EXPECT_EQ(acknowledged[i].ticket, 1ULL << (40 + i));
    EXPECT_EQ(acknowledged[i].partition, 1);
    EXPECT_EQ(acknowledged[i].offset, static_cast<std::int64_t>(i));
  }

  auto reader = opened(open_reader(broker->options(), {name}));
  EXPECT_EQ(reader->topic_name(0), name);
  EXPECT_EQ(reader->partition_count(0), 2);
  const topic::OffsetRange range = opened(reader->offsets(0, 1));
  EXPECT_EQ(range.first, 0);
  EXPECT_EQ(range.end, 6);
  ASSERT_TRUE(reader->seek(0, 1, 0).ok());
  std::vector<topic::Record> records;
  const auto start = Clock::now();
  std::size_t i = 0;
  while (i < given.size() && ms_since(start) < 20'000) {
    wait_readable(reader->ready_fd(), 100);
    ASSERT_TRUE(reader->poll(4, records).ok());
    for (const topic::Record& record : records) {
      EXPECT_EQ(record.topic, 0U);
      EXPECT_EQ(record.partition, 1);
      EXPECT_EQ(record.offset, static_cast<std::int64_t>(i));
      EXPECT_GT(record.timestamp_ms, 1'600'000'000'000);
      EXPECT_EQ(record.key, given[i].key) << i;
      EXPECT_EQ(record.value, given[i].value) << i;
      EXPECT_EQ(std::vector(record.headers.begin(), record.headers.end()),
                std::vector(given[i].headers.begin(), given[i].headers.end()));
      ++i;
    }
  }
  EXPECT_EQ(i, given.size());
}

TEST(KafkaBroker, OrderHoldsWithinEachPartitionOfSeveralTopics) {
  WEIR_NEED_BROKER(broker);
  const std::vector<std::string> names{broker->make_topic(3), broker->make_topic(1)};
  constexpr int kRecords = 50'000;
  for (const std::string& name : names) {
    auto writer = opened(open_writer(broker->options({{"linger.ms", "5"}}), name));
    std::vector<std::int64_t> next(3, 0);
    std::vector<std::uint64_t> last(3, 0);
    for (const auto& one : append_numbers(*writer, topic::kPartitionByKey, kRecords)) {
      const auto p = static_cast<std::size_t>(one.partition);
      ASSERT_EQ(one.offset, next[p]++);
      ASSERT_TRUE(one.offset == 0 || one.ticket > last[p]);
      last[p] = one.ticket;
    }
  }
  auto reader = opened(open_reader(broker->options(), names));
  for (std::uint32_t t = 0; t < 2; ++t) {
    for (std::int32_t p = 0; p < reader->partition_count(t); ++p) ASSERT_TRUE(reader->seek(t, p, 0).ok());
  }
  std::vector<topic::Record> records;
  std::vector<std::vector<std::int64_t>> next(2, std::vector<std::int64_t>(3, 0));
  std::vector<std::vector<int>> last(2, std::vector<int>(3, -1));
  int seen = 0;
  const auto start = Clock::now();
  while (seen < 2 * kRecords && ms_since(start) < 60'000) {
    wait_readable(reader->ready_fd(), 100);
    ASSERT_TRUE(reader->poll(777, records).ok());
    for (const topic::Record& record : records) {
      const auto p = static_cast<std::size_t>(record.partition);
      ASSERT_EQ(record.offset, next[record.topic][p]++);
      const int number = std::stoi(std::string(*record.value));
      ASSERT_GT(number, last[record.topic][p]);
      last[record.topic][p] = number;
    }
    seen += static_cast<int>(records.size());
  }
  EXPECT_EQ(seen, 2 * kRecords);
}

TEST(KafkaBroker, KeysGoWhereTopicDirectoriesPutThem) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(7);
  auto writer = opened(open_writer(broker->options(), name));
  for (const auto& one : append_numbers(*writer, topic::kPartitionByKey, 500)) {
    EXPECT_EQ(one.partition, topic::partition_for_key(std::to_string(one.ticket), 7)) << one.ticket;
  }
}

TEST(KafkaBroker, TheReadyFdWakesAtOnceAndStaysSetWhileRecordsAreLeft) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  auto writer = opened(open_writer(broker->options(), name));
  auto reader = opened(open_reader(broker->options(), {name}));
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  std::vector<double> latency_ms;
  std::vector<topic::Record> records;
  topic::NewRecord record;
  record.value = "x";
  for (std::uint64_t i = 0; i < 60; ++i) {
    const auto start = Clock::now();
    ASSERT_TRUE(*writer->append(0, record, i));
    std::size_t seen = 0;
    while (seen == 0 && ms_since(start) < 10'000) {
      wait_readable(reader->ready_fd(), 1000);
      ASSERT_TRUE(reader->poll(10, records).ok());
      seen = records.size();
    }
    ASSERT_EQ(seen, 1U);
    latency_ms.push_back(ms_since(start));
  }
  std::sort(latency_ms.begin(), latency_ms.end());
  std::cout << "append to read: p50 " << latency_ms[30] << " ms, p90 " << latency_ms[54] << " ms\n";
  EXPECT_LT(latency_ms[30], 50) << "a reader that is not woken waits for fetch.wait.max.ms";

  for (std::uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(*writer->append(0, record, i));
  await_acknowledgements(*writer, 65);
  ASSERT_TRUE(reader->seek(0, 0, 60).ok());
  for (int seen = 0; seen < 5;) {
    ASSERT_TRUE(wait_readable(reader->ready_fd(), 5000));
    ASSERT_TRUE(reader->poll(1, records).ok());
    seen += static_cast<int>(records.size());
  }
}

TEST(KafkaBroker, AWriterAtItsBoundSaysFalseAndGoesOn) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  auto writer = opened(open_writer(broker->options({{"queue.buffering.max.messages", "10"}}), name));
  topic::NewRecord record;
  record.value = "x";
  std::uint64_t taken = 0;
  while (taken < 100 && *writer->append(0, record, taken)) ++taken;
  EXPECT_EQ(taken, 10U);
  await_acknowledgements(*writer, 10);
  EXPECT_TRUE(*writer->append(0, record, 10));
  await_acknowledgements(*writer, 1);
}

TEST(KafkaBroker, FlushEndsLingering) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  auto writer = opened(open_writer(broker->options({{"linger.ms", "5000"}}), name));
  const auto start = Clock::now();
  topic::NewRecord record;
  record.value = "x";
  ASSERT_TRUE(*writer->append(0, record, 1));
  std::vector<topic::Acknowledgement> acknowledged;
  while (acknowledged.empty() && ms_since(start) < 10'000) {
    ASSERT_TRUE(writer->flush().ok());
    wait_readable(writer->ready_fd(), 100);
    ASSERT_TRUE(writer->acknowledgements(acknowledged).ok());
  }
  EXPECT_LT(ms_since(start), 2000);
}

TEST(KafkaBroker, ATooLargeRecordIsAnErrorNamingSizeAndLimit) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1, {{"max.message.bytes", "5000"}});
  const std::string large(1'100'000, 'x');
  topic::NewRecord record;
  record.value = large;
  auto writer = opened(open_writer(broker->options(), name));
  const Result<bool> refused = writer->append(0, record, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("1100000 bytes, the limit is message.max.bytes=1000000"), std::string::npos)
      << refused.error().message;

  // Small enough for us, but not for the broker.
  auto second = opened(open_writer(broker->options(), name));
  record.value = std::string_view(large).substr(0, 6000);
  ASSERT_TRUE(*second->append(0, record, 1));
  Status status;
  std::vector<topic::Acknowledgement> acknowledged;
  const auto start = Clock::now();
  while (status.ok() && ms_since(start) < 20'000) {
    wait_readable(second->ready_fd(), 100);
    status = second->acknowledgements(acknowledged);
  }
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("too large: 6000 bytes"), std::string::npos) << status.error().message;
  EXPECT_TRUE(acknowledged.empty());
  EXPECT_FALSE(second->append(0, {}, 2).ok()) << "the error is final";
}

TEST(KafkaBroker, TopicsAreMadeOnceAndListed) {
  WEIR_NEED_BROKER(broker);
  const ClientOptions options = broker->options();
  EXPECT_TRUE(opened(create_topic(options, "made", 3, {{"retention.ms", "-1"}})));
  EXPECT_FALSE(opened(create_topic(options, "made", 3, {})));
  const Result<bool> other = create_topic(options, "made", 2, {});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message.find("is there with 3 partitions instead of 2"), std::string::npos)
      << other.error().message;
  const Result<bool> wrong = create_topic(options, "wrong", 1, {{"no.such.setting", "1"}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("no.such.setting"), std::string::npos) << wrong.error().message;
  const auto by_name = [](const TopicInfo& a, const TopicInfo& b) { return a.name < b.name; };
  const auto topics = opened(list_topics(options));
  EXPECT_TRUE(std::is_sorted(topics.begin(), topics.end(), by_name));
  const auto found = std::find_if(topics.begin(), topics.end(), [](const TopicInfo& t) { return t.name == "made"; });
  ASSERT_NE(found, topics.end());
  EXPECT_EQ(found->partitions, 3);
}

TEST(KafkaBroker, AMissingTopicIsAnErrorWithAWayOut) {
  WEIR_NEED_BROKER(broker);
  const auto reader = open_reader(broker->options(), {"missing"});
  ASSERT_FALSE(reader.ok());
  EXPECT_NE(reader.error().message.find("weir topics create kafka://" + broker->address() + "/missing"),
            std::string::npos)
      << reader.error().message;
  EXPECT_FALSE(open_writer(broker->options(), "missing").ok());
}

}  // namespace
}  // namespace weir::kafka
