// The writer's side of one partition: repairs its tail once, then only appends.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "connectors/topicdir/file.h"
#include "connectors/topicdir/layout.h"
#include "engine/base/result.h"

namespace weir::topicdir {

class PartitionLog {
 public:
  // Cuts the last segment off behind its last whole frame and makes what is kept durable. A fault below the durable
  // mark is corruption, not a torn tail: an error, and nothing is cut.
  static Result<PartitionLog> open(const std::string& partition_path, std::uint64_t segment_bytes);

  // One past the newest record written.
  std::int64_t end_offset() const { return end_offset_; }

  // Appends whole frames, which carry the offsets from end_offset() on. A segment is ended before the frame that would
  // lead it beyond its size.
  Status write(std::string_view frames, std::span<const std::uint32_t> frame_sizes);
  // Makes what was written durable, then visible to readers.
  Status sync();
  // Makes the durable mark itself durable: bounds how much a power cut can take back from readers' sight.
  Status sync_watermark() { return watermark_.sync(); }
  // After a failure: takes back what is not synced, as far as the disk lets it. The next open() repairs the rest.
  void drop_unsynced();

 private:
  Status repair(std::int64_t first_offset);
  Status begin_segment();

  std::string path_;
  std::uint64_t segment_limit_ = 0;
  Watermark watermark_;
  File segment_;
  std::uint64_t segment_size_ = 0;
  std::uint64_t synced_size_ = 0;
  std::int64_t end_offset_ = 0;
};

}  // namespace weir::topicdir
