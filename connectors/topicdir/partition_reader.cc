#include "connectors/topicdir/partition_reader.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

namespace weir::topicdir {
namespace {

constexpr std::uint64_t kPlaceEveryBytes = 1U << 18;

}  // namespace

Result<PartitionReader> PartitionReader::open(const std::string& topic_path, std::int32_t partition) {
  PartitionReader reader;
  reader.path_ = partition_path(topic_path, partition);
  reader.partition_ = partition;
  Result<Watermark> watermark = Watermark::open(reader.path_, false);
  if (!watermark) return watermark.error();
  reader.watermark_ = std::move(*watermark);
  return reader;
}

Result<topic::OffsetRange> PartitionReader::offsets() {
  // The mark before the list: a segment begun in between is then no surprise.
  const Result<std::int64_t> end = watermark_.read();
  if (!end) return end.error();
  const Result<std::vector<std::int64_t>> segments = list_segments(path_);
  if (!segments) return segments.error();
  return topic::OffsetRange{segments->front(), *end};
}

Status PartitionReader::refresh() {
  const Result<std::int64_t> durable = watermark_.read();
  if (!durable) return durable.error();
  durable_ = *durable;
  return {};
}

Status PartitionReader::seek(std::int64_t offset) {
  if (Status refreshed = refresh(); !refreshed) return refreshed;
  const Result<std::vector<std::int64_t>> segments = list_segments(path_);
  if (!segments) return segments.error();
  if (offset < segments->front() || offset > durable_) {
    return Error{"offset " + std::to_string(offset) + " is not in " + path_ + ", which holds " +
                 std::to_string(segments->front()) + " up to before " + std::to_string(durable_)};
  }
  const std::int64_t first = *std::prev(std::upper_bound(segments->begin(), segments->end(), offset));
  Place start{first, 0};
  std::int64_t start_offset = first;
  if (const auto known = places_.upper_bound(offset); known != places_.begin()) {
    const auto& [known_offset, place] = *std::prev(known);
    if (place.first_offset == first) {
      start = place;
      start_offset = known_offset;
    }
  }
  if (Status opened = cursor_.open(path_, start.first_offset, start.position, start_offset); !opened) return opened;
  trusted_until_ = start_offset;
  std::vector<topic::Record> passed;
  Batch batch;
  while (cursor_.next_offset() < offset) {
    passed.clear();
    batch.records = &passed;
    batch.headers.clear();
    batch.ranges.clear();
    const auto left = static_cast<std::size_t>(offset - cursor_.next_offset());
    if (Status taken = take(0, std::min<std::size_t>(left, 4096), batch); !taken) return taken;
  }
  return {};
}

Status PartitionReader::fill(std::size_t needed) {
  const Result<std::size_t> there = cursor_.refill(needed);
  if (!there) return there.error();
  trusted_until_ = durable_;
  if (*there == 0) return step_to_next_segment();
  if (*there < needed) return cursor_.corruption("the record is cut off");
  const auto known = places_.upper_bound(cursor_.next_offset());
  const bool near = known != places_.begin() && std::prev(known)->second.first_offset == cursor_.first_offset() &&
                    cursor_.position() - std::prev(known)->second.position < kPlaceEveryBytes;
  if (!near && cursor_.position() > 0) {
    places_[cursor_.next_offset()] = {cursor_.first_offset(), cursor_.position()};
  }
  return {};
}

Status PartitionReader::step_to_next_segment() {
  const std::int64_t next = cursor_.next_offset();
  const Error gap = cursor_.corruption("the file ends here and no other begins with this offset");
  std::error_code unknown;
  if (next == cursor_.first_offset() || !std::filesystem::exists(segment_path(path_, next), unknown)) return gap;
  if (Status opened = cursor_.open(path_, next, 0, next); !opened) return opened;
  trusted_until_ = next;
  return {};
}

Status PartitionReader::take(std::uint32_t topic, std::size_t max, Batch& batch) {
  // A refill voids the views, so there is none once a record has been handed out.
  bool handed_out = false;
  while (max > 0 && is_behind()) {
    if (cursor_.next_offset() >= trusted_until_) {
      if (handed_out) break;
      if (Status filled = fill(0); !filled) return filled;
      continue;
    }
    const std::size_t first_header = batch.headers.size();
    Frame frame;
    const FrameResult result = cursor_.next(frame, batch.headers);
    if (result.state == FrameState::kBad) return cursor_.corruption(result.reason);
    if (result.state == FrameState::kCut) {
      if (handed_out) break;
      if (Status filled = fill(result.needed); !filled) return filled;
      continue;
    }
    if (frame.headers > 0) batch.ranges.push_back({batch.records->size(), first_header, frame.headers});
    batch.records->push_back({topic, partition_, frame.offset, frame.timestamp_ms, frame.key, frame.value,
                              std::span<const topic::Header>()});
    handed_out = true;
    --max;
  }
  return {};
}

}  // namespace weir::topicdir
