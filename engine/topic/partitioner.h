// Which partition a key belongs to, as Kafka's Java client has it, so that every kind of topic agrees.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/base/check.h"

namespace weir::topic {

static_assert(std::endian::native == std::endian::little, "keys are hashed as little-endian words");

// 32-bit MurmurHash2 (A. Appleby, public domain) with the seed that Kafka uses.
inline std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
  while (key.size() >= 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, key.data(), 4);
    word *= kMultiplier;
    word ^= word >> 24;
    hash = (hash * kMultiplier) ^ (word * kMultiplier);
    key.remove_prefix(4);
  }
  if (!key.empty()) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      hash ^= static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])) << (8 * i);
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ (hash >> 15);
}

// `partitions` is at least 1.
inline std::int32_t partition_for_key(std::string_view key, std::int32_t partitions) {
  WEIR_CHECK(partitions > 0, "a topic has at least one partition");
  return static_cast<std::int32_t>((murmur2(key) & 0x7fffffffU) % static_cast<std::uint32_t>(partitions));
}

}  // namespace weir::topic
