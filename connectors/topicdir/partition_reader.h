// Reads one partition up to its durable mark, also while it grows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "connectors/topicdir/layout.h"
#include "connectors/topicdir/segment_cursor.h"
#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::topicdir {

// What a poll gathers. The headers of a record are known by number until the list has stopped growing.
struct Batch {
  struct HeaderRange {
    std::size_t record;
    std::size_t first;
    std::size_t count;
  };
  std::vector<topic::Record>* records = nullptr;
  std::vector<topic::Header> headers;
  std::vector<HeaderRange> ranges;
};

class PartitionReader {
 public:
  static Result<PartitionReader> open(const std::string& topic_path, std::int32_t partition);

  const std::string& watermark_path() const { return watermark_.path(); }
  Result<topic::OffsetRange> offsets();
  Status seek(std::int64_t offset);
  // Looks how far the writer has come.
  Status refresh();

  bool is_sought() const { return cursor_.is_open(); }
  bool is_behind() const { return is_sought() && cursor_.next_offset() < durable_; }

  // Adds up to `max` records to the batch, possibly fewer than there are: the views stay valid until the next take().
  Status take(std::uint32_t topic, std::size_t max, Batch& batch);

 private:
  struct Place {
    std::int64_t first_offset;
    std::uint64_t position;
  };
  Status fill(std::size_t needed);
  Status step_to_next_segment();

  std::string path_;
  std::int32_t partition_ = 0;
  Watermark watermark_;
  SegmentCursor cursor_;
  std::int64_t durable_ = 0;
  // What lies behind this offset in the buffer was read before the writer had vouched for it.
  std::int64_t trusted_until_ = 0;
  // Some offsets and where their frames begin, learnt while reading: a later seek() starts near.
  std::map<std::int64_t, Place> places_;
};

}  // namespace weir::topicdir
