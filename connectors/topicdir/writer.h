// The one writer of a topic.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/topicdir/file.h"
#include "connectors/topicdir/partition_log.h"
#include "connectors/topicdir/topicdir.h"
#include "engine/topic/topic.h"

namespace weir::topicdir {

// append() encodes into the group that gathers; a thread of the writer's own writes and syncs the group before it.
class DirectoryWriter final : public topic::Writer {
 public:
  DirectoryWriter(std::string name, File lock, File event, std::vector<PartitionLog> logs,
                  const WriterOptions& options);
  ~DirectoryWriter() override;

  const std::string& topic_name() const override { return name_; }
  std::int32_t partition_count() const override { return static_cast<std::int32_t>(next_offsets_.size()); }
  Result<bool> append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) override;
  Status acknowledgements(std::vector<topic::Acknowledgement>& out) override;
  Status flush() override { return {}; }  // a group never waits for company
  int ready_fd() const override { return event_.fd(); }

 private:
  struct PartitionGroup {
    std::string frames;
    std::vector<std::uint32_t> sizes;
    std::vector<std::uint64_t> tickets;
    std::int64_t first_offset = 0;
  };
  struct Group {
    std::vector<PartitionGroup> partitions;
    std::uint64_t bytes = 0;
    std::size_t records = 0;
    void clear();
  };

  void run();
  Status write_group();

  const std::string name_;
  const File lock_;
  const File event_;
  const std::uint64_t max_unacknowledged_bytes_;

  // The caller's thread alone.
  std::vector<std::int64_t> next_offsets_;
  std::int32_t next_keyless_partition_ = 0;

  // The writing thread alone, once it runs.
  std::vector<PartitionLog> logs_;
  Group writing_;

  std::mutex mutex_;
  std::condition_variable work_;
  Group gathering_;
  std::uint64_t unacknowledged_bytes_ = 0;  // until the acknowledgement is collected: bounds that list, too
  std::uint64_t acknowledged_bytes_ = 0;    // of what is in the list
  std::vector<topic::Acknowledgement> acknowledged_;
  std::optional<Error> failure_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace weir::topicdir
