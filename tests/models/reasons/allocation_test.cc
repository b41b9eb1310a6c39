// Once warm, explaining a score allocates nothing. Counted by replacing the global operator new of this test program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "models/reasons/explainer.h"
#include "tests/models/bundle/file_maker.h"

namespace {
std::size_t allocations = 0;

void* counted_or_null(std::size_t size, std::size_t alignment) {
  ++allocations;
  return std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}

void* counted(std::size_t size, std::size_t alignment) {
  void* const bytes = counted_or_null(size, alignment);
  if (bytes == nullptr) throw std::bad_alloc();
  return bytes;
}

// Never inlined: where the compiler sees free() but not the operator new of this file, it takes them for a mismatch.
[[gnu::noinline]] void released(void* bytes) { std::free(bytes); }
}  // namespace

void* operator new(std::size_t size) { return counted(size, 16); }
void* operator new[](std::size_t size) { return counted(size, 16); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted_or_null(size, 16); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted_or_null(size, 16); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* bytes) noexcept { released(bytes); }
void operator delete[](void* bytes) noexcept { released(bytes); }
void operator delete(void* bytes, std::size_t) noexcept { released(bytes); }
void operator delete[](void* bytes, std::size_t) noexcept { released(bytes); }
void operator delete(void* bytes, std::align_val_t) noexcept { released(bytes); }
void operator delete[](void* bytes, std::align_val_t) noexcept { released(bytes); }
void operator delete(void* bytes, std::size_t, std::align_val_t) noexcept { released(bytes); }
void operator delete[](void* bytes, std::size_t, std::align_val_t) noexcept { released(bytes); }

namespace weir::models {
namespace {

TEST(Allocations, AWarmExplainerMakesNone) {
  testing::WholeModel whole(5);
  const auto model = Model::load(whole.file().file());
  ASSERT_TRUE(model.ok()) << model.error().message;
  Explainer explainer(**model);
  std::vector<Inputs> payments;
  for (int i = 0; i < 20; ++i) {
    std::vector<float> features;
    payments.push_back(whole.draw(features));
  }
  const std::vector<std::uint32_t> some = {0, 2};
  const auto explain_all = [&] {
    for (const auto& payment : payments) {
      explainer.explain(payment);
      explainer.neutralised(payment, some);
    }
  };
  explain_all();
  const auto before = allocations;
  explain_all();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace weir::models
