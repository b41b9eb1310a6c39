#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka.h"
#include "tests/connectors/kafka/real_broker.h"

namespace weir::kafka {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

TEST(KafkaPosition, SeekingBackRedeliversFromThere) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  append_numbers(*opened(open_writer(broker->options(), name)), 0, 1000);
  auto reader = opened(open_reader(broker->options(), {name}));
  for (const std::int64_t start : {0, 500, 0, 999, 1, 998, 250}) {
    ASSERT_TRUE(reader->seek(0, 0, start).ok());
    const std::size_t count = static_cast<std::size_t>(std::min<std::int64_t>(1000 - start, 100));
    const auto copies = read_records(*reader, count);
    ASSERT_GE(copies.size(), count);
    for (std::size_t i = 0; i < copies.size(); ++i) {
      ASSERT_EQ(copies[i].offset, start + static_cast<std::int64_t>(i)) << "sought " << start;
      ASSERT_EQ(copies[i].value, std::to_string(copies[i].offset));
    }
  }
}

TEST(KafkaPosition, AnOffsetThatIsNotThereIsAnError) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  append_numbers(*opened(open_writer(broker->options(), name)), 0, 10);
  auto reader = opened(open_reader(broker->options(), {name}));
  EXPECT_FALSE(reader->seek(0, 0, -1).ok());
  ASSERT_TRUE(reader->seek(0, 0, 11).ok());
  const std::string message = read_error(*reader);
  EXPECT_NE(message.find(name + " partition 0: offset 11 is not there"), std::string::npos) << message;
  std::vector<topic::Record> records;
  EXPECT_FALSE(reader->poll(10, records).ok()) << "an error is final";
}

TEST(KafkaPosition, AnExpiredOffsetIsAnErrorAndNoSkip) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  append_numbers(*opened(open_writer(broker->options(), name)), 0, 10);
  auto conf = opened(Client::configure(broker->options(), {}));
  auto client = opened(Client::connect(broker->options(), RD_KAFKA_PRODUCER, std::move(conf)));
  const Owned<rd_kafka_topic_partition_list_t> before(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(before.get(), name.c_str(), 0)->offset = 5;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(before.get());
  const Owned<rd_kafka_queue_t> answers(rd_kafka_queue_new(client->handle()));
  rd_kafka_DeleteRecords(client->handle(), &request, 1, nullptr, answers.get());
  const Owned<rd_kafka_event_t> answer(rd_kafka_queue_poll(answers.get(), 10'000));
  rd_kafka_DeleteRecords_destroy(request);
  ASSERT_EQ(rd_kafka_event_error(answer.get()), RD_KAFKA_RESP_ERR_NO_ERROR);

  auto reader = opened(open_reader(broker->options(), {name}));
  EXPECT_EQ(opened(reader->offsets(0, 0)).first, 5);
  ASSERT_TRUE(reader->seek(0, 0, 4).ok());
  const std::string message = read_error(*reader);
  EXPECT_NE(message.find("offset 4 is not there: it has expired"), std::string::npos) << message;
  auto second = opened(open_reader(broker->options(), {name}));
  ASSERT_TRUE(second->seek(0, 0, 5).ok());
  EXPECT_EQ(read_records(*second, 5).size(), 5U);
}

TEST(KafkaPosition, PausedPartitionsGiveNothingAndLoseNothing) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(2);
  constexpr int kRecords = 20'000;
  {
    auto writer = opened(open_writer(broker->options({{"linger.ms", "5"}}), name));
    append_numbers(*writer, 0, kRecords);
    append_numbers(*writer, 1, kRecords);
  }
  auto reader = opened(open_reader(broker->options(), {name}));
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  ASSERT_TRUE(reader->seek(0, 1, 0).ok());
  std::vector<std::int64_t> next(2, 0);
  std::vector<topic::Record> records;
  const auto limit = Clock::now() + std::chrono::seconds(60);
  int paused = -1;
  int polls_with_records = 0;
  while (next[0] + next[1] < 2 * kRecords && Clock::now() < limit) {
    wait_readable(reader->ready_fd(), 20);
    ASSERT_TRUE(reader->poll(501, records).ok());
    for (const topic::Record& record : records) {
      ASSERT_NE(record.partition, paused);
      ASSERT_EQ(record.offset, next[static_cast<std::size_t>(record.partition)]++);
    }
    // Every few polls the other partition is paused, mid-stream.
    polls_with_records += records.empty() ? 0 : 1;
    const bool starved = records.empty() && paused >= 0 && next[static_cast<std::size_t>(1 - paused)] == kRecords;
    if (starved || (!records.empty() && polls_with_records % 5 == 0)) {
      if (paused >= 0) {
        ASSERT_TRUE(reader->resume(0, paused).ok());
      }
      paused = paused == 0 ? 1 : 0;
      ASSERT_TRUE(reader->pause(0, paused).ok());
    }
  }
  EXPECT_EQ(next[0], kRecords);
  EXPECT_EQ(next[1], kRecords);
}

TEST(KafkaPosition, APartitionPausedBeforeItIsSoughtWaitsToBeResumed) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  append_numbers(*opened(open_writer(broker->options(), name)), 0, 10);
  auto reader = opened(open_reader(broker->options(), {name}));
  ASSERT_TRUE(reader->pause(0, 0).ok());
  ASSERT_TRUE(reader->seek(0, 0, 3).ok());
  EXPECT_TRUE(read_records(*reader, 1, 300).empty());
  ASSERT_TRUE(reader->resume(0, 0).ok());
  EXPECT_EQ(read_records(*reader, 7).at(0).offset, 3);
  ASSERT_TRUE(reader->pause(0, 0).ok());
  ASSERT_TRUE(reader->seek(0, 0, 5).ok());
  EXPECT_TRUE(read_records(*reader, 1, 300).empty());
  ASSERT_TRUE(reader->resume(0, 0).ok());
  EXPECT_EQ(read_records(*reader, 5).at(0).offset, 5);
}

TEST(KafkaPosition, AbortedTransactionsAreNotSeen) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  const ClientOptions options = broker->options({{"transactional.id", "weir-test"}});
  auto client = opened(Client::connect(options, RD_KAFKA_PRODUCER, opened(Client::configure(options, {}))));
  rd_kafka_t* const handle = client->handle();
  ASSERT_EQ(rd_kafka_init_transactions(handle, 20'000), nullptr);
  for (const bool commit : {true, false, true}) {
    ASSERT_EQ(rd_kafka_begin_transaction(handle), nullptr);
    const std::string value = commit ? "committed" : "aborted";
    ASSERT_EQ(rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(name.c_str()), RD_KAFKA_V_PARTITION(0),
                                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(rd_kafka_flush(handle, 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(commit ? rd_kafka_commit_transaction(handle, 20'000) : rd_kafka_abort_transaction(handle, 20'000),
              nullptr);
  }
  auto reader = opened(open_reader(broker->options(), {name}));
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  const auto copies = read_records(*reader, 3, 1500);
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].value, "committed");
  EXPECT_EQ(copies[1].value, "committed");
  EXPECT_GT(copies[1].offset, 1) << "the markers and the aborted record have offsets of their own";
}

TEST(KafkaPosition, PositionsAreMirroredToTheGroup) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(2);
  append_numbers(*opened(open_writer(broker->options(), name)), 1, 10);
  auto reader = opened(open_reader(broker->options({{"group.id", "weir-mirror"}}), {name}));
  ASSERT_TRUE(reader->seek(0, 1, 0).ok());
  EXPECT_EQ(read_records(*reader, 10).size(), 10U);
  const ClientOptions options = broker->options({{"group.id", "weir-mirror"}});
  auto looker = opened(Client::connect(options, RD_KAFKA_CONSUMER, opened(Client::configure(options, {}))));
  const Owned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* one = rd_kafka_topic_partition_list_add(list.get(), name.c_str(), 1);
  const auto start = Clock::now();
  while (one->offset != 7 && ms_since(start) < 20'000) {
    reader->mirror_position(0, 1, 7);
    EXPECT_TRUE(read_records(*reader, 1, 200).empty());
    rd_kafka_committed(looker->handle(), list.get(), 5000);
  }
  EXPECT_EQ(one->offset, 7);
}

TEST(KafkaPosition, ATopicThatHasGoneIsComplainedOfAndWaitedFor) {
  WEIR_NEED_BROKER(broker);
  const std::string name = broker->make_topic(1);
  append_numbers(*opened(open_writer(broker->options(), name)), 0, 10);
  ClientOptions options = broker->options({{"topic.metadata.propagation.max.ms", "500"}});
  std::string complaints;
  int count = 0;
  options.log = [&](LogLevel, std::string_view text) {
    complaints += text;
    count += text.find("does not exist") != std::string_view::npos ? 1 : 0;
  };
  auto reader = opened(open_reader(options, {name}));
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  EXPECT_EQ(read_records(*reader, 10).size(), 10U);
  auto client = opened(Client::connect(options, RD_KAFKA_PRODUCER, opened(Client::configure(options, {}))));
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(name.c_str());
  const Owned<rd_kafka_queue_t> answers(rd_kafka_queue_new(client->handle()));
  rd_kafka_DeleteTopics(client->handle(), &request, 1, nullptr, answers.get());
  const Owned<rd_kafka_event_t> answer(rd_kafka_queue_poll(answers.get(), 10'000));
  rd_kafka_DeleteTopic_destroy(request);
  ASSERT_EQ(rd_kafka_event_error(answer.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(read_records(*reader, 1, 6000).empty());
  EXPECT_NE(complaints.find(name + " [0]: topic does not exist"), std::string::npos) << complaints;
  EXPECT_LE(count, 2) << "every ten seconds is enough";
}

}  // namespace
}  // namespace weir::kafka
