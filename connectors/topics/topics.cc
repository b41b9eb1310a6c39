#include "connectors/topics/topics.h"

#include "connectors/kafka/kafka.h"
#include "connectors/topicdir/topicdir.h"

namespace weir::topics {
namespace {

constexpr std::string_view kDirectoryScheme = "dir:";
constexpr std::string_view kKafkaScheme = "kafka://";

Error not_understood(std::string_view text, std::string_view expected) {
  return Error{"`" + std::string(text) + "` is not understood: expected " + std::string(expected)};
}

kafka::ClientOptions kafka_options(const Url& url, const Options& options) {
  kafka::ClientOptions out;
  out.brokers = url.base;
  out.properties = options.kafka_properties;
  out.timeout_ms = options.kafka_timeout_ms;
  if (options.log) {
    out.log = [log = options.log](kafka::LogLevel level, std::string_view text) {
      log(static_cast<LogLevel>(level), text);
    };
  }
  return out;
}

std::string directory_of(const Url& url) { return url.base + "/" + url.topic; }

bool is_topic_name(std::string_view name) {
  if (name.empty() || name.size() > 249 || name == "." || name == "..") return false;
  for (const char c : name) {
    const bool allowed =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

bool is_broker_list(std::string_view brokers) {
  return !brokers.empty() && brokers.find_first_of("/@ ") == std::string_view::npos;
}

}  // namespace

Result<Url> parse_base_url(std::string_view text) {
  constexpr std::string_view kExpected = "dir:PATH or kafka://host:port[,host:port...]";
  std::string_view rest = text;
  Url url;
  if (rest.starts_with(kDirectoryScheme)) {
    rest.remove_prefix(kDirectoryScheme.size());
    while (rest.size() > 1 && rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty()) return not_understood(text, kExpected);
  } else if (rest.starts_with(kKafkaScheme)) {
    url.kind = Kind::kKafka;
    rest.remove_prefix(kKafkaScheme.size());
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (!is_broker_list(rest)) return not_understood(text, kExpected);
  } else {
    return not_understood(text, kExpected);
  }
  url.base = rest;
  return url;
}

Result<Url> parse_topic_url(std::string_view text) {
  constexpr std::string_view kExpected = "dir:PATH/topic or kafka://host:port[,host:port...]/topic";
  std::string_view rest = text;
  Url url;
  if (rest.starts_with(kDirectoryScheme)) {
    rest.remove_prefix(kDirectoryScheme.size());
    while (rest.ends_with('/')) rest.remove_suffix(1);
  } else if (rest.starts_with(kKafkaScheme)) {
    url.kind = Kind::kKafka;
    rest.remove_prefix(kKafkaScheme.size());
  } else {
    return not_understood(text, kExpected);
  }
  const std::size_t slash = rest.rfind('/');
  url.topic = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
  if (slash == std::string_view::npos) {
    if (url.kind == Kind::kKafka) return not_understood(text, kExpected);
    url.base = ".";
  } else {
    url.base = slash == 0 ? "/" : rest.substr(0, slash);
  }
  if (url.kind == Kind::kKafka && !is_broker_list(url.base)) return not_understood(text, kExpected);
  if (!is_topic_name(url.topic)) {
    return not_understood(text, std::string(kExpected) + ", the topic of 1 to 249 letters, digits, `.`, `_` and `-`");
  }
  return url;
}

std::string url_text(const Url& url) {
  const std::string_view scheme = url.kind == Kind::kKafka ? kKafkaScheme : kDirectoryScheme;
  return std::string(scheme) + url.base + (url.topic.empty() ? "" : "/" + url.topic);
}

Result<std::unique_ptr<topic::Reader>> open_reader(const std::vector<std::string>& urls, const Options& options) {
  if (urls.empty()) return Error{"no topic to read"};
  std::vector<Url> parsed;
  for (const std::string& text : urls) {
    Result<Url> url = parse_topic_url(text);
    if (!url) return url.error();
    const bool same = parsed.empty() ||
                      (url->kind == parsed[0].kind && (url->kind == Kind::kDirectory || url->base == parsed[0].base));
    if (!same) {
      return Error{"topics that are read together must be in one place, but " + urls[0] + " and " + text + " are not"};
    }
    parsed.push_back(std::move(*url));
  }
  std::vector<std::string> names;
  for (const Url& url : parsed) names.push_back(url.kind == Kind::kKafka ? url.topic : directory_of(url));
  if (parsed[0].kind == Kind::kKafka) return kafka::open_reader(kafka_options(parsed[0], options), names);
  return topicdir::open_reader(names);
}

Result<std::unique_ptr<topic::Writer>> open_writer(const std::string& text, const Options& options) {
  const Result<Url> url = parse_topic_url(text);
  if (!url) return url.error();
  if (url->kind == Kind::kKafka) return kafka::open_writer(kafka_options(*url, options), url->topic);
  return topicdir::open_writer(directory_of(*url), {.segment_bytes = options.segment_bytes,
                                                    .max_unacknowledged_bytes = options.max_unacknowledged_bytes});
}

Result<bool> create_topic(const std::string& text, std::int32_t partitions, const Options& options,
                          const std::map<std::string, std::string>& kafka_config) {
  const Result<Url> url = parse_topic_url(text);
  if (!url) return url.error();
  if (url->kind == Kind::kKafka) {
    return kafka::create_topic(kafka_options(*url, options), url->topic, partitions, kafka_config);
  }
  return topicdir::create_topic(directory_of(*url), partitions);
}

Result<std::vector<TopicInfo>> list_topics(const std::string& base_url, const Options& options) {
  Result<Url> base = parse_base_url(base_url);
  if (!base) return base.error();
  std::vector<TopicInfo> topics;
  const auto add = [&](const std::string& name, std::int32_t partitions) {
    base->topic = name;
    topics.push_back({url_text(*base), name, partitions});
  };
  if (base->kind == Kind::kKafka) {
    const Result<std::vector<kafka::TopicInfo>> found = kafka::list_topics(kafka_options(*base, options));
    if (!found) return found.error();
    for (const kafka::TopicInfo& topic : *found) add(topic.name, topic.partitions);
    return topics;
  }
  const Result<std::vector<std::string>> found = topicdir::list_topics(base->base);
  if (!found) return found.error();
  for (const std::string& name : *found) {
    const Result<std::int32_t> partitions = topicdir::partition_count(base->base + "/" + name);
    if (!partitions) return partitions.error();
    add(name, *partitions);
  }
  return topics;
}

}  // namespace weir::topics
