// The fuzzer's body as an ordinary test: damaged segments from a fixed seed.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "connectors/topicdir/crc32c.h"
#include "connectors/topicdir/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace weir::topicdir {
namespace {

// Without checksums that fit, no damage would come beyond the first check.
void fix_checksums(std::string& bytes) {
  for (std::size_t at = 0; at + kFramePrefix + kFrameFixed <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length |= std::size_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    if (length > bytes.size() - at - kFramePrefix) return;
    const std::string_view view(bytes);
    const std::uint32_t crc = crc32c(view.substr(at + kFramePrefix, length), crc32c(view.substr(at, 4)));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 4 + i] = static_cast<char>(crc >> (8 * i));
    at += kFramePrefix + length;
  }
}

TEST(SegmentFuzz, DamagedSegmentsAreReadToTheFirstFaultAndNoFurther) {
  std::mt19937_64 random(20'260'227);
  const std::vector<topic::Header> headers{{"a", "b"}, {"", ""}};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::int64_t offset = 0; offset < static_cast<std::int64_t>(random() % 4); ++offset) {
      const std::string text(random() % 20, 'x');
      topic::NewRecord record;
      if (random() % 2 == 0) record.key = text;
      if (random() % 2 == 0) record.value = text;
      record.headers = std::span(headers).first(random() % 3);
      append_frame(bytes, offset, 1, record);
    }
    const std::size_t damages = random() % 3;
    for (std::size_t i = 0; i < damages && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
    if (random() % 2 == 0) fix_checksums(bytes);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
}

}  // namespace
}  // namespace weir::topicdir
