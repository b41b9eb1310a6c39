// What the engine needs from the outside world: ordered, partitioned streams of records that can be read from an offset
// and appended to. connectors/ implements it for Kafka and for directories; tests implement it in memory.
//
// Nothing here blocks: whoever drives the engine waits on the ready_fd()s. All calls come from one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace weir::topic {

struct Header {
  std::string_view name;
  std::string_view value;
  bool operator==(const Header&) const = default;
};

// One record as read. All views live until the reader's next poll().
struct Record {
  std::uint32_t topic = 0;  // index into the list that the reader was opened with
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;  // the log's own; 0 if it has none
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;  // absent: a tombstone
  std::span<const Header> headers;
};

// One record to append. The bytes are copied by append().
struct NewRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
};

struct OffsetRange {
  std::int64_t first = 0;  // the oldest offset that can still be read
  std::int64_t end = 0;    // one past the newest record that is durable
};

// Reads one or several topics of one broker or directory tree.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual std::size_t topic_count() const = 0;
  virtual const std::string& topic_name(std::uint32_t topic) const = 0;
  virtual std::int32_t partition_count(std::uint32_t topic) const = 0;
  // Asks the log: may take a round trip (this and seek() are for start-up and tools, not for the hot path).
  virtual Result<OffsetRange> offsets(std::uint32_t topic, std::int32_t partition) = 0;
  // The same without waiting, as of the last fetch; `end` is negative while it is not known.
  virtual Result<OffsetRange> known_offsets(std::uint32_t topic, std::int32_t partition) {
    return offsets(topic, partition);
  }

  // The next poll() reads this partition from `offset`. Partitions that were never sought are not read. An offset
  // outside of offsets() is an error here or at the next poll(), never a silent jump.
  virtual Status seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) = 0;

  // Replaces `out` with up to `max` records that are there now; empty if there are none. Within a partition in offset
  // order without omissions other than those of the log itself (compaction, transaction markers).
  // An error is final for the reader (authorisation, an offset that has expired, corruption); a broker that is away is
  // not an error: nothing comes until it is back.
  virtual Status poll(std::size_t max, std::vector<Record>& out) = 0;

  // A paused partition is not read; the connection stays alive as long as poll() goes on being called.
  virtual Status pause(std::uint32_t topic, std::int32_t partition) = 0;
  virtual Status resume(std::uint32_t topic, std::int32_t partition) = 0;

  // Mirrors a position to where lag tools look (consumer-group offsets); a no-op where there is no such thing. `offset`
  // is the next to be read. Never waits.
  virtual void mirror_position(std::uint32_t topic, std::int32_t partition, std::int64_t offset) = 0;

  // Becomes readable (poll(2)) when poll() may have something; -1 if there is none to wait for.
  virtual int ready_fd() const = 0;
};

// The record is durable, but its place is not known: the answer that told it was lost with the connection, and the
// retry was told only that the record is there (Kafka). The next known offset of the partition bounds it.
inline constexpr std::int64_t kUnknownOffset = -1;

struct Acknowledgement {
  std::uint64_t ticket = 0;
  std::int32_t partition = 0;
  std::int64_t offset = 0;  // where the record stands, or kUnknownOffset
};

// Kafka's default: murmur2 of the key; without a key the writer's choice.
inline constexpr std::int32_t kPartitionByKey = -1;

// Appends to one topic. Within a partition records keep the order of the append() calls, without duplicates by retries.
class Writer {
 public:
  virtual ~Writer() = default;

  virtual const std::string& topic_name() const = 0;
  virtual std::int32_t partition_count() const = 0;

  // Queues a record; `ticket` comes back in its Acknowledgement. False if the writer's bound is reached: poll
  // acknowledgements and try again. Never blocks.
  virtual Result<bool> append(std::int32_t partition, const NewRecord& record, std::uint64_t ticket) = 0;

  // Adds the acknowledgements that have come since to `out`. Acknowledged means durable (Kafka: acks=all; a directory:
  // synced). Within a partition they come in order. An error is final: a record could not be written and the ones
  // behind it were not either (disk full, message too large, fenced).
  virtual Status acknowledgements(std::vector<Acknowledgement>& out) = 0;

  // Starts writing what is queued without waiting for more (ends lingering).
  virtual Status flush() = 0;

  virtual int ready_fd() const = 0;
};

}  // namespace weir::topic
