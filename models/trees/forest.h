// Boosted regression trees in integers. A feature's value becomes a code once, by the very thresholds that the trees
// use, so an integer comparison decides exactly as the comparison of float32 did; leaves are fixed-point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "models/kernels/aligned.h"
#include "models/kernels/float32.h"

namespace weir::models {

// A feature's code: how many of its thresholds are at or below its value, plus 1; or 0 if there is no value.
using FeatureCode = std::uint16_t;

// The thresholds of all features, each feature's in rising order.
class Thresholds {
 public:
  static constexpr std::size_t kMaxOfOne = 65533;
  static constexpr std::size_t kMaxFeatures = 4096;

  Thresholds() = default;
  // `starts`: one a feature and one behind the last; feature f has values[starts[f]] to values[starts[f + 1] - 1].
  static Result<Thresholds> create(std::span<const std::uint32_t> starts, std::span<const Float32> values);

  std::size_t features() const { return starts_.empty() ? 0 : starts_.size() - 1; }
  std::size_t count(std::size_t feature) const { return starts_[feature + 1] - starts_[feature]; }
  std::span<const Float32> of(std::size_t feature) const {
    return std::span(values_).subspan(starts_[feature], count(feature));
  }
  // The value is rounded to the nearest float32, as it was for the training. What is not finite is no value.
  FeatureCode code(std::size_t feature, double value) const;

 private:
  std::vector<std::uint32_t> starts_;
  std::vector<Float32> values_;
};

// One node: a leaf has no feature. Of an inner node the left child is taken where the value is below the threshold.
struct TreeNode {
  static constexpr std::uint32_t kLeaf = 0xFFFFFFFF;

  std::uint32_t feature = kLeaf;
  std::uint16_t threshold = 0;  // index into the feature's thresholds
  bool missing_left = false;    // where an absent value goes
  std::uint32_t left = 0;       // index of the left child within the forest; the right one stands behind it
  std::int32_t leaf = 0;        // in 2^-kLogitBits
  Float32 cover = 0;            // weight of the training rows that came by, above 0
};

class Forest {
 public:
  static constexpr std::size_t kMaxTrees = 10000;
  static constexpr std::size_t kMaxNodes = 4'000'000;
  static constexpr std::size_t kMaxDepth = 64;

  // `roots`: where in `nodes` each tree begins. A tree's nodes stand behind its root and before the next one, children
  // behind their parents, so that none is reached twice.
  static Result<Forest> create(std::span<const std::uint32_t> roots, std::span<const TreeNode> nodes,
                               const Thresholds& thresholds);

  std::size_t trees() const { return tree_roots_.size(); }
  std::size_t features() const { return features_; }
  // As they were given; for whoever explains a sum.
  std::span<const std::uint32_t> roots() const { return tree_roots_; }
  std::span<const TreeNode> nodes() const { return nodes_; }

  // One per thread.
  class Scratch {
   private:
    friend class Forest;
    AlignedVector<std::uint16_t> slots_;
  };

  // The sum of all leaves, in 2^-kLogitBits. `codes`: one a feature, as Thresholds::code gives it.
  std::int64_t sum(std::span<const FeatureCode> codes, Scratch& scratch) const;

 private:
  // Sixteen trees walk down together, a level at a time; a leaf stays where it is. They are sorted by depth, so that
  // few wait for others. Wide gathers were no faster than these sixteen chains of plain loads.
  static constexpr std::size_t kGroup = 16;
  void add_node(const TreeNode& node, std::uint32_t at);

  std::size_t features_ = 0;
  std::vector<std::uint32_t> tree_roots_;
  std::vector<TreeNode> nodes_;
  std::vector<std::uint8_t> group_depth_;
  std::vector<std::uint32_t> roots_;
  // One a node, in one word so that a step reads memory once: the slot to look at, the threshold (16 bits each) and the
  // left child. Slot 2 * feature is for a node where absent goes left (absent: 0), 2 * feature + 1 for one where it
  // goes right (absent: beyond all thresholds), and slot 2 * features_ is always 0, for leaves.
  AlignedVector<std::uint64_t> steps_;
  AlignedVector<std::int32_t> leaf_;
};

}  // namespace weir::models
