// Several int32 side by side, in GCC's and Clang's vector extensions: one text, compiled once for each instruction set.
// A Target says how wide, and how a table is read. Lanes are handed over by reference, and every function is compiled
// into its caller: so no calling convention has to know them.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/kernels/kernel.h"

namespace weir::models {

struct PortableTarget {
  static constexpr Kernel kKernel = Kernel::kPortable;
  static constexpr std::size_t kLanes = 4;
  using Lanes = std::int32_t __attribute__((vector_size(16)));
  using ShortLanes = std::int16_t __attribute__((vector_size(8)));
  using ByteLanes = std::int8_t __attribute__((vector_size(4)));

  // Each lane becomes the entry of `table` that it names.
  static WEIR_EVERY_TARGET void look_up(const std::int32_t* table, Lanes& lanes) {
    for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = table[lanes[i]];
  }
  static WEIR_EVERY_TARGET void load_short(const std::int16_t* from, Lanes& to) {
    ShortLanes values;
    std::memcpy(&values, from, sizeof values);
    to = __builtin_convertvector(values, Lanes);
  }
};

#if defined(__x86_64__)
struct Avx2Target {
  static constexpr Kernel kKernel = Kernel::kAvx2;
  static constexpr std::size_t kLanes = 8;
  using Lanes = std::int32_t __attribute__((vector_size(32)));
  using ByteLanes = std::int8_t __attribute__((vector_size(8)));

  WEIR_TARGET_AVX2 static inline void look_up(const std::int32_t* table, Lanes& lanes) {
    __m256i places;
    std::memcpy(&places, &lanes, sizeof places);
    places = _mm256_i32gather_epi32(table, places, 4);
    std::memcpy(&lanes, &places, sizeof places);
  }
  WEIR_TARGET_AVX2 static inline void load_short(const std::int16_t* from, Lanes& to) {
    const __m256i values = _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    std::memcpy(&to, &values, sizeof values);
  }
};

struct VnniTarget {
  static constexpr Kernel kKernel = Kernel::kVnni;
  static constexpr std::size_t kLanes = 16;
  using Lanes = std::int32_t __attribute__((vector_size(64)));
  using ByteLanes = std::int8_t __attribute__((vector_size(16)));

  WEIR_TARGET_VNNI static inline void look_up(const std::int32_t* table, Lanes& lanes) {
    __m512i places;
    std::memcpy(&places, &lanes, sizeof places);
    places = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, places, table, 4);
    std::memcpy(&lanes, &places, sizeof places);
  }
  WEIR_TARGET_VNNI static inline void load_short(const std::int16_t* from, Lanes& to) {
    const __m256i shorts = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m512i values = _mm512_maskz_cvtepi16_epi32(0xFFFF, shorts);
    std::memcpy(&to, &values, sizeof values);
  }
};
#endif

template <class Lanes>
WEIR_EVERY_TARGET void load(const std::int32_t* from, Lanes& to) {
  std::memcpy(&to, from, sizeof to);
}
template <class Lanes>
WEIR_EVERY_TARGET void store(const Lanes& from, std::int32_t* to) {
  std::memcpy(to, &from, sizeof from);
}

template <class Target>
WEIR_EVERY_TARGET void add(const std::int16_t* from, typename Target::Lanes& to) {
  typename Target::Lanes values;
  Target::load_short(from, values);
  to += values;
}
// Every lane must fit.
template <class Target>
WEIR_EVERY_TARGET void store_bytes(const typename Target::Lanes& from, std::int8_t* to) {
  const auto values = __builtin_convertvector(from, typename Target::ByteLanes);
  std::memcpy(to, &values, sizeof values);
}

template <class Lanes>
WEIR_EVERY_TARGET void clamp(Lanes& lanes, std::int32_t low, std::int32_t high) {
  const Lanes lowest = Lanes{} + low;
  const Lanes highest = Lanes{} + high;
  lanes = lanes < lowest ? lowest : lanes;
  lanes = lanes > highest ? highest : lanes;
}

}  // namespace weir::models
