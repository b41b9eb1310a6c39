// Errors that a real broker does not give on demand, from librdkafka's pretended cluster; it proves nothing else.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka.h"
#include "tests/connectors/kafka/real_broker.h"

// Wants rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

namespace weir::kafka {
namespace {

constexpr std::int16_t kProduceRequest = 0;
constexpr std::int16_t kFetchRequest = 1;

class PretendedCluster {
 public:
  PretendedCluster() {
    char reason[256];
    host_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof reason));
    cluster_ = rd_kafka_mock_cluster_new(host_.get(), 1);
    rd_kafka_mock_topic_create(cluster_, "t", 1, 1);
  }
  ~PretendedCluster() { rd_kafka_mock_cluster_destroy(cluster_); }
  ClientOptions options() const {
    ClientOptions options;
    options.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
    return options;
  }
  rd_kafka_mock_cluster_t* get() const { return cluster_; }

 private:
  Owned<rd_kafka_t> host_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

std::string write_error(topic::Writer& writer) {
  std::vector<topic::Acknowledgement> acknowledged;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < limit) {
    wait_readable(writer.ready_fd(), 100);
    const Status status = writer.acknowledgements(acknowledged);
    if (!status) return status.error().message;
  }
  return {};
}

TEST(KafkaInjected, PassingErrorsOfTheBrokerAreRetriedInOrder) {
  const PretendedCluster cluster;
  auto writer = opened(open_writer(cluster.options(), "t"));
  rd_kafka_mock_push_request_errors(cluster.get(), kProduceRequest, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  const auto acknowledged = append_numbers(*writer, 0, 20);
  ASSERT_EQ(acknowledged.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(acknowledged[i].ticket, i);
}

TEST(KafkaInjected, ARecordWhoseAnswerWasLostIsAcknowledgedWithoutItsOffset) {
  const PretendedCluster cluster;
  auto writer = opened(open_writer(cluster.options(), "t"));
  append_numbers(*writer, 0, 1);
  rd_kafka_mock_push_request_errors(cluster.get(), kProduceRequest, 1, RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
  topic::NewRecord record;
  record.value = "x";
  ASSERT_TRUE(*writer->append(0, record, 7));
  const auto acknowledged = await_acknowledgements(*writer, 1);
  ASSERT_EQ(acknowledged.size(), 1U);
  EXPECT_EQ(acknowledged[0].ticket, 7U);
  EXPECT_EQ(acknowledged[0].partition, 0);
  EXPECT_EQ(acknowledged[0].offset, topic::kUnknownOffset);
}

// With a broker that takes its time to answer.
TEST(KafkaInjected, WhatCannotLeaveAtOnceIsRefusedUntilTheAnswersAreThere) {
  const PretendedCluster cluster;
  auto writer = opened(open_writer(cluster.options(), "t"));
  append_numbers(*writer, 0, 1);
  rd_kafka_mock_broker_set_rtt(cluster.get(), 1, 1000);
  std::vector<topic::Acknowledgement> acknowledged;
  std::uint64_t ticket = 0;
  const std::string large(100'000, 'x');
  const auto append = [&](std::string_view value) {
    topic::NewRecord record;
    record.value = value;
    const auto taken = writer->append(0, record, ticket);
    EXPECT_TRUE(taken.ok());
    if (*taken) ++ticket;
    return *taken;
  };
  const auto look = [&] { ASSERT_TRUE(writer->acknowledgements(acknowledged).ok()); };
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(append("few are sent as they come"));
    look();
  }
  int taken = 0;
  while (taken < 100 && append(large)) ++taken;
  EXPECT_EQ(taken, 9) << "the fifth and those that come with it, as many as one request holds";
  look();
  EXPECT_FALSE(append("later"));
  EXPECT_TRUE(acknowledged.empty());
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (acknowledged.size() < ticket && std::chrono::steady_clock::now() < limit) {
    wait_readable(writer->ready_fd(), 100);
    look();
  }
  ASSERT_EQ(acknowledged.size(), 13U);
  for (std::size_t i = 0; i < acknowledged.size(); ++i) EXPECT_EQ(acknowledged[i].ticket, i);
  EXPECT_TRUE(append("later"));
}

TEST(KafkaInjected, AMissingPermissionToWriteIsFinal) {
  const PretendedCluster cluster;
  auto writer = opened(open_writer(cluster.options(), "t"));
  rd_kafka_mock_push_request_errors(cluster.get(), kProduceRequest, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  topic::NewRecord record;
  record.value = "x";
  ASSERT_TRUE(*writer->append(0, record, 1));
  const std::string message = write_error(*writer);
  EXPECT_NE(message.find("uthorization"), std::string::npos) << message;
  EXPECT_FALSE(writer->append(0, record, 2).ok());
}

TEST(KafkaInjected, AMissingPermissionToReadIsFinal) {
  const PretendedCluster cluster;
  append_numbers(*opened(open_writer(cluster.options(), "t")), 0, 1);
  auto reader = opened(open_reader(cluster.options(), {"t"}));
  rd_kafka_mock_push_request_errors(cluster.get(), kFetchRequest, 3, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  const std::string message = read_error(*reader);
  EXPECT_NE(message.find("uthorization"), std::string::npos) << message;
}

TEST(KafkaInjected, PassingErrorsWhileReadingAreWaitedOut) {
  const PretendedCluster cluster;
  append_numbers(*opened(open_writer(cluster.options(), "t")), 0, 5);
  auto reader = opened(open_reader(cluster.options(), {"t"}));
  rd_kafka_mock_push_request_errors(cluster.get(), kFetchRequest, 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR__TRANSPORT);
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  const auto copies = read_records(*reader, 5);
  ASSERT_EQ(copies.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(copies[i].offset, static_cast<std::int64_t>(i));
}

}  // namespace
}  // namespace weir::kafka
