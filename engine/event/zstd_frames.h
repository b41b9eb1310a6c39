// Follows the frames of a zstd stream (RFC 8878, section 3.1) without decompressing it, and so knows whether the stream
// ends where a frame ends. Boost.Iostreams' zstd filter takes the end of its input anywhere for the end of the data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::event {

class ZstdFrames {
 public:
  // The stream's next bytes.
  void feed(std::string_view bytes);

  // Whether all frames so far are complete. Bytes that are no frame at all never are.
  bool complete() const { return part_ == Part::kMagic && have_ == 0 && skip_ == 0; }

 private:
  enum class Part : std::uint8_t { kMagic, kSkippableSize, kDescriptor, kBlockHeader, kNotZstd };
  std::size_t wanted() const;
  void end_part();
  std::uint32_t number() const;

  Part part_ = Part::kMagic;
  bool has_checksum_ = false;
  std::array<unsigned char, 4> bytes_{};  // of the part, so far
  std::size_t have_ = 0;
  std::uint64_t skip_ = 0;  // bytes of content to pass over before the part begins
};

}  // namespace weir::event
