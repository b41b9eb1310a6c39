// HyperLogLog with 1,024 registers: the estimate depends on the set of values alone, not on order, grouping or machine.
// Standard error 3.3 %. Estimator: O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017),
// section 4 (improved raw estimator).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace weir::history {

inline constexpr std::uint32_t kRegisterCount = 1024;
using Registers = std::array<std::uint8_t, kRegisterCount>;

// What a value's hash does to the registers: register index in the low 10 bits, rank (1 to 55) above.
inline std::uint16_t sketch_code(std::uint64_t hash) {
  const std::uint64_t rest = hash >> 10;
  const int rank = std::countl_zero(rest) - 10 + 1;
  return static_cast<std::uint16_t>((hash & 1023U) | static_cast<std::uint32_t>(rank) << 10);
}

// Whether a register grew.
inline bool raise(Registers& registers, std::uint16_t code) {
  std::uint8_t& at = registers[code & 1023U];
  const auto rank = static_cast<std::uint8_t>(code >> 10);
  if (rank <= at) return false;
  at = rank;
  return true;
}

inline void merge(Registers& into, const Registers& other) {
  for (std::uint32_t i = 0; i < kRegisterCount; ++i) into[i] = into[i] < other[i] ? other[i] : into[i];
}

// Rounded to the nearest integer. Only IEEE additions, multiplications, divisions and square roots, in a fixed order.
std::uint64_t estimate(const Registers& registers);

}  // namespace weir::history
