#include "rules/cel/scratch.h"

#include <algorithm>

namespace weir::cel {
namespace {

constexpr std::size_t kMaxCells = kMaxHeapBytes / sizeof(Value);
constexpr std::size_t kFirstBlockCells = 256;

}  // namespace

// Several blocks become one that holds them all, so that a repeated evaluation allocates no more.
void Scratch::collect() {
  if (blocks_.size() > 1) {
    std::size_t cells = 0;
    for (const auto& block : blocks_) cells += block.count;
    blocks_.clear();
    blocks_.push_back({std::make_unique<Value[]>(cells), cells});
  }
  used_ = 0;
  total_ = 0;
}

Value* Scratch::allocate_values(std::size_t count) {
  if (count > kMaxCells - total_) {
    exhausted_ = true;
    return nullptr;
  }
  if (blocks_.empty() || blocks_.back().count - used_ < count) {
    const std::size_t last = blocks_.empty() ? kFirstBlockCells / 2 : blocks_.back().count;
    const std::size_t cells = std::max(count, last * 2);
    blocks_.push_back({std::make_unique<Value[]>(cells), cells});
    used_ = 0;
  }
  Value* out = blocks_.back().cells.get() + used_;
  used_ += count;
  total_ += count;
  return out;
}

char* Scratch::allocate_text(std::size_t bytes) {
  Value* cells = allocate_values((bytes + sizeof(Value) - 1) / sizeof(Value));
  return cells == nullptr ? nullptr : reinterpret_cast<char*>(cells);
}

}  // namespace weir::cel
