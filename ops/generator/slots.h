// Values that wait to be taken out again, in any order; their places are reused.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace weir::generator {

template <class T>
class Slots {
 public:
  std::uint32_t put(T value) {
    if (free_.empty()) {
      values_.push_back(std::move(value));
      return static_cast<std::uint32_t>(values_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    values_[slot] = std::move(value);
    return slot;
  }
  T take(std::uint32_t slot) {
    free_.push_back(slot);
    return std::move(values_[slot]);
  }
  std::size_t waiting() const { return values_.size() - free_.size(); }

 private:
  std::vector<T> values_;
  std::vector<std::uint32_t> free_;
};

}  // namespace weir::generator
