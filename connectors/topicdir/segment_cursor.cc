#include "connectors/topicdir/segment_cursor.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "connectors/topicdir/layout.h"

namespace weir::topicdir {

Status SegmentCursor::open(const std::string& partition_path, std::int64_t first_offset, std::uint64_t position,
                           std::int64_t next_offset) {
  Result<File> file = File::open(segment_path(partition_path, first_offset), O_RDONLY);
  if (!file) return file.error();
  file_ = std::move(*file);
  first_offset_ = first_offset;
  next_offset_ = next_offset;
  position_ = position;
  begin_ = 0;
  end_ = 0;
  return {};
}

Result<std::size_t> SegmentCursor::refill(std::size_t needed) {
  const std::size_t wanted = std::max(needed, kBufferBytes);
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  begin_ = 0;
  end_ = 0;
  const Result<std::size_t> size = file_.read_at(position_, buffer_.data(), buffer_.size());
  if (!size) return size.error();
  end_ = *size;
  return end_;
}

FrameResult SegmentCursor::next(Frame& frame, std::vector<topic::Header>& headers) {
  const std::size_t headers_before = headers.size();
  const FrameResult result = parse_frame({buffer_.data() + begin_, end_ - begin_}, frame, headers);
  if (result.state != FrameState::kWhole) return result;
  if (frame.offset != next_offset_) {
    headers.resize(headers_before);
    return {FrameState::kBad, 0, "the record carries another offset"};
  }
  begin_ += frame.bytes;
  position_ += frame.bytes;
  ++next_offset_;
  return result;
}

Error SegmentCursor::corruption(std::string_view reason) const {
  return Error{"corrupt topic: " + path() + ", offset " + std::to_string(next_offset_) + " at byte " +
               std::to_string(position_) + ": " + std::string(reason)};
}

}  // namespace weir::topicdir
