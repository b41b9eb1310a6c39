#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

#include "connectors/topicdir/file.h"
#include "connectors/topicdir/layout.h"
#include "connectors/topicdir/partition_reader.h"
#include "connectors/topicdir/topicdir.h"

namespace weir::topicdir {
namespace {

struct Partition {
  PartitionReader reader;
  std::uint32_t topic;
  bool paused;
};

struct Topic {
  std::string name;
  std::size_t first_partition;  // in the reader's list
  std::int32_t partitions;
};

// The durable files are watched with inotify, whose descriptor can be waited on together with others; a timer would
// wake an idle process a thousand times a second for the same latency. A second descriptor says that poll() has left
// records behind: the pair is offered as one through epoll.
class DirectoryReader final : public topic::Reader {
 public:
  Status open(const std::vector<std::string>& topic_paths);

  std::size_t topic_count() const override { return topics_.size(); }
  const std::string& topic_name(std::uint32_t topic) const override { return topics_[topic].name; }
  std::int32_t partition_count(std::uint32_t topic) const override { return topics_[topic].partitions; }
  Result<topic::OffsetRange> offsets(std::uint32_t topic, std::int32_t partition) override {
    return at(topic, partition).reader.offsets();
  }
  Status seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) override;
  Status poll(std::size_t max, std::vector<topic::Record>& out) override;
  Status pause(std::uint32_t topic, std::int32_t partition) override;
  Status resume(std::uint32_t topic, std::int32_t partition) override;
  void mirror_position(std::uint32_t, std::int32_t, std::int64_t) override {}
  int ready_fd() const override { return ready_.fd(); }

 private:
  Partition& at(std::uint32_t topic, std::int32_t partition);
  Status add_topic(const std::string& path);
  Status take_notices();
  void show_left_over();

  std::vector<Topic> topics_;
  std::vector<Partition> partitions_;
  std::vector<std::size_t> watched_;  // by watch descriptor, which count from 1: the partition
  std::size_t turn_ = 0;              // who is read first
  Batch batch_;
  File notices_;
  File left_over_;
  File ready_;
  bool shows_left_over_ = false;
};

Status DirectoryReader::open(const std::vector<std::string>& topic_paths) {
  Result<File> notices = File::adopt(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "an inotify instance");
  if (!notices) return notices.error();
  notices_ = std::move(*notices);
  Result<File> left_over = File::adopt(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "an eventfd");
  if (!left_over) return left_over.error();
  left_over_ = std::move(*left_over);
  Result<File> ready = File::adopt(::epoll_create1(EPOLL_CLOEXEC), "an epoll instance");
  if (!ready) return ready.error();
  ready_ = std::move(*ready);
  for (const File* file : {&notices_, &left_over_}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(ready_.fd(), EPOLL_CTL_ADD, file->fd(), &event) != 0) return file_error("wait for", file->path());
  }
  for (const std::string& path : topic_paths) {
    if (Status added = add_topic(path); !added) return added;
  }
  return {};
}

Status DirectoryReader::add_topic(const std::string& path) {
  const Result<std::int32_t> partitions = read_partition_count(path);
  if (!partitions) return partitions.error();
  const auto topic = static_cast<std::uint32_t>(topics_.size());
  topics_.push_back({std::filesystem::path(path).filename().string(), partitions_.size(), *partitions});
  for (std::int32_t p = 0; p < *partitions; ++p) {
    Result<PartitionReader> reader = PartitionReader::open(path, p);
    if (!reader) return reader.error();
    const int watch = ::inotify_add_watch(notices_.fd(), reader->watermark_path().c_str(), IN_MODIFY);
    if (watch < 0) return file_error("watch", reader->watermark_path());
    const auto slot = static_cast<std::size_t>(watch);
    if (watched_.size() <= slot) watched_.resize(slot + 1, SIZE_MAX);
    if (watched_[slot] != SIZE_MAX) return Error{path + " is given twice"};
    watched_[slot] = partitions_.size();
    partitions_.push_back({std::move(*reader), topic, false});
  }
  return {};
}

Partition& DirectoryReader::at(std::uint32_t topic, std::int32_t partition) {
  WEIR_CHECK(topic < topics_.size() && partition >= 0 && partition < topics_[topic].partitions, "no such partition");
  return partitions_[topics_[topic].first_partition + static_cast<std::size_t>(partition)];
}

Status DirectoryReader::seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) {
  if (Status sought = at(topic, partition).reader.seek(offset); !sought) return sought;
  show_left_over();
  return {};
}

Status DirectoryReader::pause(std::uint32_t topic, std::int32_t partition) {
  at(topic, partition).paused = true;
  show_left_over();
  return {};
}

Status DirectoryReader::resume(std::uint32_t topic, std::int32_t partition) {
  at(topic, partition).paused = false;
  show_left_over();
  return {};
}

Status DirectoryReader::take_notices() {
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t size = ::read(notices_.fd(), buffer.data(), buffer.size());
    if (size <= 0) return {};
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event + event.len;
      const auto slot = static_cast<std::size_t>(event.wd);
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        for (Partition& partition : partitions_) {
          if (Status refreshed = partition.reader.refresh(); !refreshed) return refreshed;
        }
      } else if (slot < watched_.size() && watched_[slot] != SIZE_MAX) {
        if (Status refreshed = partitions_[watched_[slot]].reader.refresh(); !refreshed) return refreshed;
      }
    }
  }
}

void DirectoryReader::show_left_over() {
  bool left_over = false;
  for (const Partition& partition : partitions_) left_over |= !partition.paused && partition.reader.is_behind();
  if (left_over == shows_left_over_) return;
  shows_left_over_ = left_over;
  std::uint64_t count = 1;
  // Neither can fail: the counter goes from 0 to 1 and back.
  if (left_over) {
    (void)!::write(left_over_.fd(), &count, sizeof count);
  } else {
    (void)!::read(left_over_.fd(), &count, sizeof count);
  }
}

Status DirectoryReader::poll(std::size_t max, std::vector<topic::Record>& out) {
  out.clear();
  batch_.records = &out;
  batch_.headers.clear();
  batch_.ranges.clear();
  if (Status taken = take_notices(); !taken) return taken;
  for (std::size_t i = 0; i < partitions_.size() && out.size() < max; ++i) {
    Partition& partition = partitions_[(turn_ + i) % partitions_.size()];
    if (partition.paused) continue;
    if (Status taken = partition.reader.take(partition.topic, max - out.size(), batch_); !taken) return taken;
  }
  ++turn_;
  for (const Batch::HeaderRange& range : batch_.ranges) {
    out[range.record].headers = {batch_.headers.data() + range.first, range.count};
  }
  show_left_over();
  return {};
}

}  // namespace

Result<std::unique_ptr<topic::Reader>> open_reader(const std::vector<std::string>& topic_paths) {
  auto reader = std::make_unique<DirectoryReader>();
  if (Status opened = reader->open(topic_paths); !opened) return opened.error();
  return std::unique_ptr<topic::Reader>(std::move(reader));
}

}  // namespace weir::topicdir
