// One block of topic_to_topic.py: sends records on a fixed schedule, whatever comes back, and receives what becomes of
// them. A latency is from when its record was due to be sent, so a late send counts, to when the receiver has the
// answer. The answer is known by its id: every record's must come, once, and nothing else.
//
//   topic_to_topic --brokers B --in TOPIC --out TOPIC --records FILE [--first N] [--rate N] [--seconds S] [--warm-up S]
//                  [--same] [--linger MS]
//
// --same: the answer is the record's own bytes. Prints one JSON object.
#include <librdkafka/rdkafka.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/kafka_client.h"

namespace weir::bench {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kGiveUpNs = 30 * kSecondNs;
constexpr std::int64_t kLingerForDuplicatesNs = kSecondNs / 2;

struct Options {
  std::string brokers;
  std::string in;
  std::string out;
  std::string records;
  std::size_t first = 0;
  std::size_t rate = 5000;
  std::size_t seconds = 60;
  std::size_t warm_up = 5;
  bool same = false;
  std::string linger = "1";
};

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecondNs + now.tv_nsec;
}

void sleep_until(std::int64_t due_ns) {
  const timespec due{due_ns / kSecondNs, due_ns % kSecondNs};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

// The text behind `name`; records and decisions both begin with their id.
std::string_view member(std::string_view json, std::string_view name) {
  const auto at = json.find(name);
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size();
  return json.substr(begin, json.find('"', begin) - begin);
}
std::string_view id_of(std::string_view json) { return member(json, "\"id\":\""); }

struct Record {
  std::string value;
  std::string_view key;
  std::int64_t due_ns = 0;
  std::int64_t sent_ns = 0;
  std::int64_t received_ns = 0;
};

std::vector<Record> read_records(const Options& options) {
  std::vector<Record> records((options.seconds + options.warm_up) * options.rate);
  std::ifstream file(options.records);
  std::string line;
  for (std::size_t i = 0; i < options.first; ++i) std::getline(file, line);
  for (Record& record : records) {
    if (!std::getline(file, record.value)) fail(options.records, "has too few records");
    record.key = member(record.value, "\"customer\":{\"id\":\"");
  }
  return records;
}

struct Faults {
  std::uint64_t unknown = 0;    // answers with an id that was not sent
  std::uint64_t twice = 0;      // further answers of one record
  std::uint64_t different = 0;  // --same, and they are not
};

void send(const Options& options, std::vector<Record>& records, std::int64_t start_ns) {
  prctl(PR_SET_TIMERSLACK, 1);
  Properties properties = kWriter;
  properties["client.id"] = "sender";
  properties["linger.ms"] = options.linger;
  rd_kafka_t* producer = connect(RD_KAFKA_PRODUCER, options.brokers, properties,
                                 [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
                                   if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
                                     fail("a record was not sent", rd_kafka_err2str(message->err));
                                 });
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, options.in.c_str(), nullptr);
  // Connected before the first record is due.
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(producer, 0, topic, &metadata, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail("topic " + options.in, "the broker does not answer");
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    Record& record = records[i];
    record.due_ns = start_ns + static_cast<std::int64_t>(i) * kSecondNs / static_cast<std::int64_t>(options.rate);
    if (now_ns() < record.due_ns) sleep_until(record.due_ns);
    record.sent_ns = now_ns();
    // No copy: the records outlive the producer.
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, record.value.data(), record.value.size(),
                            record.key.data(), record.key.size(), nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        fail("sending", rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(producer, 1);
    }
    if (i % 64 == 0) rd_kafka_poll(producer, 0);
  }
  if (rd_kafka_flush(producer, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("sending", "not all was acknowledged");
}

double milliseconds(const std::vector<std::int64_t>& sorted, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) * 1e-6;
}

int run(const Options& options) {
  std::vector<Record> records = read_records(options);
  std::unordered_map<std::string_view, Record*> by_id;
  by_id.reserve(records.size());
  for (Record& record : records) {
    if (!by_id.emplace(id_of(record.value), &record).second) fail(options.records, "an id stands in it twice");
  }
  Properties properties = kReader;
  properties["client.id"] = "receiver";
  rd_kafka_t* consumer = connect(RD_KAFKA_CONSUMER, options.brokers, properties, nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer);
  start_at_end(consumer, options.out, queue);

  const std::int64_t start_ns = now_ns() + kSecondNs / 2;
  std::atomic<bool> all_sent{false};
  std::thread sender([&] {
    send(options, records, start_ns);
    all_sent = true;
  });
  Faults faults;
  std::size_t received = 0;
  std::int64_t last_ns = now_ns();
  while (true) {
    rd_kafka_message_t* message = rd_kafka_consume_queue(queue, 100);
    const std::int64_t now = now_ns();
    if (message == nullptr) {
      const std::int64_t quiet_ns = now - last_ns;
      if (all_sent && quiet_ns > (received == records.size() ? kLingerForDuplicatesNs : kGiveUpNs)) break;
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail("receiving", rd_kafka_message_errstr(message));
    last_ns = now;
    const std::string_view value(static_cast<const char*>(message->payload), message->len);
    const auto found = by_id.find(id_of(value));
    if (found == by_id.end()) {
      ++faults.unknown;
    } else if (found->second->received_ns != 0) {
      ++faults.twice;
    } else {
      found->second->received_ns = now;
      ++received;
      if (options.same && value != found->second->value) ++faults.different;
    }
    rd_kafka_message_destroy(message);
  }
  sender.join();

  std::vector<std::int64_t> latencies;
  std::vector<std::int64_t> lateness;
  for (std::size_t i = options.warm_up * options.rate; i < records.size(); ++i) {
    if (records[i].received_ns == 0) continue;
    latencies.push_back(records[i].received_ns - records[i].due_ns);
    lateness.push_back(records[i].sent_ns - records[i].due_ns);
  }
  if (latencies.empty()) fail("receiving", "nothing came");
  std::sort(latencies.begin(), latencies.end());
  std::sort(lateness.begin(), lateness.end());
  std::printf(
      "{\"sent\": %zu, \"received\": %zu, \"unknown\": %llu, \"twice\": %llu, \"different\": %llu, "
      "\"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, \"p999\": %.3f, \"max\": %.3f, "
      "\"late_p99\": %.3f, \"late_max\": %.3f}\n",
      records.size(), received, static_cast<unsigned long long>(faults.unknown),
      static_cast<unsigned long long>(faults.twice), static_cast<unsigned long long>(faults.different),
      milliseconds(latencies, 0.5), milliseconds(latencies, 0.9), milliseconds(latencies, 0.99),
      milliseconds(latencies, 0.999), milliseconds(latencies, 1.0), milliseconds(lateness, 0.99),
      milliseconds(lateness, 1.0));
  const bool right = received == records.size() && faults.unknown == 0 && faults.twice == 0 && faults.different == 0;
  return right ? 0 : 1;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  weir::bench::Options options;
  bool right = true;
  for (int i = 1; right && i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--same") {
      options.same = true;
      continue;
    }
    if (i + 1 == argc) {
      right = false;
      break;
    }
    const std::string value = argv[++i];
    if (name == "--brokers")
      options.brokers = value;
    else if (name == "--in")
      options.in = value;
    else if (name == "--out")
      options.out = value;
    else if (name == "--records")
      options.records = value;
    else if (name == "--first")
      options.first = std::stoull(value);
    else if (name == "--rate")
      options.rate = std::stoull(value);
    else if (name == "--seconds")
      options.seconds = std::stoull(value);
    else if (name == "--warm-up")
      options.warm_up = std::stoull(value);
    else if (name == "--linger")
      options.linger = value;
    else
      right = false;
  }
  if (!right || options.brokers.empty() || options.in.empty() || options.out.empty() || options.records.empty()) {
    std::fprintf(stderr,
                 "usage: topic_to_topic --brokers B --in TOPIC --out TOPIC --records FILE [--first N] [--rate N]\n"
                 "                      [--seconds S] [--warm-up S] [--same] [--linger MS]\n");
    return 2;
  }
  const int code = weir::bench::run(options);
  std::fflush(stdout);
  std::_Exit(code);  // librdkafka's own clean-up takes seconds and changes nothing
}
