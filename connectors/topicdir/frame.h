// One record in a segment file. All integers are little-endian:
//
//   u32 length       of everything behind the checksum
//   u32 checksum     CRC-32C of the length and of everything behind the checksum
//   i64 offset
//   i64 timestamp_ms since 1970
//   i32 key length   -1: no key
//   i32 value length -1: no value
//   u32 headers      how many
//   key, value, then per header: u32 name length, u32 value length, name, value
//
// There is one frame for a record and one record for a frame: nothing is padded or optional.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/topic/topic.h"

namespace weir::topicdir {

inline constexpr std::size_t kFramePrefix = 8;            // length and checksum
inline constexpr std::size_t kFrameFixed = 28;            // offset to headers
inline constexpr std::size_t kMaxFrameBytes = 64U << 20;  // the whole frame

// The frame's size; above kMaxFrameBytes it must not be appended.
std::size_t frame_bytes(const topic::NewRecord& record);
void append_frame(std::string& out, std::int64_t offset, std::int64_t timestamp_ms, const topic::NewRecord& record);

struct Frame {
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::uint32_t headers = 0;  // how many were added to the list
  std::size_t bytes = 0;      // the whole frame
};

enum class FrameState : std::uint8_t {
  kWhole,
  kCut,  // more bytes are needed: `needed` in all
  kBad,  // `reason` says why
};

struct FrameResult {
  FrameState state = FrameState::kWhole;
  std::size_t needed = 0;
  const char* reason = "";
};

// Reads the frame at the start of `bytes`. Views point into `bytes`; the headers are added to `headers`.
FrameResult parse_frame(std::string_view bytes, Frame& frame, std::vector<topic::Header>& headers);

}  // namespace weir::topicdir
