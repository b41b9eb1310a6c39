#include <array>
#include <utility>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka.h"

namespace weir::kafka {
namespace {

const Settings kWriterDefaults{
    {"enable.idempotence", "true"},  // implies acks=all and order
    {"acks", "all"},
    {"message.timeout.ms", "0"},  // a record is never given up: the broker may be away as long as it likes
    {"linger.ms", "0"},
    {"partitioner", "murmur2_random"},
    {"queue.buffering.max.messages", "200000"},
    {"queue.buffering.max.kbytes", "65536"},
};

// librdkafka (2.0) sends nothing more to a partition while five messages of an idempotent producer are under way, and
// waits for them in a busy loop if any are queued. The processor time that this takes from a broker on the same machine
// makes its answers later still. So what can't leave at once waits with whoever drives us, and then leaves together.
constexpr std::size_t kMostUnderWay = 5;
constexpr std::size_t kMostGroupBytes = 900'000;  // less than librdkafka's batch.size: one request for a partition

// A librdkafka handle of its own for each writer: a fatal error, a full queue or a linger of one topic is then none of
// the others', and every writer has its own descriptor. Produce requests are made per partition, so sharing a handle
// would save threads, not requests.
class KafkaWriter final : public topic::Writer {
 public:
  static Result<std::unique_ptr<topic::Writer>> open(const ClientOptions& options, const std::string& topic);
  ~KafkaWriter() override;

  const std::string& topic_name() const override { return name_; }
  std::int32_t partition_count() const override { return partitions_; }
  Result<bool> append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) override;
  Status acknowledgements(std::vector<topic::Acknowledgement>& out) override;
  Status flush() override;
  int ready_fd() const override { return wakeup_.fd(); }

 private:
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*);
  void deliver(const rd_kafka_message_t& message);
  rd_kafka_resp_err_t produce(std::int32_t partition, const topic::NewRecord& record, void* ticket);
  Error refusal(rd_kafka_resp_err_t code, std::size_t bytes) const;
  const Error* failure() const;

  std::string name_;
  std::int32_t partitions_ = 0;
  std::string max_message_bytes_;
  bool lingers_ = false;
  std::size_t under_way_ = 0;  // appended and not acknowledged
  // What was appended since the last look for acknowledgements leaves together.
  bool group_is_open_ = false;
  std::size_t group_bytes_ = 0;
  Wakeup wakeup_;
  std::vector<topic::Acknowledgement> acknowledged_;
  std::optional<Error> failure_;
  std::unique_ptr<Client> client_;
  Owned<rd_kafka_topic_t> topic_;
};

// Non-null for empty text: to librdkafka a null pointer is an absent key or value.
void* pointer_to(const std::optional<std::string_view>& field) {
  static char empty = 0;
  if (!field) return nullptr;
  return field->empty() ? &empty : const_cast<char*>(field->data());
}

std::size_t size_of(const std::optional<std::string_view>& field) { return field ? field->size() : 0; }

std::string setting(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 64> text{};
  std::size_t size = text.size();
  rd_kafka_conf_get(conf, name, text.data(), &size);
  return text.data();
}

Result<std::unique_ptr<topic::Writer>> KafkaWriter::open(const ClientOptions& options, const std::string& topic) {
  auto writer = std::make_unique<KafkaWriter>();
  writer->name_ = topic;
  Result<Wakeup> wakeup = Wakeup::make();
  if (!wakeup) return wakeup.error();
  writer->wakeup_ = std::move(*wakeup);
  Result<Owned<rd_kafka_conf_t>> conf = Client::configure(options, kWriterDefaults);
  if (!conf) return conf.error();
  rd_kafka_conf_set_dr_msg_cb(conf->get(), on_delivery);
  writer->max_message_bytes_ = setting(conf->get(), "message.max.bytes");
  writer->lingers_ = setting(conf->get(), "linger.ms") != "0";
  Result<std::unique_ptr<Client>> client = Client::connect(options, RD_KAFKA_PRODUCER, std::move(*conf));
  if (!client) return client.error();
  writer->client_ = std::move(*client);
  rd_kafka_t* const handle = writer->client_->handle();
  rd_kafka_topic_conf_t* topic_conf = rd_kafka_default_topic_conf_dup(handle);
  rd_kafka_topic_conf_set_opaque(topic_conf, writer.get());
  writer->topic_.reset(rd_kafka_topic_new(handle, topic.c_str(), topic_conf));
  if (!writer->topic_) return writer->client_->error("topic " + topic, rd_kafka_last_error());
  const Result<std::int32_t> partitions = writer->client_->partition_count(writer->topic_.get());
  if (!partitions) return partitions.error();
  writer->partitions_ = *partitions;
  const Owned<rd_kafka_queue_t> queue(rd_kafka_queue_get_main(handle));
  writer->wakeup_.watch(queue.get());
  return std::unique_ptr<topic::Writer>(std::move(writer));
}

KafkaWriter::~KafkaWriter() {
  if (!client_) return;
  // What is purged is still reported, to an object that is going: the reports are served and forgotten here.
  rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  client_->serve();
}

rd_kafka_resp_err_t KafkaWriter::produce(std::int32_t partition, const topic::NewRecord& record, void* ticket) {
  void* const value = pointer_to(record.value);
  void* const key = pointer_to(record.key);
  if (record.headers.empty()) {
    const int failed = rd_kafka_produce(topic_.get(), partition, RD_KAFKA_MSG_F_COPY, value, size_of(record.value), key,
                                        size_of(record.key), ticket);
    return failed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }
  Owned<rd_kafka_headers_t> headers(rd_kafka_headers_new(record.headers.size()));
  for (const topic::Header& header : record.headers) {
    const std::optional<std::string_view> content = header.value;
    rd_kafka_header_add(headers.get(), header.name.empty() ? "" : header.name.data(),
                        static_cast<ssize_t>(header.name.size()), pointer_to(content),
                        static_cast<ssize_t>(header.value.size()));
  }
  const rd_kafka_resp_err_t code =
      rd_kafka_producev(client_->handle(), RD_KAFKA_V_RKT(topic_.get()), RD_KAFKA_V_PARTITION(partition),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, size_of(record.value)),
                        RD_KAFKA_V_KEY(key, size_of(record.key)), RD_KAFKA_V_HEADERS(headers.get()),
                        RD_KAFKA_V_OPAQUE(ticket), RD_KAFKA_V_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();  // taken over
  return code;
}

Result<bool> KafkaWriter::append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) {
  WEIR_CHECK(partition >= topic::kPartitionByKey && partition < partitions_, "no such partition");
  if (const Error* error = failure()) return *error;
  static_assert(sizeof(void*) >= sizeof ticket, "a ticket travels as a pointer");
  static_assert(topic::kPartitionByKey == RD_KAFKA_PARTITION_UA);
  const std::size_t bytes = size_of(record.key) + size_of(record.value);
  if (!group_is_open_) {
    if (under_way_ >= kMostUnderWay) return false;
    group_is_open_ = true;
    group_bytes_ = 0;
  } else if (group_bytes_ + bytes > kMostGroupBytes && under_way_ > 0) {
    return false;
  }
  const rd_kafka_resp_err_t code = produce(partition, record, reinterpret_cast<void*>(ticket));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++under_way_;
    group_bytes_ += bytes;
    return true;
  }
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  return refusal(code, bytes);
}

Error KafkaWriter::refusal(rd_kafka_resp_err_t code, std::size_t bytes) const {
  const std::string what = "a record could not be written to topic " + name_;
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    return Error{"kafka " + client_->brokers() + ": " + what + ": it is too large: " + std::to_string(bytes) +
                 " bytes, the limit is message.max.bytes=" + max_message_bytes_ +
                 " here, and max.message.bytes of the topic"};
  }
  return client_->error(what, code);
}

void KafkaWriter::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  static_cast<KafkaWriter*>(rd_kafka_topic_opaque(message->rkt))->deliver(*message);
}

void KafkaWriter::deliver(const rd_kafka_message_t& message) {
  --under_way_;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (!failure_) failure_ = refusal(message.err, message.len + message.key_len);
    return;
  }
  // Behind a lost record nothing counts: whoever waits for it must not see its successors succeed.
  if (failure_) return;
  const std::int64_t offset = message.offset < 0 ? topic::kUnknownOffset : message.offset;
  acknowledged_.push_back({reinterpret_cast<std::uint64_t>(message._private), message.partition, offset});
}

const Error* KafkaWriter::failure() const {
  if (failure_) return &*failure_;
  return client_->failure() ? &*client_->failure() : nullptr;
}

Status KafkaWriter::acknowledgements(std::vector<topic::Acknowledgement>& out) {
  // Cleared before the queue is emptied: what comes meanwhile sets it again.
  wakeup_.clear();
  client_->serve();
  group_is_open_ = false;
  out.insert(out.end(), acknowledged_.begin(), acknowledged_.end());
  acknowledged_.clear();
  if (const Error* error = failure()) return *error;
  return {};
}

Status KafkaWriter::flush() {
  if (const Error* error = failure()) return *error;
  // librdkafka ends lingering only for as long as its flush waits: a millisecond suffices to wake its thread. That not
  // all is acknowledged by then is no failure.
  if (lingers_) rd_kafka_flush(client_->handle(), 1);
  return {};
}

}  // namespace

Result<std::unique_ptr<topic::Writer>> open_writer(const ClientOptions& options, const std::string& topic) {
  return KafkaWriter::open(options, topic);
}

}  // namespace weir::kafka
