#include "connectors/topicdir/writer.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "connectors/topicdir/frame.h"
#include "connectors/topicdir/layout.h"
#include "engine/base/thread.h"
#include "engine/topic/partitioner.h"

namespace weir::topicdir {
namespace {

constexpr auto kWatermarkSyncEvery = std::chrono::seconds(1);
// Syncs of small groups took a fifth of the pipeline's processor time. Behind a large group the next one is let grow
// for a moment; a stream of single records never waits.
constexpr std::size_t kBusyRecords = 128;
constexpr auto kBusyWait = std::chrono::milliseconds(4);
constexpr std::size_t kFullGroupBytes = 1U << 20U;

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Result<File> take_lock(const std::string& topic_path) {
  const std::string path = topic_path + "/lock";
  Result<File> lock = File::open(path, O_RDWR | O_CREAT);
  if (!lock) return lock;
  if (::flock(lock->fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error("lock", path);
    std::array<char, 32> text{};
    const Result<std::size_t> size = lock->read_at(0, text.data(), text.size());
    std::string pid(text.data(), size ? *size : 0);
    while (!pid.empty() && (pid.back() < '0' || pid.back() > '9')) pid.pop_back();
    return Error{topic_path + " already has a writer: process " + (pid.empty() ? "unknown" : pid) + " holds " + path};
  }
  if (Status cut = lock->truncate(0); !cut) return cut.error();
  if (Status written = lock->write_at(0, std::to_string(::getpid()) + "\n"); !written) return written.error();
  return lock;
}

}  // namespace

Result<std::unique_ptr<topic::Writer>> open_writer(const std::string& topic_path, const WriterOptions& options) {
  if (options.segment_bytes == 0) return Error{"a segment's size must be above 0"};
  const Result<std::int32_t> partitions = read_partition_count(topic_path);
  if (!partitions) return partitions.error();
  Result<File> lock = take_lock(topic_path);
  if (!lock) return lock.error();
  std::vector<PartitionLog> logs;
  for (std::int32_t p = 0; p < *partitions; ++p) {
    Result<PartitionLog> log = PartitionLog::open(partition_path(topic_path, p), options.segment_bytes);
    if (!log) return log.error();
    logs.push_back(std::move(*log));
  }
  Result<File> event = File::adopt(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "an eventfd");
  if (!event) return event.error();
  return std::unique_ptr<topic::Writer>(
      std::make_unique<DirectoryWriter>(std::filesystem::path(topic_path).filename().string(), std::move(*lock),
                                        std::move(*event), std::move(logs), options));
}

void DirectoryWriter::Group::clear() {
  for (PartitionGroup& partition : partitions) {
    partition.frames.clear();
    partition.sizes.clear();
    partition.tickets.clear();
  }
  bytes = 0;
  records = 0;
}

DirectoryWriter::DirectoryWriter(std::string name, File lock, File event, std::vector<PartitionLog> logs,
                                 const WriterOptions& options)
    : name_(std::move(name)),
      lock_(std::move(lock)),
      event_(std::move(event)),
      max_unacknowledged_bytes_(options.max_unacknowledged_bytes),
      logs_(std::move(logs)) {
  for (const PartitionLog& log : logs_) next_offsets_.push_back(log.end_offset());
  writing_.partitions.resize(logs_.size());
  gathering_.partitions.resize(logs_.size());
  thread_ = std::thread([this] { run(); });
}

DirectoryWriter::~DirectoryWriter() {
  {
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  work_.notify_one();
  thread_.join();
}

Result<bool> DirectoryWriter::append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) {
  WEIR_CHECK(partition >= topic::kPartitionByKey && partition < partition_count(), "no such partition");
  const std::size_t bytes = frame_bytes(record);
  if (bytes > kMaxFrameBytes) {
    return Error{"a record for topic " + name_ + " is too large: " + std::to_string(bytes) + " bytes, the limit is " +
                 std::to_string(kMaxFrameBytes)};
  }
  const bool keyless = partition == topic::kPartitionByKey && !record.key;
  if (keyless) partition = next_keyless_partition_;
  if (partition == topic::kPartitionByKey) partition = topic::partition_for_key(*record.key, partition_count());
  const std::int64_t timestamp_ms = wall_clock_ms();
  bool wake = false;
  {
    const std::lock_guard guard(mutex_);
    if (failure_) return *failure_;
    if (unacknowledged_bytes_ > 0 && unacknowledged_bytes_ + bytes > max_unacknowledged_bytes_) return false;
    PartitionGroup& group = gathering_.partitions[static_cast<std::size_t>(partition)];
    std::int64_t& next_offset = next_offsets_[static_cast<std::size_t>(partition)];
    if (group.sizes.empty()) group.first_offset = next_offset;
    append_frame(group.frames, next_offset, timestamp_ms, record);
    group.sizes.push_back(static_cast<std::uint32_t>(bytes));
    group.tickets.push_back(ticket);
    ++next_offset;
    wake = gathering_.bytes == 0 || (gathering_.bytes < kFullGroupBytes && gathering_.bytes + bytes >= kFullGroupBytes);
    gathering_.bytes += bytes;
    ++gathering_.records;
    unacknowledged_bytes_ += bytes;
  }
  if (wake) work_.notify_one();
  if (keyless) next_keyless_partition_ = (partition + 1) % partition_count();
  return true;
}

Status DirectoryWriter::acknowledgements(std::vector<topic::Acknowledgement>& out) {
  std::uint64_t ignored = 0;
  (void)!::read(event_.fd(), &ignored, sizeof ignored);  // empty is fine
  const std::lock_guard guard(mutex_);
  out.insert(out.end(), acknowledged_.begin(), acknowledged_.end());
  acknowledged_.clear();
  unacknowledged_bytes_ -= acknowledged_bytes_;
  acknowledged_bytes_ = 0;
  if (failure_) return *failure_;
  return {};
}

void DirectoryWriter::run() {
  name_thread("to " + name_);
  auto watermarks_synced = std::chrono::steady_clock::now();
  bool busy = false;
  for (;;) {
    {
      std::unique_lock guard(mutex_);
      work_.wait(guard, [this] { return stop_ || gathering_.bytes > 0; });
      if (busy) work_.wait_for(guard, kBusyWait, [this] { return stop_ || gathering_.bytes >= kFullGroupBytes; });
      if (gathering_.bytes == 0) break;
      std::swap(gathering_, writing_);
      busy = writing_.records >= kBusyRecords;
    }
    const Status written = write_group();
    if (!written) {
      for (PartitionLog& log : logs_) log.drop_unsynced();
    }
    {
      const std::lock_guard guard(mutex_);
      if (written) {
        for (std::size_t p = 0; p < writing_.partitions.size(); ++p) {
          const PartitionGroup& group = writing_.partitions[p];
          for (std::size_t i = 0; i < group.tickets.size(); ++i) {
            acknowledged_.push_back(
                {group.tickets[i], static_cast<std::int32_t>(p), group.first_offset + static_cast<std::int64_t>(i)});
          }
        }
        acknowledged_bytes_ += writing_.bytes;
      } else {
        failure_ = written.error();
      }
    }
    const std::uint64_t one = 1;
    (void)!::write(event_.fd(), &one, sizeof one);  // fails only when the counter is full, and then it is readable
    if (!written) return;
    writing_.clear();
    const auto now = std::chrono::steady_clock::now();
    if (now - watermarks_synced >= kWatermarkSyncEvery) {
      watermarks_synced = now;
      for (PartitionLog& log : logs_) (void)log.sync_watermark();  // a sick disk shows at the next group
    }
  }
  for (PartitionLog& log : logs_) (void)log.sync_watermark();
}

Status DirectoryWriter::write_group() {
  for (std::size_t p = 0; p < logs_.size(); ++p) {
    const PartitionGroup& group = writing_.partitions[p];
    if (group.sizes.empty()) continue;
    if (Status written = logs_[p].write(group.frames, group.sizes); !written) return written;
  }
  for (std::size_t p = 0; p < logs_.size(); ++p) {
    if (writing_.partitions[p].sizes.empty()) continue;
    if (Status synced = logs_[p].sync(); !synced) return synced;
  }
  return {};
}

}  // namespace weir::topicdir
