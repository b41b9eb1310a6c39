#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka.h"

namespace weir::kafka {
namespace {

// Asking needs neither reading nor writing; of the two kinds of handle a producer starts less.
Result<std::unique_ptr<Client>> admin_client(const ClientOptions& options) {
  Result<Owned<rd_kafka_conf_t>> conf = Client::configure(options, {});
  if (!conf) return conf.error();
  return Client::connect(options, RD_KAFKA_PRODUCER, std::move(*conf));
}

// What CreateTopics answered for the one topic that was asked for.
rd_kafka_resp_err_t outcome(rd_kafka_event_t* event, std::string& reason) {
  const rd_kafka_resp_err_t whole = rd_kafka_event_error(event);
  if (whole != RD_KAFKA_RESP_ERR_NO_ERROR) {
    reason = rd_kafka_event_error_string(event);
    return whole;
  }
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  WEIR_CHECK(count == 1, "one answer for one topic");
  const char* text = rd_kafka_topic_result_error_string(results[0]);
  if (text != nullptr) reason = text;
  return rd_kafka_topic_result_error(results[0]);
}

Result<bool> compare_partitions(Client& client, const std::string& topic, std::int32_t partitions) {
  const Owned<rd_kafka_topic_t> handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return client.error("topic " + topic, rd_kafka_last_error());
  const Result<std::int32_t> there = client.partition_count(handle.get());
  if (!there) return there.error();
  if (*there == partitions) return false;
  return Error{"topic kafka://" + client.brokers() + "/" + topic + " is there with " + std::to_string(*there) +
               " partitions instead of " + std::to_string(partitions)};
}

bool has_leaders(const rd_kafka_metadata_t& metadata, const std::string& topic, std::int32_t partitions) {
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& found = metadata.topics[i];
    if (found.topic != topic || found.partition_cnt != partitions) continue;
    return std::all_of(found.partitions, found.partitions + partitions,
                       [](const rd_kafka_metadata_partition_t& partition) { return partition.leader >= 0; });
  }
  return false;
}

// A broker confirms a new topic a little before it lets anybody write to it.
Status wait_for_leaders(Client& client, const std::string& topic, std::int32_t partitions) {
  constexpr auto kPause = std::chrono::milliseconds(20);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(client.timeout_ms());
  const Owned<rd_kafka_topic_t> handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return client.error("topic " + topic, rd_kafka_last_error());
  while (std::chrono::steady_clock::now() < deadline) {
    const rd_kafka_metadata_t* asked = nullptr;
    const auto code = rd_kafka_metadata(client.handle(), 0, handle.get(), &asked, client.timeout_ms());
    const Owned<const rd_kafka_metadata_t> metadata(asked);
    client.serve();
    if (client.failure()) return *client.failure();
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && has_leaders(*metadata, topic, partitions)) return {};
    std::this_thread::sleep_for(kPause);
  }
  return client.error("topic " + topic + " is made, but not all of its partitions have a leader yet",
                      RD_KAFKA_RESP_ERR__TIMED_OUT);
}

}  // namespace

Result<bool> create_topic(const ClientOptions& options, const std::string& topic, std::int32_t partitions,
                          const std::map<std::string, std::string>& config) {
  Result<std::unique_ptr<Client>> connected = admin_client(options);
  if (!connected) return connected.error();
  Client& client = **connected;
  rd_kafka_t* const handle = client.handle();
  std::array<char, 512> reason{};
  constexpr int kBrokersDefaultReplication = -1;
  const Owned<rd_kafka_NewTopic_t> wanted(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, kBrokersDefaultReplication, reason.data(), reason.size()));
  if (!wanted) return Error{"kafka topic " + topic + ": " + reason.data()};
  for (const auto& [name, value] : config) {
    if (rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Error{"kafka topic " + topic + ": the setting " + name + "=" + value + " is not accepted"};
    }
  }
  const Owned<rd_kafka_AdminOptions_t> limits(rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  for (const auto& set : {rd_kafka_AdminOptions_set_request_timeout, rd_kafka_AdminOptions_set_operation_timeout}) {
    if (set(limits.get(), client.timeout_ms(), reason.data(), reason.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Error{"kafka topic " + topic + ": " + reason.data()};
    }
  }
  const Owned<rd_kafka_queue_t> answers(rd_kafka_queue_new(handle));
  rd_kafka_NewTopic_t* one = wanted.get();
  rd_kafka_CreateTopics(handle, &one, 1, limits.get(), answers.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(answers.get(), client.timeout_ms() + 1000));
  client.serve();
  if (client.failure()) return *client.failure();
  if (!event) return client.error("cannot make topic " + topic, RD_KAFKA_RESP_ERR__TIMED_OUT);
  std::string text;
  const rd_kafka_resp_err_t code = outcome(event.get(), text);
  if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return compare_partitions(client, topic, partitions);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error("cannot make topic " + topic + " (" + text + ")", code);
  if (Status known = wait_for_leaders(client, topic, partitions); !known) return known.error();
  return true;
}

Result<std::vector<TopicInfo>> list_topics(const ClientOptions& options) {
  Result<std::unique_ptr<Client>> connected = admin_client(options);
  if (!connected) return connected.error();
  Client& client = **connected;
  const rd_kafka_metadata_t* asked = nullptr;
  const rd_kafka_resp_err_t code = rd_kafka_metadata(client.handle(), 1, nullptr, &asked, client.timeout_ms());
  const Owned<const rd_kafka_metadata_t> metadata(asked);
  client.serve();
  if (client.failure()) return *client.failure();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error("cannot list the topics", code);
  std::vector<TopicInfo> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    if (!std::string_view(topic.topic).starts_with("__")) topics.push_back({topic.topic, topic.partition_cnt});
  }
  std::sort(topics.begin(), topics.end(), [](const TopicInfo& a, const TopicInfo& b) { return a.name < b.name; });
  return topics;
}

}  // namespace weir::kafka
