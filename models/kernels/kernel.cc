#include "models/kernels/kernel.h"

namespace weir::models {
namespace {

std::vector<Kernel> look() {
  std::vector<Kernel> found = {Kernel::kPortable};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) found.push_back(Kernel::kAvx2);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni")) {
    found.push_back(Kernel::kVnni);
  }
#endif
  return found;
}

}  // namespace

const std::vector<Kernel>& kernels_here() {
  static const std::vector<Kernel> found = look();
  return found;
}

std::string_view kernel_name(Kernel kernel) {
  switch (kernel) {
    case Kernel::kPortable:
      return "portable";
    case Kernel::kAvx2:
      return "avx2";
    case Kernel::kVnni:
      return "vnni";
  }
  return {};
}

}  // namespace weir::models
