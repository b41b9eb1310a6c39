#include "tests/models/reasons/shapley.h"

#include <bit>

namespace weir::models::testing {
namespace {

double node_value(const Forest& forest, std::size_t at, std::span<const FeatureCode> codes, std::uint32_t known) {
  const auto& node = forest.nodes()[at];
  if (node.feature == TreeNode::kLeaf) return node.leaf;
  if ((known >> node.feature & 1U) != 0) {
    const auto code = codes[node.feature];
    const bool left = code == 0 ? node.missing_left : code < node.threshold + 2;
    return node_value(forest, node.left + (left ? 0 : 1), codes, known);
  }
  const double left_cover = forest.nodes()[node.left].cover;
  const double right_cover = forest.nodes()[node.left + 1].cover;
  return (left_cover * node_value(forest, node.left, codes, known) +
          right_cover * node_value(forest, node.left + 1, codes, known)) /
         (left_cover + right_cover);
}

}  // namespace

std::vector<double> shapley_values(std::size_t players, const std::function<double(std::uint32_t)>& value) {
  std::vector<double> values;
  for (std::uint32_t coalition = 0; coalition < 1U << players; ++coalition) values.push_back(value(coalition));
  // Of a coalition without the player: size! (players - size - 1)! / players!
  std::vector<double> weights = {1.0 / static_cast<double>(players)};
  for (std::size_t size = 1; size < players; ++size) {
    weights.push_back(weights.back() * static_cast<double>(size) / static_cast<double>(players - size));
  }
  std::vector<double> shares(players, 0);
  for (std::uint32_t coalition = 0; coalition < values.size(); ++coalition) {
    for (std::size_t player = 0; player < players; ++player) {
      const auto with = coalition | 1U << player;
      if (with == coalition) continue;
      shares[player] +=
          weights[static_cast<std::size_t>(std::popcount(coalition))] * (values[with] - values[coalition]);
    }
  }
  return shares;
}

double known_value(const Forest& forest, std::span<const FeatureCode> codes, std::uint32_t known) {
  double total = 0;
  for (const auto root : forest.roots()) total += node_value(forest, root, codes, known);
  return total;
}

}  // namespace weir::models::testing
