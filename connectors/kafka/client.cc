#include "connectors/kafka/client.h"

#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace weir::kafka {
namespace {

LogLevel level_of(int syslog_level) {
  if (syslog_level <= LOG_ERR) return LogLevel::kError;
  if (syslog_level == LOG_WARNING) return LogLevel::kWarning;
  return syslog_level == LOG_DEBUG ? LogLevel::kDebug : LogLevel::kInfo;
}

constexpr auto kRepeatComplaintsEvery = std::chrono::seconds(10);

const Settings kEveryClient{
    {"client.id", "weir"},
    {"log.connection.close", "false"},  // idle connections come and go
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},  // a broker that is back is found within a second
    {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},  // latency
};

}  // namespace

bool is_permanent(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return true;
    default:
      return false;
  }
}

Result<Wakeup> Wakeup::make() {
  Wakeup wakeup;
  wakeup.fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wakeup.fd_ < 0) return Error{"cannot make an eventfd: too many open files (raise the limit with ulimit -n)"};
  return wakeup;
}

Wakeup::~Wakeup() {
  if (fd_ >= 0) ::close(fd_);
}

Wakeup::Wakeup(Wakeup&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Wakeup& Wakeup::operator=(Wakeup&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Wakeup::watch(rd_kafka_queue_t* queue) const {
  static constexpr std::uint64_t kOne = 1;
  rd_kafka_queue_io_event_enable(queue, fd_, &kOne, sizeof kOne);
}

void Wakeup::set() const {
  const std::uint64_t one = 1;
  (void)!::write(fd_, &one, sizeof one);  // fails only when the counter is full, and then it is readable
}

void Wakeup::clear() const {
  std::uint64_t count = 0;
  (void)!::read(fd_, &count, sizeof count);  // empty is fine
}

Client::Client(const ClientOptions& options)
    : brokers_(options.brokers), timeout_ms_(options.timeout_ms), log_(options.log) {}

Result<Owned<rd_kafka_conf_t>> Client::configure(const ClientOptions& options, const Settings& defaults) {
  Settings settings = defaults;
  settings.insert(kEveryClient.begin(), kEveryClient.end());
  for (const auto& [name, value] : options.properties) settings[name] = value;
  settings["bootstrap.servers"] = options.brokers;
  settings["log.queue"] = "true";  // logs come on our thread
  Owned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  std::array<char, 512> reason{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK) {
      return Error{"Kafka property " + name + "=" + value + ": " + reason.data()};
    }
  }
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  return conf;
}

Result<std::unique_ptr<Client>> Client::connect(const ClientOptions& options, rd_kafka_type_t type,
                                                Owned<rd_kafka_conf_t> conf) {
  std::unique_ptr<Client> client(new Client(options));
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  if (type == RD_KAFKA_CONSUMER) rd_kafka_conf_set_offset_commit_cb(conf.get(), on_commit);
  std::array<char, 512> reason{};
  rd_kafka_t* handle = rd_kafka_new(type, conf.get(), reason.data(), reason.size());
  if (handle == nullptr) return Error{"cannot set up a Kafka client: " + std::string(reason.data())};
  (void)conf.release();  // the handle owns it now
  client->handle_.reset(handle);
  rd_kafka_set_log_queue(handle, nullptr);
  return client;
}

void Client::log(LogLevel level, std::string_view text) const {
  if (log_) log_(level, text);
}

void Client::on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  // Before the handle is made there is no queue, and librdkafka logs on the spot.
  const auto* client = handle == nullptr ? nullptr : static_cast<const Client*>(rd_kafka_opaque(handle));
  if (client == nullptr) return;
  // A failed connection is also told to on_error.
  const bool told_twice = std::string_view(facility) == "FAIL";
  client->log(told_twice ? LogLevel::kDebug : level_of(level), std::string("kafka ") + facility + ": " + text);
}

void Client::on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque) {
  auto* client = static_cast<Client*>(opaque);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  const auto now = std::chrono::steady_clock::now();
  if (client->last_complaint_ != reason || now - client->last_complaint_at_ >= kRepeatComplaintsEvery) {
    client->last_complaint_ = reason;
    client->last_complaint_at_ = now;
    client->log(is_permanent(error) ? LogLevel::kError : LogLevel::kWarning, std::string("kafka: ") + reason);
  }
  if (!is_permanent(error) || client->failure_) return;
  std::array<char, 512> cause{};
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    rd_kafka_fatal_error(handle, cause.data(), cause.size());
    client->failure_ = Error{"kafka " + client->brokers_ + ": " + cause.data()};
  } else {
    client->failure_ = Error{"kafka " + client->brokers_ + ": " + reason};
  }
}

void Client::on_commit(rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t*, void* opaque) {
  // Mirrored positions serve lag tools alone: a failure is worth a line, not a stop.
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  static_cast<Client*>(opaque)->log(LogLevel::kWarning,
                                    std::string("kafka: positions not mirrored: ") + rd_kafka_err2str(code));
}

void Client::serve() { rd_kafka_poll(handle(), 0); }

Error Client::error(std::string_view what, rd_kafka_resp_err_t code) const {
  std::string text = "kafka " + brokers_ + ": " + std::string(what) + ": " + rd_kafka_err2str(code);
  if (!last_complaint_.empty()) text += " (" + last_complaint_ + ")";
  return Error{std::move(text)};
}

Result<std::int32_t> Client::partition_count(rd_kafka_topic_t* topic) {
  const std::string name = rd_kafka_topic_name(topic);
  const rd_kafka_metadata_t* asked = nullptr;
  const rd_kafka_resp_err_t code = rd_kafka_metadata(handle(), 0, topic, &asked, timeout_ms_);
  const Owned<const rd_kafka_metadata_t> metadata(asked);
  serve();
  if (failure_) return *failure_;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error("cannot ask for topic " + name, code);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& found = metadata->topics[i];
    if (found.topic != name) continue;
    if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) break;
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error("topic " + name, found.err);
    return static_cast<std::int32_t>(found.partition_cnt);
  }
  const std::string url = "kafka://" + brokers_ + "/" + name;
  return Error{"there is no topic " + url + ": create it with `weir topics create " + url + "`"};
}

}  // namespace weir::kafka
