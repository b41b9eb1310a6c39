// Reads the frames of one segment forwards, in large pieces.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/topicdir/file.h"
#include "connectors/topicdir/frame.h"
#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::topicdir {

class SegmentCursor {
 public:
  static constexpr std::size_t kBufferBytes = 1U << 20;

  // Stands on the frame of `next_offset`, which begins at `position`. Keeps its buffer; what is in it is void.
  Status open(const std::string& partition_path, std::int64_t first_offset, std::uint64_t position,
              std::int64_t next_offset);
  bool is_open() const { return file_.is_open(); }

  std::int64_t first_offset() const { return first_offset_; }
  std::int64_t next_offset() const { return next_offset_; }
  std::uint64_t position() const { return position_; }
  const std::string& path() const { return file_.path(); }

  // Reads anew from position() on, at least `needed` bytes if the file has them, and says how many there are now.
  // Voids the views into what was buffered.
  Result<std::size_t> refill(std::size_t needed);

  // The next frame of what is buffered; a frame that does not carry next_offset() is bad.
  FrameResult next(Frame& frame, std::vector<topic::Header>& headers);

  // What to say of a fault at position().
  Error corruption(std::string_view reason) const;

 private:
  File file_;
  std::int64_t first_offset_ = 0;
  std::int64_t next_offset_ = 0;
  std::uint64_t position_ = 0;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is not yet parsed
  std::size_t end_ = 0;
};

}  // namespace weir::topicdir
