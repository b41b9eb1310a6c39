#include "connectors/topicdir/partition_log.h"

#include <fcntl.h>

#include <utility>
#include <vector>

#include "connectors/topicdir/segment_cursor.h"

namespace weir::topicdir {

Result<PartitionLog> PartitionLog::open(const std::string& partition_path, std::uint64_t segment_bytes) {
  PartitionLog log;
  log.path_ = partition_path;
  log.segment_limit_ = segment_bytes;
  Result<Watermark> watermark = Watermark::open(partition_path, true);
  if (!watermark) return watermark.error();
  log.watermark_ = std::move(*watermark);
  const Result<std::vector<std::int64_t>> segments = list_segments(partition_path);
  if (!segments) return segments.error();
  if (Status repaired = log.repair(segments->back()); !repaired) return repaired.error();
  return log;
}

Status PartitionLog::repair(std::int64_t first_offset) {
  const Result<std::int64_t> durable = watermark_.read();
  if (!durable) return durable.error();
  SegmentCursor cursor;
  if (Status opened = cursor.open(path_, first_offset, 0, first_offset); !opened) return opened;
  std::vector<topic::Header> headers;
  std::string reason;
  for (std::size_t needed = 0;;) {
    const Result<std::size_t> there = cursor.refill(needed);
    if (!there) return there.error();
    if (*there == 0) break;
    if (*there < needed) {
      reason = "the record is cut off";
      break;
    }
    Frame frame;
    FrameResult result;
    do {
      headers.clear();
      result = cursor.next(frame, headers);
    } while (result.state == FrameState::kWhole);
    if (result.state == FrameState::kBad) {
      reason = result.reason;
      break;
    }
    needed = result.needed;
  }
  end_offset_ = cursor.next_offset();
  if (end_offset_ < *durable) {
    if (reason.empty()) reason = "the file ends here";
    return cursor.corruption(reason + ", but " + watermark_.path() + " says that all below offset " +
                             std::to_string(*durable) + " was written");
  }
  Result<File> segment = File::open(cursor.path(), O_WRONLY);
  if (!segment) return segment.error();
  segment_ = std::move(*segment);
  segment_size_ = cursor.position();
  const Result<std::uint64_t> size = segment_.size();
  if (!size) return size.error();
  if (*size > segment_size_) {
    if (Status cut = segment_.truncate(segment_size_); !cut) return cut;
  }
  if (Status synced = sync(); !synced) return synced;
  return sync_watermark();
}

Status PartitionLog::write(std::string_view frames, std::span<const std::uint32_t> frame_sizes) {
  std::size_t piece = 0;
  std::int64_t piece_records = 0;
  const auto write_piece = [&]() -> Status {
    if (Status written = segment_.write_at(segment_size_, frames.substr(0, piece)); !written) return written;
    frames.remove_prefix(piece);
    segment_size_ += piece;
    end_offset_ += piece_records;
    piece = 0;
    piece_records = 0;
    return {};
  };
  for (const std::uint32_t size : frame_sizes) {
    const std::uint64_t before = segment_size_ + piece;
    if (before > 0 && before + size > segment_limit_) {
      if (Status written = write_piece(); !written) return written;
      if (Status begun = begin_segment(); !begun) return begun;
    }
    piece += size;
    ++piece_records;
  }
  return write_piece();
}

Status PartitionLog::begin_segment() {
  if (Status synced = sync(); !synced) return synced;
  Result<File> next = File::open(segment_path(path_, end_offset_), O_WRONLY | O_CREAT | O_EXCL);
  if (!next) return next.error();
  if (Status synced = sync_directory(path_); !synced) return synced;
  segment_ = std::move(*next);
  segment_size_ = 0;
  synced_size_ = 0;
  return {};
}

Status PartitionLog::sync() {
  if (Status synced = segment_.sync(); !synced) return synced;
  synced_size_ = segment_size_;
  return watermark_.write(end_offset_);
}

void PartitionLog::drop_unsynced() {
  // On failure the torn tail stays for the next open() to cut off: there is nothing better to do on a sick disk.
  if (segment_.truncate(synced_size_)) (void)segment_.sync();
}

}  // namespace weir::topicdir
