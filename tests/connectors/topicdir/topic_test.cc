#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/topicdir/frame.h"
#include "connectors/topicdir/layout.h"
#include "connectors/topicdir/topicdir.h"
#include "engine/topic/partitioner.h"
#include "tests/connectors/topicdir/scratch.h"

namespace weir::topicdir {
namespace {

TEST(TopicDirectory, RecordsComeBackWithKeyValueAndHeadersInOrder) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  auto writer = writer_of(scratch / "t");
  const std::vector<topic::Header> headers{{"trace", "abc"}, {"trace", "def"}, {"empty", ""}};
  const std::string binary("\0\xff\n", 3);
  std::vector<topic::NewRecord> given(5);
  given[0].key = "k";
  given[0].value = "v";
  given[0].headers = headers;
  given[1].key = "tombstone";
  given[2].key = "";
  given[2].value = "";
  given[3].value = binary;
  given[4].headers = std::span(headers).first(1);
  for (std::size_t i = 0; i < given.size(); ++i) ASSERT_TRUE(*writer->append(0, given[i], 100 + i));
  const auto acknowledged = await_acknowledgements(*writer, 5);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(acknowledged[i].ticket, 100 + i);
    EXPECT_EQ(acknowledged[i].partition, 0);
    EXPECT_EQ(acknowledged[i].offset, static_cast<std::int64_t>(i));
  }

  auto reader = reader_of({scratch / "t"});
  EXPECT_EQ(reader->topic_name(0), "t");
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  std::vector<topic::Record> records;
  ASSERT_TRUE(reader->poll(10, records).ok());
  ASSERT_EQ(records.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(records[i].offset, static_cast<std::int64_t>(i));
    EXPECT_GT(records[i].timestamp_ms, 1'600'000'000'000);
    EXPECT_EQ(records[i].key, given[i].key) << i;
    EXPECT_EQ(records[i].value, given[i].value) << i;
    EXPECT_EQ(std::vector(records[i].headers.begin(), records[i].headers.end()),
              std::vector(given[i].headers.begin(), given[i].headers.end()));
  }
}

TEST(TopicDirectory, SegmentsEndAtTheirSizeAndAreReadAcross) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  const std::size_t frame = kFramePrefix + kFrameFixed + 10;
  std::vector<std::string> values;
  for (int i = 0; i < 100; ++i) values.push_back("value-" + std::to_string(1000 + i));
  append_all(*writer_of(scratch / "t", {.segment_bytes = 3 * frame}), 0, values);
  EXPECT_EQ(list_segments(scratch / "t/0")->size(), 34U);
  EXPECT_EQ(std::filesystem::file_size(segment_path(scratch / "t/0", 3)), 3 * frame);

  auto reader = reader_of({scratch / "t"});
  for (const std::int64_t start : {0, 1, 2, 3, 50, 98, 99, 100}) {
    ASSERT_TRUE(reader->seek(0, 0, start).ok());
    Status status;
    const auto read = values_there(*reader, status);
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(read, std::vector<std::string>(values.begin() + start, values.end()));
  }
}

TEST(TopicDirectory, ARecordLargerThanASegmentStandsAlone) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  const std::vector<std::string> values{"small", std::string(3'000'000, 'x'), "small again"};
  append_all(*writer_of(scratch / "t", {.segment_bytes = 1000}), 0, values);
  EXPECT_EQ(*list_segments(scratch / "t/0"), (std::vector<std::int64_t>{0, 1, 2}));
  auto reader = reader_of({scratch / "t"});
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  Status status;
  EXPECT_EQ(values_there(*reader, status), values);
}

TEST(TopicDirectory, AppendsGoOnWhereTheLastWriterStopped) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t"), 0, {"a", "b"});
  append_all(*writer_of(scratch / "t", {.segment_bytes = 1}), 0, {"c"});
  append_all(*writer_of(scratch / "t"), 0, {"d"});
  auto reader = reader_of({scratch / "t"});
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  Status status;
  EXPECT_EQ(values_there(*reader, status), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(reader->offsets(0, 0)->end, 4);
}

TEST(TopicDirectory, KeysGoWhereKafkaWouldPutThem) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 5));
  auto writer = writer_of(scratch / "t");
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::string key = "key-" + std::to_string(i);
    topic::NewRecord record;
    record.key = key;
    ASSERT_TRUE(*writer->append(topic::kPartitionByKey, record, i));
  }
  for (const auto& acknowledged : await_acknowledgements(*writer, 50)) {
    EXPECT_EQ(acknowledged.partition, topic::partition_for_key("key-" + std::to_string(acknowledged.ticket), 5));
  }
  std::map<std::int32_t, int> keyless;
  for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(*writer->append(topic::kPartitionByKey, {}, i));
  for (const auto& acknowledged : await_acknowledgements(*writer, 10)) ++keyless[acknowledged.partition];
  EXPECT_EQ(keyless.size(), 5U);
}

TEST(TopicDirectory, ASecondWriterIsRefusedNamingTheFirst) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  {
    auto writer = writer_of(scratch / "t");
    const auto second = open_writer(scratch / "t");
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().message.find("already has a writer: process " + std::to_string(::getpid())),
              std::string::npos)
        << second.error().message;
  }
  EXPECT_TRUE(open_writer(scratch / "t").ok());
}

TEST(TopicDirectory, AtTheBoundAppendSaysFalseAndGoesOnAfterAcknowledgements) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  const std::size_t frame = kFramePrefix + kFrameFixed + 1;
  auto writer = writer_of(scratch / "t", {.max_unacknowledged_bytes = 3 * frame});
  topic::NewRecord record;
  record.value = "x";
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(*writer->append(0, record, i));
  EXPECT_FALSE(*writer->append(0, record, 3));
  await_acknowledgements(*writer, 3);
  EXPECT_TRUE(*writer->append(0, record, 3));
  await_acknowledgements(*writer, 1);
  const std::string large(10 * frame, 'x');
  record.value = large;
  EXPECT_TRUE(*writer->append(0, record, 4)) << "a single record above the bound is taken";
  EXPECT_FALSE(*writer->append(0, record, 5));
  await_acknowledgements(*writer, 1);
}

TEST(TopicDirectory, ARecordAboveTheFrameLimitIsAnErrorNamingBoth) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  auto writer = writer_of(scratch / "t");
  const std::string value(kMaxFrameBytes - kFramePrefix - kFrameFixed + 1, 'x');
  topic::NewRecord record;
  record.value = value;
  const Result<bool> refused = writer->append(0, record, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("67108865 bytes, the limit is 67108864"), std::string::npos)
      << refused.error().message;
  record.value = std::string_view(value).substr(1);
  EXPECT_TRUE(*writer->append(0, record, 2));
  await_acknowledgements(*writer, 1);
  auto reader = reader_of({scratch / "t"});
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  std::vector<topic::Record> records;
  ASSERT_TRUE(reader->poll(1, records).ok());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, record.value);
}

TEST(TopicDirectory, AnOffsetOutsideOfTheTopicIsAnError) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  append_all(*writer_of(scratch / "t", {.segment_bytes = 1}), 0, {"a", "b", "c"});
  auto reader = reader_of({scratch / "t"});
  EXPECT_TRUE(reader->seek(0, 0, 3).ok());
  EXPECT_FALSE(reader->seek(0, 0, 4).ok());
  EXPECT_FALSE(reader->seek(0, 0, -1).ok());
  std::filesystem::remove(segment_path(scratch / "t/0", 0));  // as a clean-up job would
  EXPECT_EQ(reader->offsets(0, 0)->first, 1);
  const Status expired = reader->seek(0, 0, 0);
  ASSERT_FALSE(expired.ok());
  EXPECT_NE(expired.error().message.find("offset 0 is not in"), std::string::npos) << expired.error().message;
  EXPECT_TRUE(reader->seek(0, 0, 1).ok());
}

TEST(TopicDirectory, PausedPartitionsWaitAndNeverSoughtOnesAreNotRead) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 3));
  auto writer = writer_of(scratch / "t");
  for (int p = 0; p < 3; ++p) append_all(*writer, p, {"p" + std::to_string(p)});
  auto reader = reader_of({scratch / "t"});
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  ASSERT_TRUE(reader->seek(0, 1, 0).ok());
  ASSERT_TRUE(reader->pause(0, 1).ok());
  Status status;
  EXPECT_EQ(values_there(*reader, status), std::vector<std::string>{"p0"});
  EXPECT_FALSE(wait_readable(reader->ready_fd(), 0));
  ASSERT_TRUE(reader->resume(0, 1).ok());
  EXPECT_TRUE(wait_readable(reader->ready_fd(), 0));
  EXPECT_EQ(values_there(*reader, status), std::vector<std::string>{"p1"});
}

TEST(TopicDirectory, TheReadyFdSaysSoWhileRecordsAreLeftAndAtNewOnes) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  auto writer = writer_of(scratch / "t");
  append_all(*writer, 0, {"a", "b", "c"});
  auto reader = reader_of({scratch / "t"});
  EXPECT_FALSE(wait_readable(reader->ready_fd(), 0));
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  std::vector<topic::Record> records;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(wait_readable(reader->ready_fd(), 0)) << i;
    ASSERT_TRUE(reader->poll(1, records).ok());
    ASSERT_EQ(records.size(), 1U);
  }
  EXPECT_FALSE(wait_readable(reader->ready_fd(), 0));
  append_all(*writer, 0, {"d"});
  ASSERT_TRUE(wait_readable(reader->ready_fd(), 5000));
  ASSERT_TRUE(reader->poll(10, records).ok());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, "d");
  ASSERT_TRUE(reader->poll(10, records).ok());
  EXPECT_FALSE(wait_readable(reader->ready_fd(), 0));
}

TEST(TopicDirectory, SeveralTopicsAreReadTogether) {
  const ScratchDirectory scratch;
  ASSERT_TRUE(*create_topic(scratch / "a", 1));
  ASSERT_TRUE(*create_topic(scratch / "b", 2));
  append_all(*writer_of(scratch / "a"), 0, {"a0"});
  append_all(*writer_of(scratch / "b"), 1, {"b1"});
  auto reader = reader_of({scratch / "a", scratch / "b"});
  ASSERT_EQ(reader->topic_count(), 2U);
  EXPECT_EQ(reader->partition_count(1), 2);
  ASSERT_TRUE(reader->seek(0, 0, 0).ok());
  ASSERT_TRUE(reader->seek(1, 1, 0).ok());
  std::vector<topic::Record> records;
  ASSERT_TRUE(reader->poll(10, records).ok());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].topic, 0U);
  EXPECT_EQ(records[1].topic, 1U);
  EXPECT_EQ(records[1].partition, 1);
  EXPECT_FALSE(open_reader({scratch / "a", scratch / "a"}).ok());
}

TEST(TopicDirectory, CreatingAgainIsNoErrorUnlessThePartitionsDiffer) {
  const ScratchDirectory scratch;
  EXPECT_TRUE(*create_topic(scratch / "deep/er/t", 2));
  EXPECT_FALSE(*create_topic(scratch / "deep/er/t", 2));
  EXPECT_FALSE(create_topic(scratch / "deep/er/t", 3).ok());
  EXPECT_FALSE(create_topic(scratch / "u", 0).ok());
  EXPECT_FALSE(create_topic(scratch / "u", kMaxPartitions + 1).ok());
  EXPECT_TRUE(create_topic(scratch / "u", kMaxPartitions).ok());
  EXPECT_EQ(*list_topics(scratch / "deep/er"), std::vector<std::string>{"t"});
  EXPECT_TRUE(list_topics(scratch / "deep")->empty());
  EXPECT_FALSE(list_topics(scratch / "nowhere").ok());
}

TEST(TopicDirectory, MissingTopicsAndForeignVersionsAreRefusedWithAWayOut) {
  const ScratchDirectory scratch;
  const auto missing = open_reader({scratch / "t"});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("weir topics create dir:"), std::string::npos);
  ASSERT_TRUE(*create_topic(scratch / "t", 1));
  for (const std::string settings : {R"({"format":2,"partitions":1})", R"({"partitions":1})", R"({"format":1})",
                                     R"({"format":1,"partitions":0})", R"({"format":1,"partitions":1025})",
                                     R"({"format":1,"partitions":1} x)", R"({"format":1,"partitions":-1})", "", "{}"}) {
    write_file(scratch / "t/topic.json", settings);
    EXPECT_FALSE(open_reader({scratch / "t"}).ok()) << settings;
    EXPECT_FALSE(open_writer(scratch / "t").ok()) << settings;
  }
  write_file(scratch / "t/topic.json", "{\n  \"partitions\": 1,\n  \"format\": 1\n}\n");
  EXPECT_TRUE(open_reader({scratch / "t"}).ok());
}

}  // namespace
}  // namespace weir::topicdir
