// A value of an event as a small number: what a sequence model reads. 0 is always "absent". Pure functions; a change to
// any of them is another input under an old name, so it comes with another name in inputs.yaml.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace weir::model {

inline constexpr std::uint16_t kAbsentCode = 0;

// How many steps a magnitude lies above 0, four to each power of two: 0 for 0; else 1 + 4 * e + m, where 2^e is its
// highest bit and m the two bits below that. 253 at most, for 2^63. What has no such bits (1, 2, 3) uses fewer steps.
constexpr std::uint32_t magnitude_steps(std::uint64_t magnitude) {
  if (magnitude == 0) return 0;
  const auto exponent = static_cast<std::uint32_t>(std::bit_width(magnitude)) - 1;
  const auto mantissa = exponent >= 2 ? magnitude >> (exponent - 2) : magnitude << (2 - exponent);
  return 1 + 4 * exponent + static_cast<std::uint32_t>(mantissa & 3U);
}

// Any number, in rising order: 1 for INT64_MIN, 254 for 0, 506 for INT64_MAX.
inline constexpr std::uint32_t kNumberCodes = 507;
constexpr std::uint16_t number_code(std::int64_t number) {
  constexpr std::uint32_t kZero = 254;
  const auto bits = static_cast<std::uint64_t>(number);
  return static_cast<std::uint16_t>(number < 0 ? kZero - magnitude_steps(0 - bits) : kZero + magnitude_steps(bits));
}

// A length of time in milliseconds, which is never below 0: 1 for 0, 253 for INT64_MAX.
inline constexpr std::uint32_t kSpanCodes = 254;
constexpr std::uint16_t span_code(std::int64_t span_ms) {
  return static_cast<std::uint16_t>(1 + magnitude_steps(static_cast<std::uint64_t>(span_ms)));
}

// A bool; and an enumeration's name by its place among them, from 0. 65,001 codes at most.
inline constexpr std::uint32_t kBoolCodes = 3;
constexpr std::uint16_t bool_code(bool value) { return value ? 2 : 1; }
constexpr std::uint16_t place_code(std::uint16_t place) { return static_cast<std::uint16_t>(place + 1); }

// A text by FNV-1a of 64 bits (Fowler, Noll, Vo), the halves of it joined by exclusive or, modulo what is left of
// `codes`, which is 2 to kMaxHashCodes.
inline constexpr std::uint32_t kMaxHashCodes = 65'536;
constexpr std::uint16_t hash_code(std::string_view text, std::uint32_t codes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return static_cast<std::uint16_t>(1 + static_cast<std::uint32_t>(hash ^ (hash >> 32U)) % (codes - 1));
}

// The hour of the day, 0 to 23, of a moment in seconds since 1970 on a clock that is so many seconds east of UTC.
inline constexpr std::uint32_t kHourCodes = 25;
constexpr std::uint16_t hour_code(std::int64_t utc_seconds, std::int64_t offset) {
  constexpr std::int64_t kDay = 86'400;
  const auto of_day = (utc_seconds + offset) % kDay;
  return static_cast<std::uint16_t>(1 + (of_day < 0 ? of_day + kDay : of_day) / 3'600);
}

}  // namespace weir::model
