// What each group of inputs adds to the head's logit: Shapley values (1953), by the head's own integers for every
// coalition of groups. Inputs that are not in a coalition are those of a neutral payment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/fusion/head.h"
#include "models/kernels/aligned.h"
#include "models/kernels/kernel.h"

namespace weir::models {

class HeadReasons {
 public:
  // 2^10 times the hidden layer: some tens of microseconds.
  static constexpr std::size_t kMaxGroups = 10;

  // What the head sees of one group.
  struct Group {
    std::vector<std::uint32_t> features;                           // of the head, by its own numbers
    std::vector<std::pair<std::uint32_t, std::uint32_t>> vectors;  // of its inputs: where each begins, its width
  };
  // A head of one output, which must outlive this. Each of its features and inputs is in one of `groups`, of which
  // there are 1 to kMaxGroups. `codes`, `vectors`: of the neutral payment, as Head::run takes them.
  HeadReasons(const Head& head, std::vector<Group> groups, std::span<const std::uint16_t> codes,
              std::span<const std::int8_t> vectors);

  std::size_t groups() const { return groups_.size(); }
  // The logit of the neutral payment, in 2^-kLogitBits.
  std::int64_t neutral() const { return neutral_; }

  // One per thread.
  class Scratch {
   public:
    explicit Scratch(const HeadReasons& reasons);

   private:
    friend class HeadReasons;
    Head::Scratch head_;
    AlignedVector<std::int8_t> vectors_;
    AlignedVector<std::int32_t> rows_, products_;                // of the coalition at hand
    AlignedVector<std::int32_t> row_changes_, product_changes_;  // for each group, from neutral to the payment's
    std::vector<std::int64_t> sums_;                             // of logits: for each group and size of coalition
  };

  // `codes`, `vectors`: of the payment. Writes groups() values, in 2^-kLogitBits. Their sum and neutral() make the
  // payment's logit, up to the rounding of each.
  void shares(Kernel kernel, std::span<const std::uint16_t> codes, std::span<const std::int8_t> vectors,
              Scratch& scratch, std::span<std::int64_t> shares) const;

 private:
  void change(Kernel kernel, std::span<const std::uint16_t> codes, std::span<const std::int8_t> vectors,
              Scratch& scratch) const;
  void add_coalitions(Kernel kernel, Scratch& scratch) const;
  // The part of `vectors` that the group brings, times the weights.
  void product(Kernel kernel, const Group& group, std::span<const std::int8_t> vectors, Scratch& scratch,
               std::span<std::int32_t> out) const;

  const Head& head_;
  std::vector<Group> groups_;
  std::vector<std::uint16_t> codes_;
  std::int64_t neutral_ = 0;
  AlignedVector<std::int32_t> rows_, products_;   // of the neutral payment
  AlignedVector<std::int32_t> neutral_products_;  // of it, group by group
};

}  // namespace weir::models
