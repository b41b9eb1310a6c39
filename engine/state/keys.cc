#include "engine/state/keys.h"

#include <cstring>

#include "engine/base/check.h"

namespace weir::state {
namespace {

constexpr std::size_t kEntityHead = 1 + 4 + 2;
constexpr std::size_t kFrameHead = 8 + 4;

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t read_little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint32_t read_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

void append_entity_prefix(std::string& out, char table, std::uint32_t entity, std::string_view key) {
  WEIR_CHECK(key.size() <= 0xffff, "an entity key is bounded by the schema's string limit");
  out.push_back(table);
  append_big_endian(out, entity);
  out.push_back(static_cast<char>(key.size() >> 8U));
  out.push_back(static_cast<char>(key.size()));
  out.append(key);
}

std::size_t entity_prefix_length(std::string_view key) {
  if (key.size() < kEntityHead || (key[0] != kHistoryTable && key[0] != kFirstSeenTable)) return 0;
  const std::size_t length =
      static_cast<std::size_t>(static_cast<unsigned char>(key[5])) << 8U | static_cast<unsigned char>(key[6]);
  return key.size() >= kEntityHead + length ? kEntityHead + length : 0;
}

void append_frame(std::string& out, std::int64_t time_ms, std::string_view bytes) {
  append_little_endian(out, static_cast<std::uint64_t>(time_ms), 8);
  append_little_endian(out, bytes.size(), 4);
  out.append(bytes);
}

std::optional<Frame> take_frame(std::string_view& rest) {
  if (rest.size() < kFrameHead) return std::nullopt;
  const auto length = static_cast<std::size_t>(read_little_endian(rest.substr(8, 4)));
  if (rest.size() - kFrameHead < length) return std::nullopt;
  Frame frame{static_cast<std::int64_t>(read_little_endian(rest.substr(0, 8))), rest.substr(kFrameHead, length)};
  rest.remove_prefix(kFrameHead + length);
  return frame;
}

void append_list_key(std::string& out, std::string_view list, std::string_view value) {
  WEIR_CHECK(list.size() <= 255, "names of lists are short");
  out.push_back(kListTable);
  out.push_back(static_cast<char>(list.size()));
  out.append(list).append(value);
}

}  // namespace weir::state
