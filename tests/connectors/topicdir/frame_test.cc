#include "connectors/topicdir/frame.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "connectors/topicdir/crc32c.h"

namespace weir::topicdir {
namespace {

TEST(Crc32c, EqualsThePublishedCheckValuesByBothWays) {
  const std::string zeros(32, '\0');
  const std::string ones(32, '\xff');
  for (const auto& sum : {crc32c, crc32c_portable}) {
    EXPECT_EQ(sum("123456789", 0), 0xe3069283U);
    EXPECT_EQ(sum(zeros, 0), 0x8a9136aaU);  // RFC 3720, B.4
    EXPECT_EQ(sum(ones, 0), 0x62a8ab43U);
    EXPECT_EQ(sum("", 0), 0U);
  }
}

TEST(Crc32c, BothWaysAgreeAndCanGoOnAnywhere) {
  rc::check([](const std::string& bytes) {
    const std::size_t cut = bytes.empty() ? 0 : *rc::gen::inRange<std::size_t>(0, bytes.size());
    const std::string_view all(bytes);
    RC_ASSERT(crc32c(all) == crc32c_portable(all));
    RC_ASSERT(crc32c(all.substr(cut), crc32c(all.substr(0, cut))) == crc32c(all));
    RC_ASSERT(crc32c_portable(all.substr(cut), crc32c(all.substr(0, cut))) == crc32c(all));
  });
}

TEST(Frame, ComesBackAsItWasWritten) {
  rc::check([](std::int64_t offset, std::int64_t timestamp_ms, const std::string& key, const std::string& value,
               bool has_key, bool has_value, const std::vector<std::pair<std::string, std::string>>& headers) {
    std::vector<topic::Header> given;
    for (const auto& [name, content] : headers) given.push_back({name, content});
    topic::NewRecord record;
    if (has_key) record.key = key;
    if (has_value) record.value = value;
    record.headers = given;
    std::string bytes = "before";
    append_frame(bytes, offset, timestamp_ms, record);
    const std::string_view written = std::string_view(bytes).substr(6);
    RC_ASSERT(written.size() == frame_bytes(record));

    Frame frame;
    std::vector<topic::Header> read{{"one", "that was there"}};
    RC_ASSERT(parse_frame(written, frame, read).state == FrameState::kWhole);
    RC_ASSERT(frame.bytes == written.size());
    RC_ASSERT(frame.offset == offset && frame.timestamp_ms == timestamp_ms);
    RC_ASSERT(frame.key == record.key && frame.value == record.value);
    RC_ASSERT(frame.headers == given.size());
    read.erase(read.begin());
    RC_ASSERT(read == given);
  });
}

TEST(Frame, AskedForMoreAtEveryCutAndRefusedAtEveryFlippedBit) {
  const std::vector<topic::Header> headers{{"trace", "0123"}, {"empty", ""}};
  topic::NewRecord record;
  record.key = "key";
  record.value = "value";
  record.headers = headers;
  std::string bytes;
  append_frame(bytes, 7, 8, record);
  Frame frame;
  std::vector<topic::Header> read;
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const FrameResult result = parse_frame(std::string_view(bytes).substr(0, cut), frame, read);
    ASSERT_EQ(result.state, FrameState::kCut) << cut;
    ASSERT_EQ(result.needed, cut < kFramePrefix ? kFramePrefix : bytes.size());
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_NE(parse_frame(flipped, frame, read).state, FrameState::kWhole) << "bit " << bit;
    ASSERT_TRUE(read.empty());
  }
}

// A frame whose checksum fits says nothing about its lengths: whoever can compute one can lie in the other.
TEST(Frame, LengthsThatDoNotAddUpAreRefusedThoughTheChecksumFits) {
  topic::NewRecord record;
  record.key = "key";
  record.value = "value";
  const std::vector<topic::Header> headers{{"name", "content"}};
  record.headers = headers;
  std::string good;
  append_frame(good, 7, 8, record);
  Frame frame;
  std::vector<topic::Header> read;
  for (std::size_t at = 24; at < good.size() - 3; ++at) {
    for (const std::uint32_t number : {0xffffffffU, 0x7fffffffU, 0x80000000U, 0xfffffffeU, 1000U}) {
      std::string bytes = good;
      for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(number >> (8 * i));
      const std::string_view view(bytes);
      const std::uint32_t crc = crc32c(view.substr(8), crc32c(view.substr(0, 4)));
      for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = static_cast<char>(crc >> (8 * i));
      read.clear();
      const FrameResult result = parse_frame(bytes, frame, read);
      if (result.state == FrameState::kWhole) {
        std::string again;
        topic::NewRecord same;
        same.key = frame.key;
        same.value = frame.value;
        same.headers = read;
        append_frame(again, frame.offset, frame.timestamp_ms, same);
        ASSERT_EQ(again, bytes) << "accepted, but it is not what the record is written as";
      }
    }
  }
}

TEST(Frame, TheSizeLimitHoldsOnBothSides) {
  std::string bytes(kFramePrefix + kFrameFixed, '\0');
  Frame frame;
  std::vector<topic::Header> read;
  const auto with_length = [&](std::size_t length) {
    for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(length >> (8 * i));
    return parse_frame(bytes, frame, read);
  };
  EXPECT_EQ(with_length(kMaxFrameBytes - kFramePrefix).state, FrameState::kCut);
  EXPECT_EQ(with_length(kMaxFrameBytes - kFramePrefix + 1).state, FrameState::kBad);
  EXPECT_EQ(with_length(kFrameFixed - 1).state, FrameState::kBad);
}

}  // namespace
}  // namespace weir::topicdir
