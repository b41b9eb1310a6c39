// Which instructions a model is evaluated with. All kernels give the same bits: they differ in speed alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

// Code for one instruction set, chosen at run time. The sources are compiled for the baseline CPU; a function with one
// of these attributes may be called only where kernels_here() lists its kernel.
#if defined(__x86_64__)
#define WEIR_TARGET_AVX2 __attribute__((target("avx2")))
#define WEIR_TARGET_VNNI __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#endif
// For the body that a portable function and those with a target share: it must be compiled into each of them.
#define WEIR_EVERY_TARGET inline __attribute__((always_inline))

namespace weir::models {

enum class Kernel : std::uint8_t { kPortable, kAvx2, kVnni };

// Those that this CPU has, the portable one first and the fastest last. Never empty.
const std::vector<Kernel>& kernels_here();
inline Kernel fastest_kernel() { return kernels_here().back(); }

// "portable", "avx2", "vnni".
std::string_view kernel_name(Kernel kernel);

}  // namespace weir::models
