// One real Apache Kafka broker for the test program, started by ops/setup/kafka on first use and gone with the program.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/kafka.h"

namespace weir::kafka {

class RealBroker {
 public:
  // Null if none can be had; why() then says why.
  static RealBroker* get();
  static const std::string& why();
  ~RealBroker();

  const std::string& address() const { return address_; }
  ClientOptions options(std::map<std::string, std::string> properties = {}) const;
  // Kills the process at once, as kill -9 does.
  void kill();
  void start();
  // A new topic of the given partitions with a name of its own.
  std::string make_topic(std::int32_t partitions, const std::map<std::string, std::string>& config = {}) const;

 private:
  RealBroker() = default;
  bool run(const std::string& command, std::string& output) const;

  std::string directory_;
  std::string address_;
};

#define WEIR_NEED_BROKER(broker)                                              \
  ::weir::kafka::RealBroker* const broker = ::weir::kafka::RealBroker::get(); \
  if (broker == nullptr) GTEST_SKIP() << "skipped: no Kafka: " << ::weir::kafka::RealBroker::why()

inline bool wait_readable(int fd, int timeout_ms) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, timeout_ms) == 1;
}

template <class T>
T opened(Result<T> result) {
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(*result) : T();
}

// A copy of a record that outlives the poll.
struct Copy {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string value;
};

// Polls until `count` records have come, an error comes or `limit_ms` have passed.
std::vector<Copy> read_records(topic::Reader& reader, std::size_t count, int limit_ms = 20'000);

// Appends "0", "1"... to partition 0 or, below 0, by key, waits for all acknowledgements and returns them.
std::vector<topic::Acknowledgement> append_numbers(topic::Writer& writer, std::int32_t partition, int count);
// Collects acknowledgements until there are `count` or 20 s have passed.
std::vector<topic::Acknowledgement> await_acknowledgements(topic::Writer& writer, std::size_t count);

// Polls until an error comes, and returns its message; empty if none comes within 20 s.
std::string read_error(topic::Reader& reader);

}  // namespace weir::kafka
