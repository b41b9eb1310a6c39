#include "ops/command/topic_copy.h"

#include <poll.h>

#include <algorithm>
#include <ostream>
#include <span>
#include <vector>

#include "engine/event/file_records.h"
#include "engine/event/json_walk.h"
#include "ops/command/record_text.h"

namespace weir::command {
namespace {

constexpr std::size_t kBatch = 1000;

bool wait_readable(int fd, int timeout_ms) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, timeout_ms) > 0;
}

struct Span {
  std::int64_t next = 0;
  std::int64_t end = 0;
};

std::string unread_text(const std::vector<Span>& spans) {
  for (std::size_t p = 0; p < spans.size(); ++p) {
    if (spans[p].next < spans[p].end) {
      return "partition " + std::to_string(p) + " gave nothing from offset " + std::to_string(spans[p].next) +
             " on, though it ends at " + std::to_string(spans[p].end) +
             ": the broker is away, or what is left are the marks of transactions";
    }
  }
  return {};
}

class KeyFinder {
 public:
  explicit KeyFinder(const TopicWrite& write) : separator_(write.key_separator) {
    if (write.key_path.empty()) return;
    std::vector<std::string> path(1);
    for (const char c : write.key_path) {
      if (c == '.') {
        path.emplace_back();
      } else {
        path.back().push_back(c);
      }
    }
    path_ = walk_.add_path(path);
    limits_.max_record_bytes = event::kMaxFileRecordBytes;
    limits_.max_nesting = 1000;
  }

  // The line's key; cuts it off where it stands before a separator.
  std::optional<std::string_view> take(std::string_view& line) {
    if (!separator_.empty()) {
      const std::size_t end = line.find(separator_);
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view key = line.substr(0, end);
      line.remove_prefix(end + separator_.size());
      return key;
    }
    event::Reject reject;
    if (!path_ || !walk_.walk(line, limits_, reject)) return std::nullopt;
    const event::RawText& found = walk_.found()[*path_];
    const bool text = found.form == event::RawForm::kString || found.form == event::RawForm::kNumber;
    return text ? std::optional(found.text) : std::nullopt;
  }

  bool looks() const { return path_ || !separator_.empty(); }

 private:
  std::string separator_;
  event::JsonWalk walk_;
  event::Limits limits_;
  std::optional<std::uint32_t> path_;
};

// Appends, waiting while the writer is at its bound.
Status append_waiting(topic::Writer& writer, std::int32_t partition, const topic::NewRecord& record,
                      std::vector<topic::Acknowledgement>& acknowledged) {
  for (;;) {
    const Result<bool> appended = writer.append(partition, record, 0);
    if (!appended) return appended.error();
    if (*appended) return {};
    wait_readable(writer.ready_fd(), 100);
    if (Status taken = writer.acknowledgements(acknowledged); !taken) return taken;
  }
}

}  // namespace

Status read_topic(const TopicRead& read, const topics::Options& options, std::ostream& out) {
  Result<std::unique_ptr<topic::Reader>> opened = topics::open_reader({read.url}, options);
  if (!opened) return opened.error();
  topic::Reader& reader = **opened;
  const std::int32_t count = reader.partition_count(0);
  if (read.partition && (*read.partition < 0 || *read.partition >= count)) {
    return Error{read.url + " has the partitions 0 to " + std::to_string(count - 1) + ", not " +
                 std::to_string(*read.partition)};
  }
  std::vector<Span> spans(static_cast<std::size_t>(count));
  for (std::int32_t p = 0; p < count; ++p) {
    if (read.partition && *read.partition != p) continue;
    const Result<topic::OffsetRange> range = reader.offsets(0, p);
    if (!range) return range.error();
    spans[static_cast<std::size_t>(p)] = {read.from.value_or(range->first), range->end};
    if (Status sought = reader.seek(0, p, read.from.value_or(range->first)); !sought) return sought;
  }
  std::vector<topic::Record> records;
  std::string text;
  std::uint64_t printed = 0;
  int waited_ms = 0;
  constexpr int kWaitMs = 100;
  while (read.max == 0 || printed < read.max) {
    const bool all = std::none_of(spans.begin(), spans.end(), [](const Span& s) { return s.next < s.end; });
    if (all && !read.follow) break;
    if (!read.follow && waited_ms >= read.patience_ms) return Error{unread_text(spans)};
    waited_ms = wait_readable(reader.ready_fd(), kWaitMs) ? waited_ms : waited_ms + kWaitMs;
    if (Status polled = reader.poll(kBatch, records); !polled) return polled;
    if (!records.empty()) waited_ms = 0;
    text.clear();
    for (const topic::Record& record : records) {
      Span& span = spans[static_cast<std::size_t>(record.partition)];
      span.next = record.offset + 1;
      if (!read.follow && record.offset >= span.end) continue;
      if (read.max > 0 && printed == read.max) break;
      (read.json ? append_record_json : append_record_text)(text, record);
      ++printed;
    }
    out << text << std::flush;
    if (!out) return Error{"cannot write the output"};
  }
  return {};
}

Result<TopicWritten> write_topic(const TopicWrite& write, const topics::Options& options) {
  Result<event::FileRecords> lines = event::FileRecords::open(write.file);
  if (!lines) return lines.error();
  if (lines->format() != event::FileFormat::kJsonLines) {
    return Error{write.file + " is CSV, and a topic takes lines: turn it into JSON lines first"};
  }
  Result<std::unique_ptr<topic::Writer>> opened = topics::open_writer(write.url, options);
  if (!opened) return opened.error();
  topic::Writer& writer = **opened;
  if (write.partition && (*write.partition < 0 || *write.partition >= writer.partition_count())) {
    return Error{write.url + " has the partitions 0 to " + std::to_string(writer.partition_count() - 1) + ", not " +
                 std::to_string(*write.partition)};
  }
  KeyFinder keys(write);
  TopicWritten written;
  std::vector<topic::Acknowledgement> acknowledged;
  std::string_view line;
  for (;;) {
    const Result<bool> more = lines->next(line);
    if (!more) return more.error();
    if (!*more) break;
    topic::NewRecord record;
    record.key = keys.take(line);
    record.value = line;
    if (keys.looks() && !record.key) ++written.without_key;
    const std::int32_t partition = write.partition.value_or(topic::kPartitionByKey);
    if (Status appended = append_waiting(writer, partition, record, acknowledged); !appended) return appended.error();
    ++written.records;
  }
  if (Status flushed = writer.flush(); !flushed) return flushed.error();
  while (acknowledged.size() < written.records) {
    wait_readable(writer.ready_fd(), 100);
    if (Status taken = writer.acknowledgements(acknowledged); !taken) return taken.error();
  }
  return written;
}

}  // namespace weir::command
