#include "connectors/topicdir/frame.h"

#include <bit>
#include <cstring>

#include "connectors/topicdir/crc32c.h"

namespace weir::topicdir {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are written as they lie in memory");

template <class T>
char* put(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

char* put(char* at, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

template <class T>
T get(const char* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::int32_t length_of(const std::optional<std::string_view>& field) {
  return field ? static_cast<std::int32_t>(field->size()) : -1;
}

FrameResult bad(const char* reason) { return {FrameState::kBad, 0, reason}; }

// Takes `length` bytes off `rest`; -1 is an absent field.
bool take(std::string_view& rest, std::int64_t length, std::optional<std::string_view>& field) {
  field.reset();
  if (length == -1) return true;
  if (length < 0 || static_cast<std::uint64_t>(length) > rest.size()) return false;
  field = rest.substr(0, static_cast<std::size_t>(length));
  rest.remove_prefix(static_cast<std::size_t>(length));
  return true;
}

}  // namespace

std::size_t frame_bytes(const topic::NewRecord& record) {
  std::size_t bytes = kFramePrefix + kFrameFixed;
  if (record.key) bytes += record.key->size();
  if (record.value) bytes += record.value->size();
  for (const topic::Header& header : record.headers) bytes += 8 + header.name.size() + header.value.size();
  return bytes;
}

void append_frame(std::string& out, std::int64_t offset, std::int64_t timestamp_ms, const topic::NewRecord& record) {
  const std::size_t bytes = frame_bytes(record);
  WEIR_CHECK(bytes <= kMaxFrameBytes, "a frame above the limit");
  const std::size_t start = out.size();
  out.resize(start + bytes);
  char* const frame = out.data() + start;
  char* at = put(frame, static_cast<std::uint32_t>(bytes - kFramePrefix));
  at = put(at + 4, offset);
  at = put(at, timestamp_ms);
  at = put(at, length_of(record.key));
  at = put(at, length_of(record.value));
  at = put(at, static_cast<std::uint32_t>(record.headers.size()));
  if (record.key) at = put(at, *record.key);
  if (record.value) at = put(at, *record.value);
  for (const topic::Header& header : record.headers) {
    at = put(at, static_cast<std::uint32_t>(header.name.size()));
    at = put(at, static_cast<std::uint32_t>(header.value.size()));
    at = put(at, header.name);
    at = put(at, header.value);
  }
  const std::uint32_t crc = crc32c({frame + kFramePrefix, bytes - kFramePrefix}, crc32c({frame, 4}));
  put(frame + 4, crc);
}

FrameResult parse_frame(std::string_view bytes, Frame& frame, std::vector<topic::Header>& headers) {
  if (bytes.size() < kFramePrefix) return {FrameState::kCut, kFramePrefix, ""};
  const std::size_t length = get<std::uint32_t>(bytes.data());
  if (length < kFrameFixed) return bad("the length is below that of an empty record");
  if (length > kMaxFrameBytes - kFramePrefix) return bad("the length is above the limit");
  if (bytes.size() - kFramePrefix < length) return {FrameState::kCut, kFramePrefix + length, ""};
  std::string_view rest = bytes.substr(kFramePrefix, length);
  if (crc32c(rest, crc32c(bytes.substr(0, 4))) != get<std::uint32_t>(bytes.data() + 4)) {
    return bad("the checksum does not fit");
  }
  frame.bytes = kFramePrefix + length;
  frame.offset = get<std::int64_t>(rest.data());
  frame.timestamp_ms = get<std::int64_t>(rest.data() + 8);
  const auto key_length = get<std::int32_t>(rest.data() + 16);
  const auto value_length = get<std::int32_t>(rest.data() + 20);
  frame.headers = get<std::uint32_t>(rest.data() + 24);
  rest.remove_prefix(kFrameFixed);
  if (!take(rest, key_length, frame.key)) return bad("the key is longer than the record");
  if (!take(rest, value_length, frame.value)) return bad("the value is longer than the record");
  const std::size_t before = headers.size();
  for (std::uint32_t i = 0; i < frame.headers; ++i) {
    std::optional<std::string_view> name;
    std::optional<std::string_view> value;
    bool fits = rest.size() >= 8;
    if (fits) {
      const std::int64_t name_length = get<std::uint32_t>(rest.data());
      const std::int64_t header_length = get<std::uint32_t>(rest.data() + 4);
      rest.remove_prefix(8);
      fits = take(rest, name_length, name) && take(rest, header_length, value);
    }
    if (!fits) {
      headers.resize(before);
      return bad("the headers are longer than the record");
    }
    headers.push_back({*name, *value});
  }
  if (!rest.empty()) {
    headers.resize(before);
    return bad("there are bytes behind the last header");
  }
  return {};
}

}  // namespace weir::topicdir
