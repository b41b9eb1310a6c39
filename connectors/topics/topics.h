// Topics of any kind by their URL:
//
//   dir:PATH/topic                     a directory (connectors/topicdir)
//   kafka://host:port[,host:port]/topic   Apache Kafka (connectors/kafka)
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

namespace weir::topics {

enum class Kind : std::uint8_t { kDirectory, kKafka };

struct Url {
  Kind kind = Kind::kDirectory;
  std::string base;   // the directory, or the brokers
  std::string topic;  // empty in the URL of a base
};

// The URL of a topic; an error says which forms there are.
Result<Url> parse_topic_url(std::string_view text);
// The URL of what holds topics: dir:PATH or kafka://host:port.
Result<Url> parse_base_url(std::string_view text);
// As it would be written.
std::string url_text(const Url& url);

enum class LogLevel : std::uint8_t { kError, kWarning, kInfo, kDebug };

// What a kind has no use for, it ignores.
struct Options {
  // librdkafka's, above Weir's own choice; `group.id` makes readers mirror their positions to that group.
  std::map<std::string, std::string> kafka_properties;
  int kafka_timeout_ms = 30'000;
  // What a broker's client has to say (connections lost and found). On the thread that uses the reader or writer.
  std::function<void(LogLevel, std::string_view)> log;
  std::uint64_t segment_bytes = 256U << 20;            // directories
  std::uint64_t max_unacknowledged_bytes = 64U << 20;  // directories; Kafka: queue.buffering.max.kbytes
};

// Topic i of the reader is urls[i]. All of one kind and base: one directory tree or one Kafka cluster.
Result<std::unique_ptr<topic::Reader>> open_reader(const std::vector<std::string>& urls, const Options& options = {});
Result<std::unique_ptr<topic::Writer>> open_writer(const std::string& url, const Options& options = {});

// True: made. False: it was there, with as many partitions. An error if it is there with another number.
// `kafka_config` are Kafka's topic settings (retention.ms...); a directory keeps everything for ever.
Result<bool> create_topic(const std::string& url, std::int32_t partitions, const Options& options = {},
                          const std::map<std::string, std::string>& kafka_config = {});

struct TopicInfo {
  std::string url;
  std::string name;
  std::int32_t partitions = 0;
};
// Sorted by name.
Result<std::vector<TopicInfo>> list_topics(const std::string& base_url, const Options& options = {});

}  // namespace weir::topics
