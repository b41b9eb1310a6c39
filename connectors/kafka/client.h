// One connection to a cluster: librdkafka's handle with its log, its errors and its fatal state.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/kafka/kafka.h"
#include "engine/base/result.h"

namespace weir::kafka {

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

// True for what waiting does not mend: a wrong password, a missing permission.
bool is_permanent(rd_kafka_resp_err_t code);

// An eventfd that librdkafka makes readable.
class Wakeup {
 public:
  static Result<Wakeup> make();
  Wakeup() = default;
  ~Wakeup();
  Wakeup(Wakeup&& other) noexcept;
  Wakeup& operator=(Wakeup&& other) noexcept;

  // Whatever comes into the empty queue makes the descriptor readable.
  void watch(rd_kafka_queue_t* queue) const;
  int fd() const { return fd_; }
  void set() const;
  void clear() const;

 private:
  int fd_ = -1;
};

using Settings = std::map<std::string, std::string>;

class Client {
 public:
  // librdkafka's configuration from Weir's defaults and, above them, the user's properties. `opaque` of the callbacks
  // is the client; a caller that needs its own sets it on the topic.
  static Result<Owned<rd_kafka_conf_t>> configure(const ClientOptions& options, const Settings& defaults);
  static Result<std::unique_ptr<Client>> connect(const ClientOptions& options, rd_kafka_type_t type,
                                                 Owned<rd_kafka_conf_t> conf);
  Client(const Client&) = delete;

  rd_kafka_t* handle() const { return handle_.get(); }
  int timeout_ms() const { return timeout_ms_; }
  const std::string& brokers() const { return brokers_; }

  // Runs what librdkafka has to tell (log, errors, delivery reports). Never waits.
  void serve();
  void log(LogLevel level, std::string_view text) const;
  // The first error that ends it.
  const std::optional<Error>& failure() const { return failure_; }

  // How many partitions the topic has; an error if there is no such topic or no broker within the time.
  Result<std::int32_t> partition_count(rd_kafka_topic_t* topic);
  // What happened, and the last thing that librdkafka complained of, which is mostly the cause.
  Error error(std::string_view what, rd_kafka_resp_err_t code) const;

 private:
  explicit Client(const ClientOptions& options);
  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);
  static void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque);
  static void on_commit(rd_kafka_t* handle, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* offsets,
                        void* opaque);

  std::string brokers_;
  int timeout_ms_;
  Log log_;
  std::optional<Error> failure_;
  std::string last_complaint_;
  std::chrono::steady_clock::time_point last_complaint_at_;
  Owned<rd_kafka_t> handle_;
};

}  // namespace weir::kafka
