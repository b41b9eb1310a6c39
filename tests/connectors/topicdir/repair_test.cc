#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "connectors/topicdir/frame.h"
#include "connectors/topicdir/layout.h"
#include "connectors/topicdir/topicdir.h"
#include "tests/connectors/topicdir/scratch.h"

namespace weir::topicdir {
namespace {

const std::vector<std::string> kThree{"first", "second", "third"};

std::string frame_of(std::int64_t offset, const std::string& value) {
  topic::NewRecord record;
  record.value = value;
  std::string bytes;
  append_frame(bytes, offset, 1, record);
  return bytes;
}

std::vector<std::string> read_all(const std::string& path, Status& status) {
  auto reader = reader_of({path});
  status = reader->seek(0, 0, reader->offsets(0, 0)->first);
  return status ? values_there(*reader, status) : std::vector<std::string>{};
}

void expect_corrupt(const Status& status, const std::string& part) {
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("corrupt topic: "), std::string::npos) << status.error().message;
  EXPECT_NE(status.error().message.find(part), std::string::npos) << status.error().message;
}

TEST(Repair, ATornTailIsCutOffAtEveryByteOfTheLastFrame) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, kThree);
  const std::string segment = segment_path(scratch / "t/0", 0);
  const std::string whole = file_bytes(segment);
  const std::string last = frame_of(3, "the one that is torn");
  for (std::size_t cut = 0; cut < last.size(); ++cut) {
    // As a crash leaves it: cut off, or with the length of the file in place and zeros instead of the rest.
    for (const bool zeros : {false, true}) {
      write_file(segment, whole + last.substr(0, cut) + (zeros ? std::string(last.size() - cut, '\0') : ""));
      {
        auto reader = reader_of({scratch / "t"});
        EXPECT_EQ(reader->offsets(0, 0)->end, 3);
      }
      { auto writer = writer_of(scratch / "t"); }
      ASSERT_EQ(file_bytes(segment), whole) << "cut at " << cut << (zeros ? " with zeros" : "");
    }
  }
  append_all(*writer_of(scratch / "t"), 0, {"fourth"});
  Status status;
  EXPECT_EQ(read_all(scratch / "t", status), (std::vector<std::string>{"first", "second", "third", "fourth"}));
}

TEST(Repair, WholeFramesBehindTheMarkAreKeptAndShown) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, kThree);
  const std::string segment = segment_path(scratch / "t/0", 0);
  write_file(segment, file_bytes(segment) + frame_of(3, "fourth") + "torn");
  Status status;
  EXPECT_EQ(read_all(scratch / "t", status), kThree) << "no reader vouches for what the writer has not";
  { auto writer = writer_of(scratch / "t"); }
  EXPECT_EQ(read_all(scratch / "t", status), (std::vector<std::string>{"first", "second", "third", "fourth"}));
}

TEST(Repair, AMarkBeyondWhatIsThereIsCorruptionAndNothingIsCut) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, kThree);
  const std::string segment = segment_path(scratch / "t/0", 0);
  const std::string whole = file_bytes(segment);
  const std::size_t last = frame_of(2, "third").size();
  for (std::size_t lost = 1; lost <= last; ++lost) {
    const std::string torn = whole.substr(0, whole.size() - lost);
    write_file(segment, torn);
    const auto writer = open_writer(scratch / "t");
    ASSERT_FALSE(writer.ok());
    const std::string place = "0.log, offset 2 at byte " + std::to_string(whole.size() - last);
    EXPECT_NE(writer.error().message.find(place), std::string::npos) << writer.error().message;
    Status status;
    EXPECT_EQ(read_all(scratch / "t", status), (std::vector<std::string>{"first", "second"}));
    expect_corrupt(status, place);
    ASSERT_EQ(file_bytes(segment), torn);
  }
}

TEST(Repair, EveryFlippedByteBelowTheMarkIsFoundByWriterAndReader) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, kThree);
  const std::string segment = segment_path(scratch / "t/0", 0);
  const std::string whole = file_bytes(segment);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    write_file(segment, flipped);
    ASSERT_FALSE(open_writer(scratch / "t").ok()) << at;
    Status status;
    const auto read = read_all(scratch / "t", status);
    expect_corrupt(status, segment);
    EXPECT_LT(read.size(), 3U);
  }
}

TEST(Repair, CorruptionInAnEarlierSegmentIsTheReadersToFindAndNobodysToRepair) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t", {.segment_bytes = 1}), 0, kThree);
  const std::string middle = segment_path(scratch / "t/0", 1);
  std::string bytes = file_bytes(middle);
  bytes.back() = 'X';
  write_file(middle, bytes);
  { auto writer = writer_of(scratch / "t"); }
  EXPECT_EQ(file_bytes(middle), bytes);
  Status status;
  EXPECT_EQ(read_all(scratch / "t", status), std::vector<std::string>{"first"});
  expect_corrupt(status, "00000000000000000001.log, offset 1 at byte 0: the checksum does not fit");

  std::filesystem::remove(middle);
  EXPECT_EQ(read_all(scratch / "t", status), std::vector<std::string>{"first"});
  expect_corrupt(status, "no other begins with this offset");
}

TEST(Repair, ADamagedMarkIsCorruption) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, kThree);
  const std::string mark = scratch / "t/0/durable";
  std::string bytes = file_bytes(mark);
  ASSERT_EQ(bytes.size(), 16U);
  bytes[0] = 1;
  for (const std::string& damaged : {bytes, std::string(), bytes.substr(0, 8)}) {
    write_file(mark, damaged);
    EXPECT_FALSE(open_writer(scratch / "t").ok());
    EXPECT_FALSE(reader_of({scratch / "t"})->seek(0, 0, 0).ok());
  }
}

TEST(Repair, AFileThatDoesNotBelongThereIsNamed) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  write_file(scratch / "t/0/notes.txt", "?");
  const auto writer = open_writer(scratch / "t");
  ASSERT_FALSE(writer.ok());
  EXPECT_NE(writer.error().message.find("notes.txt"), std::string::npos);
}

// Appends and says on `out` how much was acknowledged, until it is killed.
[[noreturn]] void append_until_killed(const std::string& path, int out) {
  auto opened = open_writer(path, {.segment_bytes = 5000, .max_unacknowledged_bytes = 2000});
  if (!opened) ::_exit(1);
  topic::Writer& writer = **opened;
  std::vector<topic::Acknowledgement> acknowledged;
  for (std::uint64_t i = 0;;) {
    const std::string value = "value " + std::to_string(i);
    topic::NewRecord record;
    record.value = value;
    const Result<bool> appended = writer.append(0, record, i);
    if (!appended) ::_exit(1);
    if (*appended) {
      ++i;
    } else {
      wait_readable(writer.ready_fd(), 1000);
    }
    acknowledged.clear();
    if (!writer.acknowledgements(acknowledged)) ::_exit(1);
    if (!acknowledged.empty()) {
      const std::int64_t end = acknowledged.back().offset + 1;
      if (::write(out, &end, sizeof end) != sizeof end) ::_exit(1);
    }
  }
}

TEST(Repair, NothingAcknowledgedIsLostWhenTheWriterIsKilled) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  std::int64_t end_before = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      append_until_killed(scratch / "t", ends[1]);
    }
    ::close(ends[1]);
    std::int64_t acknowledged = 0;
    for (int i = 0; i < 20 * (round + 1); ++i) {
      ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), static_cast<ssize_t>(sizeof acknowledged));
    }
    ::kill(child, SIGKILL);
    int how = 0;
    ASSERT_EQ(::waitpid(child, &how, 0), child);
    ASSERT_TRUE(WIFSIGNALED(how));
    std::int64_t more = 0;
    while (::read(ends[0], &more, sizeof more) == static_cast<ssize_t>(sizeof more)) acknowledged = more;
    ::close(ends[0]);

    { auto writer = writer_of(scratch / "t"); }
    auto reader = reader_of({scratch / "t"});
    const topic::OffsetRange range = *reader->offsets(0, 0);
    EXPECT_GE(range.end, acknowledged);
    ASSERT_TRUE(reader->seek(0, 0, end_before).ok());
    Status status;
    const auto values = values_there(*reader, status);
    ASSERT_TRUE(status.ok()) << status.error().message;
    ASSERT_EQ(static_cast<std::int64_t>(values.size()), range.end - end_before);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], "value " + std::to_string(i));
    end_before = range.end;
  }
}

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& path) : path_(path) {
    std::filesystem::create_directory(path);
    mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST(Repair, AFullDiskEndsTheWriterWithItsNameAndTheNextOneGoesOn) {
  const ScratchDirectory scratch;
  const SmallDisk disk(scratch / "disk");
  if (!disk.is_mounted()) GTEST_SKIP() << "skipped: mounting a small tmpfs needs root";
  const std::string topic = scratch / "disk/t";
  ASSERT_TRUE(*create_topic(topic, 1));
  write_file(scratch / "disk/ballast", std::string(100'000, 'b'));
  std::size_t acknowledged = 0;
  {
    auto writer = writer_of(topic);
    const std::string value(1000, 'v');
    topic::NewRecord record;
    record.value = value;
    Status status;
    std::vector<topic::Acknowledgement> out;
    for (std::uint64_t i = 0; i < 1000 && status; ++i) {
      if (!writer->append(0, record, i)) break;
      if (i % 10 == 0) wait_readable(writer->ready_fd(), 1000);
      status = writer->acknowledgements(out);
    }
    if (status) {
      wait_readable(writer->ready_fd(), 5000);
      status = writer->acknowledgements(out);
    }
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.error().message.find("the disk is full"), std::string::npos) << status.error().message;
    EXPECT_FALSE(writer->append(0, record, 1001).ok()) << "the error is final";
    acknowledged = out.size();
    for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i].ticket, i);
  }
  EXPECT_GT(acknowledged, 0U);
  std::filesystem::remove(scratch / "disk/ballast");
  append_all(*writer_of(topic), 0, {"after"});
  Status status;
  const auto values = read_all(topic, status);
  ASSERT_TRUE(status.ok());
  EXPECT_GE(values.size(), acknowledged + 1);
  EXPECT_EQ(values.back(), "after");
}

TEST(Repair, AnyTailBehindTheMarkIsCutToWholeFramesAndCanBeAppendedTo) {
  std::mt19937_64 random(20'260'227);
  for (int round = 0; round < 200; ++round) {
    const ScratchDirectory scratch;
    ASSERT_TRUE(*create_topic(scratch / "t", 1));
    std::vector<std::string> values;
    for (std::uint64_t i = 0; i < random() % 5; ++i) values.emplace_back(random() % 50, 's');
    append_all(*writer_of(scratch / "t"), 0, values);
    const std::size_t synced = values.size();
    std::string tail;
    for (std::uint64_t i = 0; i < random() % 5; ++i) {
      values.emplace_back(random() % 50, 'w');
      tail += frame_of(static_cast<std::int64_t>(values.size() - 1), values.back());
    }
    tail.resize(tail.size() - std::min<std::size_t>(tail.size(), random() % 100));
    const std::string garbage(random() % 40, static_cast<char>(random()));
    const std::string segment = segment_path(scratch / "t/0", 0);
    write_file(segment, file_bytes(segment) + tail + garbage);
    append_all(*writer_of(scratch / "t"), 0, {"after"});
    Status status;
    const auto read = read_all(scratch / "t", status);
    ASSERT_TRUE(status.ok()) << status.error().message;
    ASSERT_GT(read.size(), synced);
    EXPECT_EQ(read.back(), "after");
    EXPECT_TRUE(std::equal(read.begin(), read.end() - 1, values.begin()));
  }
}

}  // namespace
}  // namespace weir::topicdir
