#include "models/reasons/tree_reasons.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

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
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      if (leaf(at)) {
        out_.expected_ += way_[at].share * nodes_[at].leaf;
      } else {
        pass_on(at);
      }
    }
    for (std::size_t tree = 0; tree < roots.size(); tree += kTogether) {
      add_batch(roots[tree], tree + kTogether < roots.size() ? roots[tree + kTogether] : nodes_.size());
    }
    make_factors();
  }

 private:
  // How a node is reached.
  struct Way {
    std::size_t parent = 0;
    std::size_t depth = 0;
    double share = 1;            // of the root's rows
    std::uint32_t features = 0;  // different ones asked for before
    bool right = false;

    bool root() const { return depth == 0; }
  };

  bool leaf(std::size_t at) const { return nodes_[at].feature == TreeNode::kLeaf; }
  bool last(std::size_t at) const { return !leaf(at) && leaf(nodes_[at].left) && leaf(nodes_[at].left + 1); }

  // Gives each node its place. Level by level: what the walks do for neighbours then doesn't wait for one another.
  void add_batch(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> order(end - begin);
    std::iota(order.begin(), order.end(), begin);
    std::ranges::stable_sort(order, {}, [&](std::size_t at) { return way_[at].depth; });
    Batch batch{.test = out_.tests_.size(),
                .inner = out_.inner_.size(),
                .last = out_.last_.size(),
                .leaves = out_.leaves_.size(),
                .repeated = out_.repeated_.size()};
    std::uint32_t place = 0;
    for (const auto at : order) {
      if (!leaf(at) && !last(at)) place_[at] = place++;
    }
    batch.inner_count = place;
    for (const auto at : order) {
      if (last(at)) place_[at] = place++;
    }
    batch.last_count = place - batch.inner_count;
    for (const auto at : order) {
      if (!leaf(at) || way_[at].root() || last(way_[at].parent)) continue;
      place_[at] = place++;
      out_.leaves_.push_back(nodes_[at].leaf);
    }
    batch.leaf_count = out_.leaves_.size() - batch.leaves;
    batch.roots = out_.roots_.size();
    out_.tests_.resize(batch.test + batch.inner_count + batch.last_count);
    for (const auto at : order) {
      if (leaf(at)) continue;
      if (way_[at].root()) out_.roots_.push_back(place_[at]);
      add_node(at, batch);
    }
    batch.root_count = out_.roots_.size() - batch.roots;
    batch.repeated_count = out_.repeated_.size() - batch.repeated;
    out_.batches_.push_back(batch);
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
          .depth = way_[at].depth + 1,
          .share = way_[at].share * (right ? 1 - left_share(at) : left_share(at)),
          .features = features,
          .right = right};
    }
  }

  void add_node(std::size_t at, const Batch& batch) {
    const auto& node = nodes_[at];
    const double share = left_share(at);
    const auto group = group_of_[node.feature];
    // As Forest::add_node has it.
    out_.tests_[batch.test + place_[at]] = {2 * node.feature + (node.missing_left ? 0 : 1), node.threshold + 2};
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
    for (auto below = at; !way_[below].root(); below = way_[below].parent) {
      if (nodes_[way_[below].parent].feature == nodes_[at].feature) return true;
    }
    return false;
  }

  void add_repeated(std::size_t at) {
    bool found = false;
    double share = 1;  // of the rows that this feature's own nodes let by
    for (auto below = at; !way_[below].root(); below = way_[below].parent) {
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
  for (const auto& batch : reasons.batches_) {
    places = std::max(places, batch.inner_count + batch.last_count + batch.leaf_count);
  }
  below_.resize(places * kLanes);
  above_.resize(places * kLanes);
  rise_.resize(places * kLanes);
}

void TreeReasons::add(Kernel kernel, std::span<const FeatureCode> codes, Scratch& scratch,
                      std::span<double> shares) const {
  for (std::size_t feature = 0; feature < features_; ++feature) {
    scratch.slots_[2 * feature] = codes[feature];
    scratch.slots_[2 * feature + 1] = codes[feature] == 0 ? kBeyond : codes[feature];
  }
  for (std::size_t i = 0; i < tests_.size(); ++i) {
    scratch.right_[i] = scratch.slots_[tests_[i].slot] >= tests_[i].threshold ? 1 : 0;
  }
  for (const auto& batch : batches_) {
    const auto* right = scratch.right_.data() + batch.test;
    auto* factors = scratch.factors_.data() + batch.test;
    for (const auto& again : std::span(repeated_).subspan(batch.repeated, batch.repeated_count)) {
      const bool inside = factors[again.before] != kOut && right[again.before] == again.right;
      factors[again.node] = inside ? again.factors : kOut;
    }
  }
#if defined(__x86_64__)
  if (kernel != Kernel::kPortable) return add_avx2(scratch, shares);
#else
  static_cast<void>(kernel);
#endif
  add_portable(scratch, shares);
}

WEIR_EVERY_TARGET void TreeReasons::add_body(Scratch& scratch, std::span<double> shares) const {
  std::ranges::fill(scratch.add_, 0);
  for (std::size_t pass = 0; pass < passes_; ++pass) {
    for (const auto& batch : batches_) add_batch(batch, factors_.data() + pass * factors_of_pass_, scratch);
  }
  for (std::size_t group = 0; group < groups_; ++group) {
    const auto* add = scratch.add_.data() + group * kLanes;
    shares[group] += (add[0] + add[1]) + (add[2] + add[3]);
  }
}

// At a node the codes go to one child; the other is reached only by coalitions without the feature. With the values of
// both, given that they are reached, `rise` is by how much the feature's presence changes the node's value.
WEIR_EVERY_TARGET void TreeReasons::add_batch(const Batch& batch, const Factors* factors, Scratch& scratch) const {
  const auto* inner = inner_.data() + batch.inner;
  const auto* last = last_.data() + batch.last;
  const auto* right = scratch.right_.data() + batch.test;
  const auto* factors_of = scratch.factors_.data() + batch.test;
  const auto* last_right = right + batch.inner_count;
  const auto* last_factors = factors_of + batch.inner_count;
  auto* below = scratch.below_.data();
  auto* above = scratch.above_.data();
  auto* rise = scratch.rise_.data();
  auto* add = scratch.add_.data();

  for (std::size_t i = 0; i < batch.leaf_count; ++i) {
    store(Lanes{} + leaves_[batch.leaves + i], below + (batch.inner_count + batch.last_count + i) * kLanes);
  }
  for (std::size_t i = 0; i < batch.last_count; ++i) {
    Lanes out;
    load(factors[last_factors[i]].out, out);
    store(last[i].taken[last_right[i]] - out * last[i].rise[last_right[i]], below + (batch.inner_count + i) * kLanes);
  }
  for (auto i = batch.inner_count; i-- > 0;) {
    Lanes taken, other, out;
    load(below + inner[i].children[right[i]] * kLanes, taken);
    load(below + inner[i].children[1 - right[i]] * kLanes, other);
    load(factors[factors_of[i]].out, out);
    const Lanes difference = inner[i].other_share[right[i]] * (taken - other);
    store(difference, rise + i * kLanes);
    store(taken - out * difference, below + i * kLanes);
  }

  for (const auto root : std::span(roots_).subspan(batch.roots, batch.root_count)) {
    store(Lanes{} + 1.0, above + root * kLanes);
  }
  for (std::size_t i = 0; i < batch.inner_count; ++i) {
    Lanes reached, difference, out, weight, sum;
    load(above + i * kLanes, reached);
    load(rise + i * kLanes, difference);
    load(factors[factors_of[i]].out, out);
    load(factors[factors_of[i]].weight, weight);
    load(add + inner[i].group * kLanes, sum);
    store(sum + weight * (reached * difference), add + inner[i].group * kLanes);
    const Lanes to_other = reached * (out * inner[i].other_share[right[i]]);
    store(to_other, above + inner[i].children[1 - right[i]] * kLanes);
    store(reached - to_other, above + inner[i].children[right[i]] * kLanes);
  }
  for (std::size_t i = 0; i < batch.last_count; ++i) {
    Lanes reached, weight, sum;
    load(above + (batch.inner_count + i) * kLanes, reached);
    load(factors[last_factors[i]].weight, weight);
    load(add + last[i].group * kLanes, sum);
    store(sum + weight * (reached * last[i].rise[last_right[i]]), add + last[i].group * kLanes);
  }
}

void TreeReasons::add_portable(Scratch& scratch, std::span<double> shares) const { add_body(scratch, shares); }
#if defined(__x86_64__)
WEIR_TARGET_AVX2 void TreeReasons::add_avx2(Scratch& scratch, std::span<double> shares) const {
  add_body(scratch, shares);
}
#endif

}  // namespace weir::models
