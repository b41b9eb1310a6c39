// What topic_to_topic compares Weir with: the same client library, tuned the same way, that sends on what it reads and
// does nothing else. It keeps no position, waits for no acknowledgement and writes no audit record.
//
//   pass_through BROKERS INPUT OUTPUT [--consumer NAME=VALUE]... [--producer NAME=VALUE]...
#include <librdkafka/rdkafka.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/kafka_client.h"

namespace weir::bench {
namespace {

volatile std::sig_atomic_t stop = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail("a record was not written", rd_kafka_err2str(message->err));
}

int run(const char* brokers, const char* input, const char* output, const Properties& consumer_properties,
        const Properties& producer_properties) {
  // The settings of connectors/kafka/reader.cc and writer.cc.
  Properties reading = kReader;
  for (const auto& [name, value] : consumer_properties) reading[name] = value;
  Properties writing = kWriter;
  for (const auto& [name, value] : producer_properties) writing[name] = value;
  rd_kafka_t* producer = connect(RD_KAFKA_PRODUCER, brokers, writing, on_delivery);
  rd_kafka_t* consumer = connect(RD_KAFKA_CONSUMER, brokers, reading, nullptr);
  rd_kafka_topic_t* target = rd_kafka_topic_new(producer, output, nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer);
  start_at_end(consumer, input, queue);
  std::fprintf(stderr, "pass_through: live\n");
  while (stop == 0) {
    if (rd_kafka_message_t* message = rd_kafka_consume_queue(queue, 20)) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail("reading", rd_kafka_message_errstr(message));
      while (rd_kafka_produce(target, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, message->payload, message->len,
                              message->key, message->key_len, nullptr) != 0) {
        if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
          fail("writing", rd_kafka_err2str(rd_kafka_last_error()));
        rd_kafka_poll(producer, 1);
      }
      rd_kafka_message_destroy(message);
    }
    rd_kafka_poll(producer, 0);
  }
  rd_kafka_flush(producer, 10'000);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  weir::bench::Properties consumer;
  weir::bench::Properties producer;
  bool right = argc >= 4;
  for (int i = 4; right && i < argc; i += 2) {
    const bool reads = std::strcmp(argv[i], "--consumer") == 0;
    right = i + 1 < argc && (reads || std::strcmp(argv[i], "--producer") == 0) &&
            weir::bench::add_property(reads ? consumer : producer, argv[i + 1]);
  }
  if (!right) {
    std::fprintf(stderr,
                 "usage: pass_through BROKERS INPUT OUTPUT [--consumer NAME=VALUE]... [--producer NAME=VALUE]...\n");
    return 2;
  }
  for (const int signal : {SIGTERM, SIGINT}) {
    std::signal(signal, [](int) { weir::bench::stop = 1; });
  }
  // The handles are left to the end of the process.
  std::_Exit(weir::bench::run(argv[1], argv[2], argv[3], consumer, producer));
}
