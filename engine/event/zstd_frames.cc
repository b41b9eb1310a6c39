#include "engine/event/zstd_frames.h"

#include <algorithm>

namespace weir::event {
namespace {

constexpr std::uint32_t kFrameMagic = 0xFD2FB528;
constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // the lowest four bits are free
constexpr std::uint32_t kRleBlock = 1;

// What follows the descriptor before the first block: window, dictionary id, content size.
std::uint64_t header_rest(std::uint32_t descriptor) {
  const bool single_segment = (descriptor & 0x20U) != 0;
  constexpr std::array<std::uint64_t, 4> kDictionaryBytes = {0, 1, 2, 4};
  constexpr std::array<std::uint64_t, 4> kSizeBytes = {0, 2, 4, 8};
  const std::uint32_t size_flag = descriptor >> 6U;
  const std::uint64_t size_bytes = size_flag == 0 && single_segment ? 1 : kSizeBytes[size_flag];
  return (single_segment ? 0 : 1) + kDictionaryBytes[descriptor & 3U] + size_bytes;
}

}  // namespace

void ZstdFrames::feed(std::string_view bytes) {
  while (!bytes.empty() && part_ != Part::kNotZstd) {
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    bytes.remove_prefix(skipped);
    skip_ -= skipped;
    while (skip_ == 0 && have_ < wanted() && !bytes.empty()) {
      bytes_[have_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
    }
    if (skip_ == 0 && have_ == wanted()) end_part();
  }
}

std::size_t ZstdFrames::wanted() const {
  switch (part_) {
    case Part::kMagic:
    case Part::kSkippableSize:
      return 4;
    case Part::kDescriptor:
      return 1;
    case Part::kBlockHeader:
      return 3;
    case Part::kNotZstd:
      break;
  }
  return 0;
}

std::uint32_t ZstdFrames::number() const {
  std::uint32_t value = 0;
  for (std::size_t i = have_; i-- > 0;) value = value << 8U | bytes_[i];
  return value;
}

void ZstdFrames::end_part() {
  const std::uint32_t value = number();
  have_ = 0;
  switch (part_) {
    case Part::kMagic:
      part_ = value == kFrameMagic                       ? Part::kDescriptor
              : (value & 0xFFFFFFF0U) == kSkippableMagic ? Part::kSkippableSize
                                                         : Part::kNotZstd;
      break;
    case Part::kSkippableSize:
      skip_ = value;
      part_ = Part::kMagic;
      break;
    case Part::kDescriptor:
      has_checksum_ = (value & 4U) != 0;
      skip_ = header_rest(value);
      part_ = Part::kBlockHeader;
      break;
    case Part::kBlockHeader: {
      const bool last = (value & 1U) != 0;
      const std::uint32_t type = (value >> 1U) & 3U;
      skip_ = type == kRleBlock ? 1 : value >> 3U;
      if (last && has_checksum_) skip_ += 4;
      if (last) part_ = Part::kMagic;
      break;
    }
    case Part::kNotZstd:
      break;
  }
}

}  // namespace weir::event
