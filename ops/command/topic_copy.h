// What `weir topics read` and `weir topics write` do.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "connectors/topics/topics.h"
#include "engine/base/result.h"

namespace weir::command {

struct TopicRead {
  std::string url;
  std::optional<std::int32_t> partition;  // else all
  std::optional<std::int64_t> from;       // else what is oldest
  std::uint64_t max = 0;                  // records; 0: as many as there are
  bool json = false;
  bool follow = false;       // go on with what comes, for ever
  int patience_ms = 10'000;  // how long to wait for a record that should be there
};
// Prints the records up to the end as it was when reading began. Order holds within a partition.
Status read_topic(const TopicRead& read, const topics::Options& options, std::ostream& out);

struct TopicWrite {
  std::string url;
  std::string file = "-";                 // lines, plain or compressed; - is standard input
  std::optional<std::int32_t> partition;  // else by key
  std::string key_path;                   // dotted path of a JSON member; empty: no key
  std::string key_separator;              // what ends the key at the start of a line; empty: there is none
};
struct TopicWritten {
  std::uint64_t records = 0;
  std::uint64_t without_key = 0;  // though a key was asked for
};
// One record for each line that is not empty; returns once all are acknowledged.
Result<TopicWritten> write_topic(const TopicWrite& write, const topics::Options& options);

}  // namespace weir::command
