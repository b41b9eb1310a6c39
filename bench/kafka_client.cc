#include "bench/kafka_client.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace weir::bench {
namespace {

constexpr int kTimeoutMs = 10'000;

}  // namespace

const Properties kReader{
    {"client.id", "weir"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "false"},
    {"auto.offset.reset", "error"},
    {"isolation.level", "read_committed"},
    {"fetch.min.bytes", "1"},
    {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "100"},
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "32768"},
};

const Properties kWriter{
    {"client.id", "weir"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"message.timeout.ms", "0"},
    {"linger.ms", "0"},
    {"partitioner", "murmur2_random"},
    {"queue.buffering.max.messages", "200000"},
    {"queue.buffering.max.kbytes", "65536"},
};

void fail(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
  std::_Exit(1);
}

bool add_property(Properties& properties, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return false;
  properties[text.substr(0, equals)] = text.substr(equals + 1);
  return true;
}

rd_kafka_t* connect(rd_kafka_type_t type, const std::string& brokers, const Properties& properties,
                    OnDelivery on_delivery) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK) {
      fail("property " + name, reason.data());
    }
  };
  for (const auto& [name, value] : properties) set(name, value);
  set("bootstrap.servers", brokers);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_t* handle = rd_kafka_new(type, conf, reason.data(), reason.size());
  if (handle == nullptr) fail("librdkafka", reason.data());
  return handle;
}

void start_at_end(rd_kafka_t* consumer, const std::string& topic, rd_kafka_queue_t* queue) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (const auto code = rd_kafka_metadata(consumer, 0, handle, &metadata, kTimeoutMs);
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail("topic " + topic, rd_kafka_err2str(code));
  }
  if (metadata->topic_cnt != 1 || metadata->topics[0].partition_cnt == 0) fail("topic " + topic, "is not there");
  for (int p = 0; p < metadata->topics[0].partition_cnt; ++p) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (const auto code = rd_kafka_query_watermark_offsets(consumer, topic.c_str(), p, &low, &high, kTimeoutMs);
        code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      fail("the end of topic " + topic, rd_kafka_err2str(code));
    }
    if (rd_kafka_consume_start_queue(handle, p, high, queue) != 0) {
      fail("reading topic " + topic, rd_kafka_err2str(rd_kafka_last_error()));
    }
  }
  rd_kafka_metadata_destroy(metadata);
}

}  // namespace weir::bench
