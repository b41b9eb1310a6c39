// An allocator for large tables that are read at random places: it asks the kernel for huge pages, without which most
// of the time of a read goes into finding the page.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace weir::history {

template <class T>
struct HugePages {
  using value_type = T;
  static constexpr std::size_t kPage = std::size_t{2} << 20U;
  static constexpr std::size_t kLarge = 2 * kPage;  // smaller tables would waste more than they gain

  HugePages() = default;
  template <class U>
  explicit HugePages(const HugePages<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLarge) return static_cast<T*>(::operator new(bytes));
    void* memory = ::operator new (rounded(bytes), std::align_val_t{kPage});
    // A kernel that cannot is no fault: the table is slower, nothing else.
    static_cast<void>(madvise(memory, rounded(bytes), MADV_HUGEPAGE));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < kLarge) {
      ::operator delete(memory);
    } else {
      ::operator delete (memory, std::align_val_t{kPage});
    }
  }
  bool operator==(const HugePages&) const = default;

 private:
  static std::size_t rounded(std::size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }
};

}  // namespace weir::history
