#include "rules/cel/extent.h"

#include <algorithm>
#include <utility>

namespace weir::cel {

Extent Extent::of_text(std::uint64_t bytes) {
  Extent out;
  out.text_ = std::min<std::uint64_t>(bytes, kMaxHeapBytes);
  return out;
}

Extent Extent::of_type(const Type& type, std::uint64_t text_bytes) {
  switch (type.kind()) {
    case TypeKind::kString:
    case TypeKind::kBytes:
      return of_text(text_bytes);
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kMoney:
    case TypeKind::kType:
    case TypeKind::kAddress:
    case TypeKind::kNetwork:
      return {};
    case TypeKind::kList:
      return list(kMostValues, of_type(type.parameters()[0], text_bytes));
    case TypeKind::kOptional:
      return list(1, of_type(type.parameters()[0], text_bytes));
    default: {
      Extent out = unknown();
      out.text_ = text_bytes;
      return out;
    }
  }
}

Extent Extent::unknown() {
  Extent out = of_text(kMaxHeapBytes);
  out.is_unknown_ = true;
  return out;
}

Extent Extent::list(std::uint64_t count, Extent element) {
  element.counts_.insert(element.counts_.begin(), std::min(count, kMostValues));
  return element;
}

Extent Extent::element() const {
  Extent out = *this;
  if (!out.counts_.empty()) out.counts_.erase(out.counts_.begin());
  return out;
}

std::uint64_t Extent::cells() const {
  std::uint64_t level = 1;
  std::uint64_t all = 0;
  for (const auto count : counts_) {
    level = times(level, times(2, count));  // keys and values
    all = plus(all, level);
  }
  return is_unknown_ ? kHugeCost : all;
}

Extent Extent::either(const Extent& a, const Extent& b) {
  Extent out;
  out.text_ = std::max(a.text_, b.text_);
  out.is_unknown_ = a.is_unknown_ || b.is_unknown_;
  const auto at = [](const Extent& extent, std::size_t level) {
    if (level < extent.counts_.size()) return extent.counts_[level];
    return extent.is_unknown_ ? kMostValues : 0;
  };
  for (std::size_t i = 0; i < std::max(a.counts_.size(), b.counts_.size()); ++i) {
    out.counts_.push_back(std::max(at(a, i), at(b, i)));
  }
  return out;
}

}  // namespace weir::cel
