// Keys and framed values of the store. Every key begins with a table letter; entity keys carry their length, so that no
// key is a prefix of another entity's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::state {

inline constexpr char kHistoryTable = 'H';    // H, entity, key, chunk -> frames
inline constexpr char kFirstSeenTable = 'F';  // F, entity, key -> int64
inline constexpr char kEventTable = 'E';      // E, event id -> frames
inline constexpr char kLabelTable = 'L';      // L, event id -> frames
inline constexpr char kCatalogueTable = 'C';  // C, kind, number -> name
inline constexpr char kMetaTable = 'M';       // M, name -> bytes
inline constexpr char kListTable = 'S';       // S, length of the list's name (1 byte), name, value -> bytes

inline constexpr std::string_view kFormatKey = "Mformat";
inline constexpr std::string_view kPositionKey = "Mposition";
inline constexpr std::string_view kPolicyKeyStart = "Mpolicy:";

// H or F, entity number (4 bytes, big endian), length of key (2 bytes), key.
void append_entity_prefix(std::string& out, char table, std::uint32_t entity, std::string_view key);
void append_big_endian(std::string& out, std::uint32_t value);
std::uint32_t read_big_endian(std::string_view bytes);
void append_list_key(std::string& out, std::string_view list, std::string_view value);

// The length of the entity prefix of a history key; 0 if `key` is not one.
std::size_t entity_prefix_length(std::string_view key);

// Values of H, E and L are frames in a row: time (8 bytes, little endian), length (4 bytes), bytes. Appending is
// concatenation, which is what the merge operator does.
void append_frame(std::string& out, std::int64_t time_ms, std::string_view bytes);
struct Frame {
  std::int64_t time_ms = 0;
  std::string_view bytes;
};
// Takes the first frame off `rest`; nullopt if the bytes are not a frame.
std::optional<Frame> take_frame(std::string_view& rest);

}  // namespace weir::state
