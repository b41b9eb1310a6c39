#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "connectors/topicdir/topicdir.h"
#include "tests/connectors/topicdir/scratch.h"

namespace weir::topicdir {
namespace {

constexpr std::int32_t kPartitions = 3;
constexpr std::uint64_t kRecords = 20'000;

// Follows the topic from its start, at the pace that the ready descriptor sets, until it has read all.
void follow(const std::string& path, std::size_t max, std::atomic<int>& faults) {
  auto reader = reader_of({path});
  for (std::int32_t p = 0; p < kPartitions; ++p) {
    if (!reader->seek(0, p, 0)) ++faults;
  }
  std::vector<std::int64_t> next(kPartitions, 0);
  std::vector<topic::Record> records;
  for (std::uint64_t seen = 0; seen < kRecords;) {
    if (!wait_readable(reader->ready_fd(), 20'000)) {
      ++faults;
      return;
    }
    if (!reader->poll(max, records)) {
      ++faults;
      return;
    }
    for (const topic::Record& record : records) {
      std::int64_t& expected = next[static_cast<std::size_t>(record.partition)];
      const auto number =
          static_cast<std::uint64_t>(expected) * kPartitions + static_cast<std::uint64_t>(record.partition);
      if (record.offset != expected || record.value != "value " + std::to_string(number)) ++faults;
      ++expected;
    }
    seen += records.size();
  }
}

TEST(Concurrent, ReadersFollowAWriterAcrossSegmentsAndSeeEachRecordOnceInOrder) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", kPartitions));
  std::atomic<int> faults = 0;
  std::thread slow([&] { follow(scratch / "t", 7, faults); });
  std::thread fast([&] { follow(scratch / "t", 1000, faults); });
  {
    auto writer = writer_of(scratch / "t", {.segment_bytes = 50'000, .max_unacknowledged_bytes = 20'000});
    std::vector<topic::Acknowledgement> acknowledged;
    std::vector<std::int64_t> next(kPartitions, 0);
    std::uint64_t checked = 0;
    for (std::uint64_t i = 0; i < kRecords;) {
      const std::string value = "value " + std::to_string(i);
      topic::NewRecord record;
      record.value = value;
      const Result<bool> appended = writer->append(static_cast<std::int32_t>(i % kPartitions), record, i);
      ASSERT_TRUE(appended.ok());
      if (*appended) {
        ++i;
        continue;
      }
      ASSERT_TRUE(wait_readable(writer->ready_fd(), 20'000));
      ASSERT_TRUE(writer->acknowledgements(acknowledged).ok());
      for (; checked < acknowledged.size(); ++checked) {
        const topic::Acknowledgement& one = acknowledged[checked];
        ASSERT_EQ(one.offset, next[static_cast<std::size_t>(one.partition)]++);
        ASSERT_EQ(one.ticket,
                  static_cast<std::uint64_t>(one.offset) * kPartitions + static_cast<std::uint64_t>(one.partition));
      }
    }
  }
  slow.join();
  fast.join();
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace weir::topicdir
