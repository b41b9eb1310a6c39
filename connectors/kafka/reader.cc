#include <algorithm>
#include <utility>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka.h"

namespace weir::kafka {
namespace {

// librdkafka backs off for a second when its queue is full, so the queue has to hold more than a second's worth; it is
// bounded by its bytes, per partition.
const Settings kReaderDefaults{
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "false"},
    {"auto.offset.reset", "error"},  // an offset that has expired is an error, never a skip
    {"isolation.level", "read_committed"},
    {"fetch.min.bytes", "1"},
    // The broker answers at the first record. What this bounds is how long a partition that is sought or resumed waits
    // for the request that is out for the others.
    {"fetch.wait.max.ms", "100"},
    {"fetch.error.backoff.ms", "100"},
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "32768"},
};

// All partitions are fetched into one queue, by librdkafka's simple consumer: it needs no group and no coordinator.
class KafkaReader final : public topic::Reader {
 public:
  static Result<std::unique_ptr<topic::Reader>> open(const ClientOptions& options,
                                                     const std::vector<std::string>& names);
  ~KafkaReader() override;

  std::size_t topic_count() const override { return topics_.size(); }
  const std::string& topic_name(std::uint32_t topic) const override { return topics_[topic].name; }
  std::int32_t partition_count(std::uint32_t topic) const override {
    return static_cast<std::int32_t>(topics_[topic].partitions.size());
  }
  Result<topic::OffsetRange> offsets(std::uint32_t topic, std::int32_t partition) override;
  Result<topic::OffsetRange> known_offsets(std::uint32_t topic, std::int32_t partition) override {
    topic::OffsetRange range{-1, -1};
    rd_kafka_get_watermark_offsets(client_->handle(), topics_[topic].name.c_str(), partition, &range.first, &range.end);
    return range;
  }
  Status seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) override;
  Status poll(std::size_t max, std::vector<topic::Record>& out) override;
  Status pause(std::uint32_t topic, std::int32_t partition) override { return set_paused(topic, partition, true); }
  Status resume(std::uint32_t topic, std::int32_t partition) override { return set_paused(topic, partition, false); }
  void mirror_position(std::uint32_t topic, std::int32_t partition, std::int64_t offset) override;
  int ready_fd() const override { return wakeup_.fd(); }

 private:
  struct Partition {
    bool started = false;
    bool paused = false;
    std::int64_t sought = -1;
  };
  struct Topic {
    std::string name;
    Owned<rd_kafka_topic_t> handle;
    std::vector<Partition> partitions;
  };
  struct HeaderRange {
    std::size_t record;
    std::size_t first;
    std::size_t count;
  };

  Status add_topic(const std::string& name);
  void release_messages();
  Partition& at(std::uint32_t topic, std::int32_t partition);
  Status start(std::uint32_t topic, std::int32_t partition);
  Status stop(std::uint32_t topic, std::int32_t partition);
  Status set_paused(std::uint32_t topic, std::int32_t partition, bool paused);
  void take(const rd_kafka_message_t& message, std::vector<topic::Record>& out);
  void add_headers(const rd_kafka_message_t& message, std::size_t record);
  void complain(const rd_kafka_message_t& message);
  std::string place(std::uint32_t topic, std::int32_t partition) const {
    return "topic " + topics_[topic].name + " partition " + std::to_string(partition);
  }

  Wakeup wakeup_;
  bool mirrors_ = false;
  std::optional<Error> failure_;
  std::unique_ptr<Client> client_;
  Owned<rd_kafka_queue_t> queue_;
  std::vector<Topic> topics_;
  std::vector<rd_kafka_message_t*> messages_;  // those that the last poll's records point into
  std::vector<topic::Header> headers_;
  std::vector<HeaderRange> header_ranges_;
};

Result<std::unique_ptr<topic::Reader>> KafkaReader::open(const ClientOptions& options,
                                                         const std::vector<std::string>& names) {
  auto reader = std::make_unique<KafkaReader>();
  Result<Wakeup> wakeup = Wakeup::make();
  if (!wakeup) return wakeup.error();
  reader->wakeup_ = std::move(*wakeup);
  Result<Owned<rd_kafka_conf_t>> conf = Client::configure(options, kReaderDefaults);
  if (!conf) return conf.error();
  Result<std::unique_ptr<Client>> client = Client::connect(options, RD_KAFKA_CONSUMER, std::move(*conf));
  if (!client) return client.error();
  reader->client_ = std::move(*client);
  reader->mirrors_ = options.properties.contains("group.id");
  rd_kafka_t* const handle = reader->client_->handle();
  reader->queue_.reset(rd_kafka_queue_new(handle));
  const Owned<rd_kafka_queue_t> events(rd_kafka_queue_get_main(handle));
  reader->wakeup_.watch(reader->queue_.get());
  reader->wakeup_.watch(events.get());
  if (reader->mirrors_) {
    // What the group's coordinator complains of would gather unread in the group's own queue.
    const Owned<rd_kafka_queue_t> group(rd_kafka_queue_get_consumer(handle));
    if (group) rd_kafka_queue_forward(group.get(), reader->queue_.get());
  }
  for (const std::string& name : names) {
    if (Status added = reader->add_topic(name); !added) return added.error();
  }
  return std::unique_ptr<topic::Reader>(std::move(reader));
}

KafkaReader::~KafkaReader() {
  release_messages();
  for (std::uint32_t t = 0; t < topics_.size(); ++t) {
    for (std::int32_t p = 0; p < partition_count(t); ++p) (void)stop(t, p);
  }
}

Status KafkaReader::add_topic(const std::string& name) {
  for (const Topic& topic : topics_) {
    if (topic.name == name) return Error{"topic " + name + " is given twice"};
  }
  Topic added;
  added.name = name;
  added.handle.reset(rd_kafka_topic_new(client_->handle(), name.c_str(), nullptr));
  if (!added.handle) return client_->error("topic " + name, rd_kafka_last_error());
  const Result<std::int32_t> partitions = client_->partition_count(added.handle.get());
  if (!partitions) return partitions.error();
  added.partitions.resize(static_cast<std::size_t>(*partitions));
  topics_.push_back(std::move(added));
  return {};
}

KafkaReader::Partition& KafkaReader::at(std::uint32_t topic, std::int32_t partition) {
  WEIR_CHECK(topic < topics_.size() && partition >= 0 && partition < partition_count(topic), "no such partition");
  return topics_[topic].partitions[static_cast<std::size_t>(partition)];
}

Result<topic::OffsetRange> KafkaReader::offsets(std::uint32_t topic, std::int32_t partition) {
  (void)at(topic, partition);
  topic::OffsetRange range;
  const rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
      client_->handle(), topics_[topic].name.c_str(), partition, &range.first, &range.end, client_->timeout_ms());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client_->error("offsets of " + place(topic, partition), code);
  return range;
}

Status KafkaReader::start(std::uint32_t topic, std::int32_t partition) {
  Partition& state = at(topic, partition);
  if (rd_kafka_consume_start_queue(topics_[topic].handle.get(), partition, state.sought, queue_.get()) != 0) {
    return client_->error("cannot read " + place(topic, partition), rd_kafka_last_error());
  }
  state.started = true;
  return {};
}

Status KafkaReader::stop(std::uint32_t topic, std::int32_t partition) {
  Partition& state = at(topic, partition);
  if (!state.started) return {};
  state.started = false;
  if (rd_kafka_consume_stop(topics_[topic].handle.get(), partition) != 0) {
    return client_->error("cannot stop reading " + place(topic, partition), rd_kafka_last_error());
  }
  return {};
}

Status KafkaReader::seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) {
  Partition& state = at(topic, partition);
  if (offset < 0) return Error{"offset " + std::to_string(offset) + " is below 0"};
  if (Status stopped = stop(topic, partition); !stopped) return stopped;
  state.sought = offset;
  // A paused partition is fetched from when it is resumed.
  if (state.paused) return {};
  return start(topic, partition);
}

Status KafkaReader::set_paused(std::uint32_t topic, std::int32_t partition, bool paused) {
  Partition& state = at(topic, partition);
  state.paused = paused;
  if (!paused && !state.started && state.sought >= 0) {
    if (Status started = start(topic, partition); !started) return started;
  }
  if (!state.started) return {};
  const Owned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  const rd_kafka_topic_partition_t* one =
      rd_kafka_topic_partition_list_add(list.get(), topics_[topic].name.c_str(), partition);
  rd_kafka_t* const handle = client_->handle();
  const rd_kafka_resp_err_t code =
      paused ? rd_kafka_pause_partitions(handle, list.get()) : rd_kafka_resume_partitions(handle, list.get());
  const rd_kafka_resp_err_t own_code = code == RD_KAFKA_RESP_ERR_NO_ERROR ? one->err : code;
  if (own_code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return client_->error(std::string(paused ? "cannot pause " : "cannot resume ") + place(topic, partition), own_code);
}

void KafkaReader::mirror_position(std::uint32_t topic, std::int32_t partition, std::int64_t offset) {
  if (!mirrors_) return;
  const Owned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topics_[topic].name.c_str(), partition)->offset = offset;
  (void)rd_kafka_commit(client_->handle(), list.get(), 1);  // asynchronous; what goes wrong is logged
}

void KafkaReader::release_messages() {
  for (rd_kafka_message_t* message : messages_) rd_kafka_message_destroy(message);
  messages_.clear();
  headers_.clear();
  header_ranges_.clear();
}

void KafkaReader::add_headers(const rd_kafka_message_t& message, std::size_t record) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::size_t first = headers_.size();
  const char* name = nullptr;
  const void* content = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &content, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    headers_.push_back({name, {content == nullptr ? "" : static_cast<const char*>(content), size}});
  }
  header_ranges_.push_back({record, first, headers_.size() - first});
}

void KafkaReader::take(const rd_kafka_message_t& message, std::vector<topic::Record>& out) {
  std::uint32_t topic = 0;
  while (topics_[topic].handle.get() != message.rkt) ++topic;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  topic::Record record;
  record.topic = topic;
  record.partition = message.partition;
  record.offset = message.offset;
  record.timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : timestamp_ms;
  if (message.key != nullptr) record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  if (message.payload != nullptr) record.value.emplace(static_cast<const char*>(message.payload), message.len);
  out.push_back(record);
  add_headers(message, out.size() - 1);
}

void KafkaReader::complain(const rd_kafka_message_t& message) {
  if (failure_) return;
  const char* const reason = rd_kafka_message_errstr(&message);
  const std::string where = message.rkt == nullptr
                                ? "kafka " + client_->brokers()
                                : "kafka " + client_->brokers() + ": topic " + rd_kafka_topic_name(message.rkt) +
                                      " partition " + std::to_string(message.partition);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      failure_ = Error{where + ": offset " + std::to_string(message.offset) +
                       " is not there: it has expired or was never written (" + reason + ")"};
      return;
    case RD_KAFKA_RESP_ERR__BAD_MSG:  // going on would skip it
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      failure_ = Error{where + ": " + reason};
      return;
    default:
      if (is_permanent(message.err)) {
        failure_ = Error{where + ": " + reason};
      } else {
        client_->log(LogLevel::kWarning, where + ": " + reason);
      }
  }
}

Status KafkaReader::poll(std::size_t max, std::vector<topic::Record>& out) {
  out.clear();
  release_messages();
  // Cleared before the queue is emptied: what comes meanwhile sets it again. librdkafka signals only what comes into an
  // empty queue, so whatever is left behind is our own to signal.
  wakeup_.clear();
  client_->serve();
  messages_.resize(max);
  const ssize_t count = max == 0 ? 0 : rd_kafka_consume_batch_queue(queue_.get(), 0, messages_.data(), max);
  messages_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (messages_.size() == max) wakeup_.set();
  for (const rd_kafka_message_t* message : messages_) {
    if (failure_) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      take(*message, out);
    } else {
      complain(*message);
    }
  }
  for (const HeaderRange& range : header_ranges_) {
    out[range.record].headers = {headers_.data() + range.first, range.count};
  }
  if (count < 0 && !failure_) failure_ = client_->error("cannot read", rd_kafka_last_error());
  if (!failure_ && client_->failure()) failure_ = client_->failure();
  if (!failure_) return {};
  if (out.empty()) return *failure_;
  wakeup_.set();  // the records first, the failure at the next poll
  return {};
}

}  // namespace

Result<std::unique_ptr<topic::Reader>> open_reader(const ClientOptions& options,
                                                   const std::vector<std::string>& topics) {
  return KafkaReader::open(options, topics);
}

}  // namespace weir::kafka
