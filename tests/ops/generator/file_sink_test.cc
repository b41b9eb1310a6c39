#include "ops/generator/file_sink.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

class FileSinkTest : public ::testing::Test {
 protected:
  FileSinkTest()
      : folder_(std::filesystem::path(::testing::TempDir()) / ("weir-file-sink-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~FileSinkTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  static std::vector<std::string> lines(const std::string& path) {
    std::ifstream in(path);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }

  std::filesystem::path folder_;
};

TEST_F(FileSinkTest, FilesHoldTheStreamLineByLine) {
  const GeneratorOptions options = options_with_seed(8);
  Generator generator(options);
  auto sink = FileSink::create({path("out"), path("labels"), path("truth")});
  ASSERT_TRUE(sink.ok());
  const auto counts = write_stream(generator, {30'000, 0, {}}, **sink);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->transactions, 30'000U);

  std::vector<std::string> transactions;
  std::vector<std::string> labels;
  std::vector<std::string> truth = {"id,typology,fraud"};
  Generator again(options);
  GeneratedRecord record;
  while (transactions.size() < 30'000 && again.next(record)) {
    (record.topic == StreamTopic::kLabels ? labels : transactions).push_back(record.value);
    if (record.topic == StreamTopic::kLabels || record.duplicate || record.truth.typology.empty()) continue;
    truth.push_back(record.id + "," + std::string(record.truth.typology) + (record.truth.fraud ? ",true" : ",false"));
  }
  EXPECT_EQ(lines(path("out")), transactions);
  EXPECT_EQ(lines(path("labels")), labels);
  EXPECT_EQ(lines(path("truth")), truth);
  EXPECT_EQ(counts->labels, labels.size());
  EXPECT_EQ(counts->fraud + counts->lookalikes, truth.size() - 1);
}

TEST_F(FileSinkTest, TheStreamStopsBeforeTheGivenInstant) {
  const GeneratorOptions options = options_with_seed(8);
  Generator generator(options);
  auto sink = FileSink::create({path("out"), "", ""});
  ASSERT_TRUE(sink.ok());
  const std::int64_t until_ms = options.start_ms + 2 * 86'400'000;
  const auto counts = write_stream(generator, {0, until_ms, {}}, **sink);
  ASSERT_TRUE(counts.ok());
  EXPECT_LT(counts->last_stream_time_ms, until_ms);
  EXPECT_GT(counts->last_stream_time_ms, until_ms - 3'600'000);
  EXPECT_EQ(lines(path("out")).size(), counts->transactions);
}

TEST_F(FileSinkTest, TheStreamStopsWhenAsked) {
  Generator generator(options_with_seed(8));
  auto sink = FileSink::create({path("out"), "", ""});
  ASSERT_TRUE(sink.ok());
  int asked = 0;
  const auto counts = write_stream(generator, {0, 0, [&] { return asked++ < 10; }}, **sink);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(lines(path("out")).size(), 10U);
}

TEST_F(FileSinkTest, AFileThatCannotBeOpenedIsNamed) {
  const auto sink = FileSink::create({path("no/such/folder"), "", ""});
  ASSERT_FALSE(sink.ok());
  EXPECT_EQ(sink.error().message, "can't write " + path("no/such/folder") + ": No such file or directory");
}

TEST_F(FileSinkTest, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "skipped: no /dev/full here";
  Generator generator(options_with_seed(8));
  auto sink = FileSink::create({"/dev/full", "", ""});
  ASSERT_TRUE(sink.ok());
  const auto counts = write_stream(generator, {1'000, 0, {}}, **sink);
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().message, "can't write /dev/full: No space left on device");
}

}  // namespace
}  // namespace weir::generator
