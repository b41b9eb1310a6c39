#include "models/trees/forest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace weir::models {
namespace {

constexpr std::uint16_t kBeyond = 65535;  // Above every code: kMaxOfOne + 1 is the largest.

Error node_fault(std::size_t at, const std::string& what) {
  return {"node " + std::to_string(at) + " of the trees " + what};
}

Status check_inner(std::size_t at, const TreeNode& node, std::size_t end, const Thresholds& thresholds) {
  if (node.feature >= thresholds.features()) {
    return node_fault(
        at, "asks for feature " + std::to_string(node.feature) + " of " + std::to_string(thresholds.features()));
  }
  if (node.threshold >= thresholds.count(node.feature)) {
    return node_fault(at, "asks for threshold " + std::to_string(node.threshold) + " of " +
                              std::to_string(thresholds.count(node.feature)));
  }
  if (node.left <= at || node.left >= end - 1) return node_fault(at, "has a child outside of its tree");
  return {};
}

// The depth of each node of one tree, or a fault. Every node but the root must be the child of exactly one.
Result<std::size_t> check_tree(std::size_t begin, std::size_t end, std::span<const TreeNode> nodes,
                               const Thresholds& thresholds) {
  std::vector<std::uint8_t> depth(end - begin, 0);
  std::vector<bool> reached(end - begin, false);
  std::size_t deepest = 0;
  for (auto at = begin; at < end; ++at) {
    const auto& node = nodes[at];
    if (at > begin && !reached[at - begin]) return node_fault(at, "is nobody's child");
    if (!(node.cover > 0) || !std::isfinite(node.cover)) return node_fault(at, "has a cover that is not above 0");
    if (node.feature == TreeNode::kLeaf) continue;
    if (auto ok = check_inner(at, node, end, thresholds); !ok) return ok.error();
    for (const auto child : {node.left - begin, node.left + 1 - begin}) {
      if (reached[child]) return node_fault(begin + child, "has two parents");
      reached[child] = true;
      depth[child] = static_cast<std::uint8_t>(depth[at - begin] + 1);
    }
    deepest = std::max<std::size_t>(deepest, depth[at - begin] + 1);
    if (deepest > Forest::kMaxDepth) return node_fault(at, "is deeper than " + std::to_string(Forest::kMaxDepth));
  }
  return deepest;
}

}  // namespace

Result<Thresholds> Thresholds::create(std::span<const std::uint32_t> starts, std::span<const Float32> values) {
  if (starts.size() < 2 || starts.size() - 1 > kMaxFeatures) {
    return Error{"thresholds of " + std::to_string(starts.empty() ? 0 : starts.size() - 1) + " features; 1 to " +
                 std::to_string(kMaxFeatures) + " are possible"};
  }
  if (starts.front() != 0 || starts.back() != values.size()) {
    return Error{"the features' thresholds do not begin at 0 or do not end with the last one"};
  }
  for (std::size_t feature = 0; feature + 1 < starts.size(); ++feature) {
    const auto begin = starts[feature];
    const auto end = starts[feature + 1];
    if (end < begin || end > values.size())
      return Error{"feature " + std::to_string(feature) + " ends before it begins"};
    if (end - begin > kMaxOfOne) {
      return Error{"feature " + std::to_string(feature) + " has " + std::to_string(end - begin) +
                   " thresholds; up to " + std::to_string(kMaxOfOne) + " are possible"};
    }
    for (auto i = begin; i < end; ++i) {
      if (!std::isfinite(values[i]) || (i > begin && !(values[i - 1] < values[i]))) {
        return Error{"the thresholds of feature " + std::to_string(feature) + " do not rise"};
      }
    }
  }
  Thresholds made;
  made.starts_.assign(starts.begin(), starts.end());
  made.values_.assign(values.begin(), values.end());
  return made;
}

FeatureCode Thresholds::code(std::size_t feature, double value) const {
  // Beyond float32 the cast would be undefined; such a value is none, as in the training matrix.
  if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<Float32>::max()))) return 0;
  const auto rounded = static_cast<Float32>(value);
  const auto* at = values_.data() + starts_[feature];
  std::size_t left = count(feature);
  if (left == 0) return 1;
  // A binary search without a branch: which way it goes can't be foreseen, and a wrong guess costs as much as two
  // steps.
  const auto* const begin = at;
  while (left > 1) {
    const auto half = left / 2;
    at += half & (std::size_t{0} - static_cast<std::size_t>(at[half - 1] <= rounded));
    left -= half;
  }
  return static_cast<FeatureCode>(at - begin + (*at <= rounded ? 1 : 0) + 1);
}

Result<Forest> Forest::create(std::span<const std::uint32_t> roots, std::span<const TreeNode> nodes,
                              const Thresholds& thresholds) {
  if (roots.empty() || roots.size() > kMaxTrees || nodes.size() > kMaxNodes) {
    return Error{std::to_string(roots.size()) + " trees of " + std::to_string(nodes.size()) + " nodes; 1 to " +
                 std::to_string(kMaxTrees) + " and up to " + std::to_string(kMaxNodes) + " are possible"};
  }
  std::vector<std::size_t> depth(roots.size());
  for (std::size_t tree = 0; tree < roots.size(); ++tree) {
    const std::size_t begin = roots[tree];
    const std::size_t end = tree + 1 < roots.size() ? roots[tree + 1] : nodes.size();
    if (begin >= end || end > nodes.size() || (tree == 0 && begin != 0)) {
      return Error{"tree " + std::to_string(tree) + " ends before it begins"};
    }
    auto checked = check_tree(begin, end, nodes, thresholds);
    if (!checked) return checked.error();
    depth[tree] = *checked;
  }

  Forest made;
  made.features_ = thresholds.features();
  made.tree_roots_.assign(roots.begin(), roots.end());
  made.nodes_.assign(nodes.begin(), nodes.end());
  for (std::size_t at = 0; at < nodes.size(); ++at) made.add_node(nodes[at], static_cast<std::uint32_t>(at));
  // The last group is filled up with a leaf that adds nothing.
  const auto nothing = static_cast<std::uint32_t>(nodes.size());
  made.add_node(TreeNode{}, nothing);

  std::vector<std::size_t> order(roots.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t tree) { return depth[tree]; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    made.roots_.push_back(roots[order[i]]);
    if (i % kGroup == 0) made.group_depth_.push_back(0);
    made.group_depth_.back() = static_cast<std::uint8_t>(depth[order[i]]);
  }
  made.roots_.resize(made.group_depth_.size() * kGroup, nothing);
  return made;
}

void Forest::add_node(const TreeNode& node, std::uint32_t at) {
  const bool leaf = node.feature == TreeNode::kLeaf;
  // A code is at or above threshold i of its feature where it is at least i + 2.
  const std::uint64_t slot = leaf ? 2 * features_ : 2 * node.feature + (node.missing_left ? 0U : 1U);
  const std::uint64_t threshold = leaf ? 1 : node.threshold + 2U;
  const std::uint64_t next = leaf ? at : node.left;
  steps_.push_back(slot | threshold << 16U | next << 32U);
  leaf_.push_back(leaf ? node.leaf : 0);
}

std::int64_t Forest::sum(std::span<const FeatureCode> codes, Scratch& scratch) const {
  scratch.slots_.resize(2 * features_ + 1);
  auto* __restrict slots = scratch.slots_.data();
  for (std::size_t feature = 0; feature < features_; ++feature) {
    slots[2 * feature] = codes[feature];
    slots[2 * feature + 1] = codes[feature] == 0 ? kBeyond : codes[feature];
  }
  slots[2 * features_] = 0;
  const auto* __restrict steps = steps_.data();
  std::int64_t total = 0;
  for (std::size_t group = 0; group < group_depth_.size(); ++group) {
    std::uint32_t at[kGroup];
    for (std::size_t i = 0; i < kGroup; ++i) at[i] = roots_[group * kGroup + i];
    for (int level = 0; level < group_depth_[group]; ++level) {
      for (auto& node : at) {
        const auto step = steps[node];
        const auto threshold = static_cast<std::uint16_t>(step >> 16U);
        node = static_cast<std::uint32_t>(step >> 32U) + (slots[step & 0xFFFFU] >= threshold ? 1U : 0U);
      }
    }
    for (const auto node : at) total += leaf_[node];
  }
  return total;
}

}  // namespace weir::models
