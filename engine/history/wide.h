// Integers wide enough for exact sums over any number of int64 values.
#pragma once

#include <cstdint>

namespace weir::history {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

// An unsigned integer of 192 bits, least word first: room for 2^64 squares of int64 values.
struct Wide {
  std::uint64_t words[3] = {0, 0, 0};

  void add(const Wide& other) {
    add_low(static_cast<Uint128>(other.words[1]) << 64 | other.words[0]);
    words[2] += other.words[2];
  }
  void add_square(std::int64_t value) {
    const std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    add_low(static_cast<Uint128>(magnitude) * magnitude);
  }
  void add_low(Uint128 addend) {
    const Uint128 sum = (static_cast<Uint128>(words[1]) << 64 | words[0]) + addend;
    words[0] = static_cast<std::uint64_t>(sum);
    words[1] = static_cast<std::uint64_t>(sum >> 64);
    words[2] += sum < addend ? 1 : 0;
  }
  bool operator==(const Wide&) const = default;
};

}  // namespace weir::history
