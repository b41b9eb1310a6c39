// The shard's input partitions: where each stands, records by exact offset while recovering, whatever comes while live.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::shard {

// A record that was copied out of the reader.
struct OwnedRecord {
  std::int64_t offset = 0;
  bool has_key = false;
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

class InputFeed {
 public:
  explicit InputFeed(topic::Reader& reader);

  // Places every partition behind what was consumed. Fails if a record that is still needed has expired.
  Status start(const std::map<std::pair<std::string, std::int32_t>, std::int64_t>& consumed);

  // Recovery: the record at exactly this place, or nullptr if it has not come yet. Stays until consumed().
  Result<const OwnedRecord*> fetch(const std::string& topic, std::int32_t partition, std::int64_t offset);

  // Live: ends recovery's look-ahead and reads on behind what was consumed.
  Status go_live();
  Status poll(std::size_t max, std::vector<topic::Record>& out);

  std::int64_t last_consumed(std::uint32_t topic, std::int32_t partition) const;  // -1: none
  void consumed(std::uint32_t topic, std::int32_t partition, std::int64_t offset);
  Status consumed(const std::string& topic, std::int32_t partition, std::int64_t offset);
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> positions() const;

  // Stops and goes on reading; polling goes on meanwhile.
  Status pause(bool paused);
  bool paused() const { return paused_; }
  void mirror(const std::map<std::pair<std::string, std::int32_t>, std::int64_t>& positions);

 private:
  struct Partition {
    std::int64_t last = -1;
    std::deque<OwnedRecord> ahead;
    bool held = false;  // paused for having looked far ahead
  };
  Partition* find(const std::string& topic, std::int32_t partition, std::uint32_t& index);

  topic::Reader& reader_;
  std::vector<std::vector<Partition>> partitions_;  // by topic, partition
  std::vector<topic::Record> polled_;
  bool paused_ = false;
};

}  // namespace weir::shard
