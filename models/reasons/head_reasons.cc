#include "models/reasons/head_reasons.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace weir::models {
namespace {

// To nearest, halves up.
std::int64_t divided(std::int64_t sum, std::int64_t by) {
  const auto doubled = 2 * sum + by;
  const auto quotient = doubled / (2 * by);
  return doubled % (2 * by) < 0 ? quotient - 1 : quotient;
}

void exchange(std::span<const std::int32_t> change, bool comes, AlignedVector<std::int32_t>& sums) {
  auto* __restrict to = sums.data();
  const auto* __restrict by = change.data();
  if (comes) {
    for (std::size_t i = 0; i < change.size(); ++i) to[i] += by[i];
  } else {
    for (std::size_t i = 0; i < change.size(); ++i) to[i] -= by[i];
  }
}

}  // namespace

HeadReasons::HeadReasons(const Head& head, std::vector<Group> groups, std::span<const std::uint16_t> codes,
                         std::span<const std::int8_t> vectors)
    : head_(head),
      groups_(std::move(groups)),
      codes_(codes.begin(), codes.end()),
      rows_(head.bias().begin(), head.bias().end()),
      products_(head.inputs() > 0 ? head.hidden() : 0) {
  WEIR_CHECK(!groups_.empty() && groups_.size() <= kMaxGroups, "1 to 10 groups of the head");
  WEIR_CHECK(head.outputs() == 1, "reasons are for one output");
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    const auto row = head.row(i, codes_[i]);
    for (std::size_t j = 0; j < row.size(); ++j) rows_[j] += row[j];
  }
  neutral_products_.resize(groups_.size() * products_.size());
  Scratch scratch(*this);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const auto part = std::span(neutral_products_).subspan(group * products_.size(), products_.size());
    product(Kernel::kPortable, groups_[group], vectors, scratch, part);
    for (std::size_t j = 0; j < part.size(); ++j) products_[j] += part[j];
  }
  head_.finish(Kernel::kPortable, rows_, products_, scratch.head_, {&neutral_, 1});
}

HeadReasons::Scratch::Scratch(const HeadReasons& reasons)
    : head_(reasons.head_),
      vectors_((reasons.head_.inputs() + 3) / 4 * 4),
      rows_(reasons.rows_.size()),
      products_(reasons.products_.size()),
      row_changes_(reasons.groups_.size() * reasons.rows_.size()),
      product_changes_(reasons.groups_.size() * reasons.products_.size()),
      sums_((reasons.groups_.size() + 1) * (reasons.groups_.size() + 1)) {}

void HeadReasons::product(Kernel kernel, const Group& group, std::span<const std::int8_t> vectors, Scratch& scratch,
                          std::span<std::int32_t> out) const {
  if (group.vectors.empty()) {
    std::ranges::fill(out, 0);
    return;
  }
  std::ranges::fill(scratch.vectors_, std::int8_t{0});
  for (const auto& [begin, width] : group.vectors) {
    std::ranges::copy(vectors.subspan(begin, width), scratch.vectors_.begin() + begin);
  }
  head_.multiply(kernel, scratch.vectors_.data(), out);
}

void HeadReasons::shares(Kernel kernel, std::span<const std::uint16_t> codes, std::span<const std::int8_t> vectors,
                         Scratch& scratch, std::span<std::int64_t> shares) const {
  change(kernel, codes, vectors, scratch);
  add_coalitions(kernel, scratch);
  // Of group i: the mean over the sizes of coalitions without i, and over those of one size, of what i adds to them.
  const auto groups = groups_.size();
  const auto* all = scratch.sums_.data() + groups * (groups + 1);
  for (std::size_t i = 0; i < groups; ++i) {
    const auto* with = scratch.sums_.data() + i * (groups + 1);
    shares[i] = 0;
    auto coalitions = static_cast<std::int64_t>(groups);  // times groups: groups - 1 over size
    for (std::size_t size = 0; size < groups; ++size) {
      shares[i] += divided(with[size + 1] - (all[size] - with[size]), coalitions);
      coalitions = coalitions * static_cast<std::int64_t>(groups - 1 - size) / static_cast<std::int64_t>(size + 1);
    }
  }
}

// By what each group changes the hidden layer's sums.
void HeadReasons::change(Kernel kernel, std::span<const std::uint16_t> codes, std::span<const std::int8_t> vectors,
                         Scratch& scratch) const {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const auto rows = std::span(scratch.row_changes_).subspan(group * rows_.size(), rows_.size());
    std::ranges::fill(rows, 0);
    for (const auto feature : groups_[group].features) {
      const auto to = head_.row(feature, codes[feature]);
      const auto from = head_.row(feature, codes_[feature]);
      for (std::size_t j = 0; j < rows.size(); ++j) rows[j] += to[j] - from[j];
    }
    const auto products = std::span(scratch.product_changes_).subspan(group * products_.size(), products_.size());
    product(kernel, groups_[group], vectors, scratch, products);
    for (std::size_t j = 0; j < products.size(); ++j) {
      products[j] -= neutral_products_[group * products_.size() + j];
    }
  }
}

// In the order of Gray's code, so that one group comes or goes at a time.
void HeadReasons::add_coalitions(Kernel kernel, Scratch& scratch) const {
  const auto groups = groups_.size();
  std::ranges::copy(rows_, scratch.rows_.begin());
  std::ranges::copy(products_, scratch.products_.begin());
  std::ranges::fill(scratch.sums_, 0);
  auto* all = scratch.sums_.data() + groups * (groups + 1);
  std::uint32_t inside = 0;
  std::size_t size = 0;
  for (std::uint32_t step = 0;;) {
    std::int64_t logit = 0;
    head_.finish(kernel, scratch.rows_, scratch.products_, scratch.head_, {&logit, 1});
    all[size] += logit;
    for (auto left = inside; left != 0; left &= left - 1) {
      scratch.sums_[static_cast<std::size_t>(std::countr_zero(left)) * (groups + 1) + size] += logit;
    }
    if (++step == 1U << groups) return;
    const auto group = static_cast<std::size_t>(std::countr_zero(step));
    inside ^= 1U << group;
    const bool comes = (inside >> group & 1U) != 0;
    size = comes ? size + 1 : size - 1;
    exchange(std::span(scratch.row_changes_).subspan(group * rows_.size(), rows_.size()), comes, scratch.rows_);
    exchange(std::span(scratch.product_changes_).subspan(group * products_.size(), products_.size()), comes,
             scratch.products_);
  }
}

}  // namespace weir::models
