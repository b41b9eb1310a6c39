#include "engine/event/file_records.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/lzma.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/event/zstd_frames.h"

namespace weir::event {
namespace {

namespace iostreams = boost::iostreams;

template <class Compressor>
std::string compressed(std::string_view bytes, Compressor compressor) {
  std::string out;
  iostreams::filtering_streambuf<iostreams::output> stream;
  stream.push(std::move(compressor));
  stream.push(iostreams::back_inserter(out));
  stream.sputn(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.reset();
  return out;
}
std::string gzip(std::string_view bytes) { return compressed(bytes, iostreams::gzip_compressor()); }
std::string xz(std::string_view bytes) { return compressed(bytes, iostreams::lzma_compressor()); }
// One frame: Boost's compressor may put an empty one behind it.
std::string zstd(std::string_view bytes) {
  const std::string_view empty_frame("\x28\xB5\x2F\xFD\x20\x00\x01\x00\x00", 9);
  std::string out = compressed(bytes, iostreams::zstd_compressor());
  if (out.size() > empty_frame.size() && out.ends_with(empty_frame)) out.resize(out.size() - empty_frame.size());
  return out;
}

class FileRecordsTest : public testing::Test {
 protected:
  FileRecordsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir_records_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FileRecordsTest() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view bytes) {
    const std::string path = (directory_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  // All records, each behind its line number; the last entry is the error, if there is one.
  static std::vector<std::string> records(const std::string& path) {
    std::vector<std::string> out;
    auto file = FileRecords::open(path);
    if (!file.ok()) return {"error: " + file.error().message};
    if (file->format() == FileFormat::kCsv) out.push_back("header " + std::string(file->csv_header()));
    for (;;) {
      std::string_view record;
      auto more = file->next(record);
      if (!more.ok()) {
        out.push_back("error: " + more.error().message);
        return out;
      }
      if (!*more) return out;
      out.push_back(std::to_string(file->line()) + " " + std::string(record));
    }
  }
  using Lines = std::vector<std::string>;

  std::filesystem::path directory_;
};

TEST_F(FileRecordsTest, ReadsLinesWithEitherLineEndAndWithoutTheLast) {
  EXPECT_EQ(records(write("a.jsonl", "{1}\n{2}\r\n{3}")), (Lines{"1 {1}", "2 {2}", "3 {3}"}));
  EXPECT_EQ(records(write("b.ndjson", "{1}\n{2}\n")), (Lines{"1 {1}", "2 {2}"}));
  EXPECT_EQ(records(write("c.json", "\n\r\n{1}\n\n\n{2}\n\n")), (Lines{"3 {1}", "6 {2}"}));
  EXPECT_EQ(records(write("d.jsonl", "")), Lines{});
  EXPECT_EQ(records(write("e.jsonl", "\xEF\xBB\xBF{1}\n\xEF\xBB\xBF{2}\n")), (Lines{"1 {1}", "2 \xEF\xBB\xBF{2}"}));
  EXPECT_EQ(records(write("f.jsonl", "a\"b\nc\n")), (Lines{"1 a\"b", "2 c"}));
}

TEST_F(FileRecordsTest, ACsvRowGoesOnOverLineEndsInsideOfQuotes) {
  EXPECT_EQ(records(write("a.csv", "x,y\n1,\"a\nb\"\r\n2,\"c \"\"d\"\"\r\ne\"\n3,f")),
            (Lines{"header x,y", "2 1,\"a\nb\"", "4 2,\"c \"\"d\"\"\r\ne\"", "6 3,f"}));
  EXPECT_EQ(records(write("b.csv", "x\n5\" pipe\n6\n")), (Lines{"header x", "2 5\" pipe", "3 6"}));
  EXPECT_EQ(records(write("c.csv", "x\n\"open\n6\n")), (Lines{"header x", "2 \"open\n6\n"}));
  EXPECT_EQ(records(write("d.csv", "\xEF\xBB\xBF\"x\ny\",z\n1,2\n")), (Lines{"header \"x\ny\",z", "3 1,2"}));
  EXPECT_EQ(records(write("e.csv", "x\n\n1\n")), (Lines{"header x", "3 1"}));
}

TEST_F(FileRecordsTest, CompressionIsFoundByContent) {
  const std::string text = "{\"a\":1}\n{\"a\":2}\n";
  const Lines expected = {"1 {\"a\":1}", "2 {\"a\":2}"};
  EXPECT_EQ(records(write("a.jsonl.gz", gzip(text))), expected);
  EXPECT_EQ(records(write("a.jsonl.xz", xz(text))), expected);
  EXPECT_EQ(records(write("a.jsonl.zst", zstd(text))), expected);
  EXPECT_EQ(records(write("b.jsonl", gzip(text))), expected);
  EXPECT_EQ(records(write("b.jsonl.gz", text)), expected);
  EXPECT_EQ(records(write("c.jsonl.gz", zstd(text))), expected);
  EXPECT_EQ(records(write("d.csv.xz", xz("x\n1\n"))), (Lines{"header x", "2 1"}));
}

TEST_F(FileRecordsTest, SeveralCompressedPiecesAreOneFile) {
  const Lines expected = {"1 {1}", "2 {2}"};
  EXPECT_EQ(records(write("a.jsonl.gz", gzip("{1}\n{") + gzip("2}\n"))), expected);
  EXPECT_EQ(records(write("a.jsonl.xz", xz("{1}\n{") + xz("2}\n"))), expected);
  EXPECT_EQ(records(write("a.jsonl.zst", zstd("{1}\n{") + zstd("2}\n"))), expected);
  const std::string skippable("\x53\x2A\x4D\x18\x03\0\0\0abc", 11);
  EXPECT_EQ(records(write("b.jsonl.zst", skippable + zstd("{1}\n{") + skippable + zstd("2}\n"))), expected);
}

std::string incompressible(std::size_t size) {
  std::string text;
  std::uint64_t state = 1;
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += std::to_string(state >> 33U) + (text.size() % 7 == 0 ? "\n" : ",");
  }
  return text;
}

TEST_F(FileRecordsTest, DataThatIsCutShortIsAnErrorWhereverItIsCut) {
  const std::string text = incompressible(600);
  const std::vector<std::pair<std::string, std::string>> files = {
      {"gzip", gzip(text)}, {"xz", xz(text)}, {"zstd", zstd(text)}, {"zstd", zstd(text) + zstd(text)}};
  for (const auto& [name, bytes] : files) {
    const bool two_frames = bytes.size() > zstd(text).size() && name == "zstd";
    for (std::size_t size = 6; size < bytes.size(); ++size) {
      if (two_frames && size == bytes.size() / 2) continue;
      const Lines lines = records(write("cut.jsonl", std::string_view(bytes).substr(0, size)));
      ASSERT_FALSE(lines.empty()) << name << " " << size;
      ASSERT_NE(lines.back().find(name + " data is"), std::string::npos) << name << " " << size << lines.back();
      ASSERT_NE(lines.back().find("cut short"), std::string::npos) << name << " " << size << lines.back();
    }
  }
}

TEST_F(FileRecordsTest, DamagedDataAndTextBehindItAreErrors) {
  const std::string text = incompressible(100'000);
  for (auto bytes : {gzip(text), xz(text), zstd(text)}) {
    const Lines behind = records(write("behind.jsonl", bytes + "garbage behind"));
    EXPECT_TRUE(behind.back().starts_with("error: `")) << behind.back();
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    bytes[bytes.size() / 2 + 1] = static_cast<char>(bytes[bytes.size() / 2 + 1] ^ 0x55);
    const Lines damaged = records(write("damaged.jsonl", bytes));
    EXPECT_TRUE(damaged.back().starts_with("error: `") || damaged != records(write("good.jsonl", text)));
  }
}

TEST_F(FileRecordsTest, LongFilesComeWholeThroughEveryCompression) {
  const std::string text = incompressible(3'000'000);
  const Lines expected = records(write("plain.jsonl", text));
  EXPECT_GT(expected.size(), 1000U);
  std::string joined;
  for (const std::string& line : expected) joined += line.substr(line.find(' ') + 1) + "\n";
  EXPECT_EQ(joined, text.back() == '\n' ? text : text + "\n");
  EXPECT_EQ(records(write("a.jsonl", gzip(text))), expected);
  EXPECT_EQ(records(write("a.jsonl", xz(text))), expected);
  EXPECT_EQ(records(write("a.jsonl", zstd(text))), expected);
}

TEST_F(FileRecordsTest, KnowsHowFarItIs) {
  const std::string bytes = gzip(incompressible(500'000));
  auto file = FileRecords::open(write("a.jsonl", bytes));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->bytes_total(), bytes.size());
  std::string_view record;
  auto more = file->next(record);
  ASSERT_TRUE(more.ok() && *more);
  EXPECT_GT(file->bytes_read(), 0U);
  EXPECT_LT(file->bytes_read(), bytes.size());
  while (more.ok() && *more) more = file->next(record);
  EXPECT_TRUE(more.ok());
  EXPECT_EQ(file->bytes_read(), bytes.size());
}

TEST_F(FileRecordsTest, ARecordMayBeAsLongAsTheLimit) {
  std::string text(kMaxFileRecordBytes, 'x');
  const std::string path = write("a.jsonl", text + "\r\ny\n");
  auto file = FileRecords::open(path);
  ASSERT_TRUE(file.ok());
  std::string_view record;
  auto more = file->next(record);
  ASSERT_TRUE(more.ok() && *more);
  EXPECT_EQ(record.size(), kMaxFileRecordBytes);
  more = file->next(record);
  ASSERT_TRUE(more.ok() && *more);
  EXPECT_EQ(record, "y");

  for (const char* behind : {"x\n", "x\r\n", "x"}) {
    auto longer = FileRecords::open(write("b.jsonl", "{}\n" + text + behind));
    ASSERT_TRUE(longer.ok());
    more = longer->next(record);
    ASSERT_TRUE(more.ok() && *more);
    more = longer->next(record);
    ASSERT_FALSE(more.ok());
    EXPECT_NE(more.error().message.find("record at line 2 has more than 64 MiB"), std::string::npos);
  }
}

TEST_F(FileRecordsTest, SaysWhyAFileCannotBeOpened) {
  const auto complaint = [](const std::string& path) {
    auto file = FileRecords::open(path);
    return file.ok() ? "none" : file.error().message;
  };
  EXPECT_NE(complaint((directory_ / "absent.csv").string()).find("No such file"), std::string::npos);
  EXPECT_NE(complaint(write("a.txt", "x")).find("neither JSON lines"), std::string::npos);
  EXPECT_NE(complaint(write("a.parquet.gz", "x")).find("neither JSON lines"), std::string::npos);
  EXPECT_NE(complaint(write("a.csv", "")).find("no header"), std::string::npos);
  std::filesystem::create_directory(directory_ / "folder.csv");
  EXPECT_NE(complaint((directory_ / "folder.csv").string()).find("directory"), std::string::npos);
}

TEST(ZstdFrames, AreCompleteExactlyAtTheirEnds) {
  const std::string first = zstd(incompressible(300'000));
  const std::string second = zstd("");
  const std::string third("\x5F\x2A\x4D\x18\x02\0\0\0ab", 10);
  const std::string bytes = first + second + third + first;
  ZstdFrames frames;
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    const bool at_end = at == 0 || at == first.size() || at == first.size() + second.size() ||
                        at == first.size() + second.size() + third.size() || at == bytes.size();
    ASSERT_EQ(frames.complete(), at_end) << at;
    if (at < bytes.size()) frames.feed(std::string_view(bytes).substr(at, 1));
  }
  ZstdFrames at_once;
  at_once.feed(bytes);
  EXPECT_TRUE(at_once.complete());
  at_once.feed("junk");
  EXPECT_FALSE(at_once.complete());
}

}  // namespace
}  // namespace weir::event
