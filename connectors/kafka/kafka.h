// Topics of Apache Kafka through librdkafka. A broker that is away is waited for, whether while writing or reading, and
// so is a topic that has gone: a restarting broker may deny for a moment that it has it. What no waiting can mend
// (authorisation, a record too large, an offset that has expired) is an error.
//
// librdkafka's own log and its complaints about connections go to the log function, on the thread that calls poll() or
// acknowledgements(). A complaint that repeats itself is passed on every ten seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::kafka {

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };
using Log = std::function<void(LogLevel, std::string_view)>;

struct ClientOptions {
  std::string brokers;  // host:port, several separated by commas
  // Any property of librdkafka, above Weir's own choice of it; an unknown one is an error when opening.
  std::map<std::string, std::string> properties;
  // How long opening and asking may wait for a broker.
  int timeout_ms = 30'000;
  Log log;
};

struct TopicInfo {
  std::string name;
  std::int32_t partitions = 0;
};

// Reads without a consumer group: positions are the caller's. Unless the properties say otherwise only committed
// transactions are seen, and an offset that is not there is an error. With `group.id` among the properties
// mirror_position() commits offsets to that group; else it does nothing.
Result<std::unique_ptr<topic::Reader>> open_reader(const ClientOptions& options,
                                                   const std::vector<std::string>& topics);

// Idempotent, acknowledged by all replicas in sync, tried for ever (message.timeout.ms=0), sent at once (linger.ms=0).
// Records not yet acknowledged when the writer is destroyed may or may not be written.
Result<std::unique_ptr<topic::Writer>> open_writer(const ClientOptions& options, const std::string& topic);

// `config` as for Kafka's topics (retention.ms, cleanup.policy...). True: made. False: it was there, with as many
// partitions. An error if it is there with another number.
Result<bool> create_topic(const ClientOptions& options, const std::string& topic, std::int32_t partitions,
                          const std::map<std::string, std::string>& config);

// Sorted by name, without Kafka's internal ones.
Result<std::vector<TopicInfo>> list_topics(const ClientOptions& options);

}  // namespace weir::kafka
