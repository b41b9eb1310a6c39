// Where a topic's files are:
//
//   TOPIC/topic.json                   {"format":1,"partitions":2}
//   TOPIC/lock                         locked (flock) by the one writer, whose process id it holds
//   TOPIC/0/00000000000000000000.log   segments of partition 0: frames (frame.h), named by their first offset
//   TOPIC/0/durable                    one past the newest synced offset, and its complement; written after the sync
//   TOPIC/1/...
//
// A segment is begun only when the one before it is synced, so a crash can tear the last one alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/topicdir/file.h"
#include "engine/base/result.h"

namespace weir::topicdir {

inline constexpr std::int32_t kMaxPartitions = 1024;

// TOPIC/topic.json; an error if it is missing, of another format version or not understood.
Result<std::int32_t> read_partition_count(const std::string& topic_path);
// Makes a topic with its empty partitions durable under its name, or fails without leaving one.
Status make_topic(const std::string& topic_path, std::int32_t partitions);

std::string partition_path(const std::string& topic_path, std::int32_t partition);
std::string segment_path(const std::string& partition_path, std::int64_t first_offset);
// The first offsets of the segments, ascending; there is at least one. An error names a file that does not belong
// there.
Result<std::vector<std::int64_t>> list_segments(const std::string& partition_path);

// The durable file, for the writer and for readers.
class Watermark {
 public:
  static Result<Watermark> open(const std::string& partition_path, bool writable);
  const std::string& path() const { return file_.path(); }

  Result<std::int64_t> read() const;
  Status write(std::int64_t end_offset);
  Status sync() { return file_.sync(); }

 private:
  File file_;
};

}  // namespace weir::topicdir
