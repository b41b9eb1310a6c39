#include "models/reasons/tree_reasons.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "models/reasons/quadrature.h"

namespace weir::models {
namespace {

constexpr std::int32_t kBeyond = std::numeric_limits<std::int32_t>::max();  // Above every code.

template <class Lanes>
WEIR_EVERY_TARGET void load(const double* from, Lanes& to) {
  std::memcpy(&to, from, sizeof to);
}
template <class Lanes>
WEIR_EVERY_TARGET void store(const Lanes& from, double* to) {
  std::memcpy(to, &from, sizeof from);
}

}  // namespace

// Lays the trees out for the walks, and finds the nodes that ask for a feature again.
class TreeReasons::Builder {
 public:
  Builder(TreeReasons& out, const Forest& forest, std::span<const std::uint32_t> group_of)
      : out_(out), nodes_(forest.nodes()), group_of_(group_of), place_(nodes_.size()), way_(nodes_.size()) {
    const auto roots = forest.roots();
    for (std::size_t tree = 0; tree < roots.size(); ++tree) {
      add_tree(roots[tree], tree + 1 < roots.size() ? roots[tree + 1] : nodes_.size());
    }
    make_factors();
  }

 private:
  // How a node is reached.
  struct Way {
    std::size_t parent = 0;
    double share = 1;            // of the root's rows
    std::uint32_t features = 0;  // different ones asked for before
    bool root = true;
    bool right = false;
  };

  bool leaf(std::size_t at) const { return nodes_[at].feature == TreeNode::kLeaf; }
  bool last(std::size_t at) const { return !leaf(at) && leaf(nodes_[at].left) && leaf(nodes_[at].left + 1); }

  void add_tree(std::size_t begin, std::size_t end) {
    Tree tree{.test = out_.tests_.size(),
              .inner = out_.inner_.size(),
              .last = out_.last_.size(),
              .leaves = out_.leaves_.size(),
              .repeated = out_.repeated_.size()};
    for (auto at = begin; at < end; ++at) {
      if (last(at)) {
        ++tree.last_count;
      } else if (!leaf(at)) {
        ++tree.inner_count;
      }
    }
    out_.tests_.resize(tree.test + tree.inner_count + tree.last_count);
    std::size_t inner = 0, last_place = tree.inner_count, leaf_place = tree.inner_count + tree.last_count;
    for (auto at = begin; at < end; ++at) {
      if (!leaf(at)) {
        place_[at] = static_cast<std::uint32_t>(last(at) ? last_place++ : inner++);
        pass_on(at);
      } else if (!way_[at].root && !last(way_[at].parent)) {
        place_[at] = static_cast<std::uint32_t>(leaf_place++);
        out_.leaves_.push_back(nodes_[at].leaf);
      }
    }
    tree.leaf_count = out_.leaves_.size() - tree.leaves;
    for (auto at = begin; at < end; ++at) {
      if (leaf(at)) {
        out_.expected_ += way_[at].share * nodes_[at].leaf;
      } else {
        add_node(at, tree);
      }
    }
    tree.repeated_count = out_.repeated_.size() - tree.repeated;
    out_.trees_.push_back(tree);
  }

  double left_share(std::size_t at) const {
    const double left = nodes_[nodes_[at].left].cover;
    const double right = nodes_[nodes_[at].left + 1].cover;
    return left / (left + right);
  }

  void pass_on(std::size_t at) {
    const auto features = way_[at].features + (asked_before(at) ? 0 : 1);
    most_features_ = std::max(most_features_, features);
    for (const bool right : {false, true}) {
      way_[nodes_[at].left + (right ? 1 : 0)] = {
          .parent = at,
          .share = way_[at].share * (right ? 1 - left_share(at) : left_share(at)),
          .features = features,
          .root = false,
          .right = right};
    }
  }

  void add_node(std::size_t at, const Tree& tree) {
    const auto& node = nodes_[at];
    const double share = left_share(at);
    const auto group = group_of_[node.feature];
    // As Forest::add_node has it.
    out_.tests_[tree.test + place_[at]] = {2 * node.feature + (node.missing_left ? 0 : 1), node.threshold + 2};
    if (last(at)) {
      const double left = nodes_[node.left].leaf;
      const double right = nodes_[node.left + 1].leaf;
      out_.last_.push_back({{left, right}, {(1 - share) * (left - right), share * (right - left)}, group});
    } else {
      out_.inner_.push_back({{1 - share, share}, {place_[node.left], place_[node.left + 1]}, group});
    }
    if (asked_before(at)) add_repeated(at);
  }

  bool asked_before(std::size_t at) const {
    for (auto below = at; !way_[below].root; below = way_[below].parent) {
      if (nodes_[way_[below].parent].feature == nodes_[at].feature) return true;
    }
    return false;
  }

  void add_repeated(std::size_t at) {
    bool found = false;
    double share = 1;  // of the rows that this feature's own nodes let by
    for (auto below = at; !way_[below].root; below = way_[below].parent) {
      const auto above = way_[below].parent;
      if (nodes_[above].feature != nodes_[at].feature) continue;
      share *= way_[below].right ? 1 - left_share(above) : left_share(above);
      if (found) continue;
      found = true;
      out_.repeated_.push_back({.node = place_[at],
                                .before = place_[above],
                                .right = static_cast<std::uint8_t>(way_[below].right ? 1 : 0),
                                .factors = kOut + 1 + static_cast<std::uint32_t>(repeated_shares_.size())});
    }
    repeated_shares_.push_back(share);
  }

  void make_factors() {
    // The integrand's degree is at most the number of different features on a way, less one.
    out_.passes_ = std::max<std::size_t>(1, (most_features_ + 2 * kLanes - 1) / (2 * kLanes));
    out_.factors_of_pass_ = kOut + 1 + repeated_shares_.size();
    const auto points = quadrature(out_.passes_ * kLanes);
    for (std::size_t pass = 0; pass < out_.passes_; ++pass) {
      for (std::size_t i = 0; i < out_.factors_of_pass_; ++i) {
        Factors factors;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const auto& point = points[pass * kLanes + lane];
          const double share = i <= kOut ? 1 : repeated_shares_[i - kOut - 1];
          const double reached = point.at + (1 - point.at) * share;
          factors.out[lane] = i == kOut ? 1 : (1 - point.at) * share / reached;
          factors.weight[lane] = i == kOut ? 0 : point.weight * share / (reached * reached);
        }
        out_.factors_.push_back(factors);
      }
    }
  }

  TreeReasons& out_;
  std::span<const TreeNode> nodes_;
  std::span<const std::uint32_t> group_of_;
  std::vector<std::uint32_t> place_;  // within the tree
  std::vector<Way> way_;
  std::vector<double> repeated_shares_;
  std::uint32_t most_features_ = 0;
};

TreeReasons::TreeReasons(const Forest& forest, std::span<const std::uint32_t> group_of, std::size_t groups)
    : features_(forest.features()), groups_(groups) {
  Builder(*this, forest, group_of);
}

TreeReasons::Scratch::Scratch(const TreeReasons& reasons)
    : slots_(2 * reasons.features_),
      right_(reasons.tests_.size()),
      factors_(reasons.tests_.size(), kFirst),
      add_(reasons.groups_ * kLanes) {
  std::size_t places = 1;
  for (const auto& tree : reasons.trees_) {
    places = std::max(places, tree.inner_count + tree.last_count + tree.leaf_count);
  }
  below_.resize(places * kLanes);
  above_.resize(places * kLanes);
  rise_.resize(places * kLanes);
}

void TreeReasons::shares(Kernel kernel, std::span<const FeatureCode> codes, Scratch& scratch,
                         std::span<double> shares) const {
  for (std::size_t feature = 0; feature < features_; ++feature) {
    scratch.slots_[2 * feature] = codes[feature];
    scratch.slots_[2 * feature + 1] = codes[feature] == 0 ? kBeyond : codes[feature];
  }
  // By pointers of its own: a byte that is written might be anybody's, so members would be read again for each.
  const auto* slots = scratch.slots_.data();
  auto* is_right = scratch.right_.data();
  for (const auto& test : tests_) *is_right++ = slots[test.slot] >= test.threshold ? 1 : 0;
  for (const auto& tree : trees_) {
    const auto* right = scratch.right_.data() + tree.test;
    auto* factors = scratch.factors_.data() + tree.test;
    for (const auto& again : std::span(repeated_).subspan(tree.repeated, tree.repeated_count)) {
      // Without a branch: nobody could predict it.
      const auto inside = static_cast<std::uint32_t>(factors[again.before] != kOut) &
                          static_cast<std::uint32_t>(right[again.before] == again.right);
      factors[again.node] = kOut + inside * (again.factors - kOut);
    }
  }
  walk(kernel, scratch);
  for (std::size_t group = 0; group < groups_; ++group) {
    const auto* add = scratch.add_.data() + group * kLanes;
    shares[group] = (add[0] + add[1]) + (add[2] + add[3]);
  }
}

void TreeReasons::walk(Kernel kernel, Scratch& scratch) const {
#if defined(__x86_64__)
  if (kernel != Kernel::kPortable) return walk_avx2(scratch);
#else
  static_cast<void>(kernel);
#endif
  walk_portable(scratch);
}

WEIR_EVERY_TARGET void TreeReasons::walk_body(Scratch& scratch) const {
  std::ranges::fill(scratch.add_, 0);
  for (std::size_t pass = 0; pass < passes_; ++pass) {
    for (const auto& tree : trees_) walk_tree(tree, factors_.data() + pass * factors_of_pass_, scratch);
  }
}

// `below`: a node's expected value, given that it is reached. The codes take one child; only coalitions without the
// feature reach the other: a node's rise is by how much its value grows with the feature. `above`: with what
// probability a node is reached.
WEIR_EVERY_TARGET void TreeReasons::walk_tree(Tree tree, const Factors* factors, Scratch& scratch) const {
  const auto* inner = inner_.data() + tree.inner;
  const auto* last = last_.data() + tree.last;
  const auto* leaves = leaves_.data() + tree.leaves;
  const auto* right = scratch.right_.data() + tree.test;
  const auto* factors_of = scratch.factors_.data() + tree.test;
  const auto* last_right = right + tree.inner_count;
  const auto* last_factors = factors_of + tree.inner_count;
  auto* below = scratch.below_.data();
  auto* above = scratch.above_.data();
  auto* rises = scratch.rise_.data();
  auto* add = scratch.add_.data();

  for (std::size_t i = 0; i < tree.leaf_count; ++i) {
    store(Lanes{} + leaves[i], below + (tree.inner_count + tree.last_count + i) * kLanes);
  }
  for (std::size_t i = 0; i < tree.last_count; ++i) {
    Lanes out;
    load(factors[last_factors[i]].out, out);
    store(last[i].taken[last_right[i]] - out * last[i].rise[last_right[i]], below + (tree.inner_count + i) * kLanes);
  }
  for (auto i = tree.inner_count; i-- > 0;) {
    Lanes taken, other, out;
    load(below + inner[i].children[right[i]] * kLanes, taken);
    load(below + inner[i].children[1 - right[i]] * kLanes, other);
    load(factors[factors_of[i]].out, out);
    const Lanes rise = inner[i].other_share[right[i]] * (taken - other);
    store(rise, rises + i * kLanes);
    store(taken - out * rise, below + i * kLanes);
  }

  store(Lanes{} + 1.0, above);
  for (std::size_t i = 0; i < tree.inner_count; ++i) {
    Lanes reached, rise, out, weight, sum;
    load(above + i * kLanes, reached);
    load(rises + i * kLanes, rise);
    load(factors[factors_of[i]].out, out);
    load(factors[factors_of[i]].weight, weight);
    load(add + inner[i].group * kLanes, sum);
    store(sum + weight * (reached * rise), add + inner[i].group * kLanes);
    const Lanes to_other = reached * (out * inner[i].other_share[right[i]]);
    store(to_other, above + inner[i].children[1 - right[i]] * kLanes);
    store(reached - to_other, above + inner[i].children[right[i]] * kLanes);
  }
  for (std::size_t i = 0; i < tree.last_count; ++i) {
    Lanes reached, weight, sum;
    load(above + (tree.inner_count + i) * kLanes, reached);
    load(factors[last_factors[i]].weight, weight);
    load(add + last[i].group * kLanes, sum);
    store(sum + weight * (reached * last[i].rise[last_right[i]]), add + last[i].group * kLanes);
  }
}

void TreeReasons::walk_portable(Scratch& scratch) const { walk_body(scratch); }
#if defined(__x86_64__)
WEIR_TARGET_AVX2 void TreeReasons::walk_avx2(Scratch& scratch) const { walk_body(scratch); }
#endif

}  // namespace weir::models
