// What each group of features adds to the sum of a forest: exact Shapley values of the game that Lundberg and others
// ("From local explanations to global understanding with explainable AI for trees", 2020) call path-dependent. A
// coalition's value: its features decide as their codes say; where a tree asks for another feature, both children
// count, by the share of the training rows that went there.
//
// If each feature is in the coalition with probability t, independently, the expected value is a polynomial of t for
// each tree, and a feature's Shapley value is the integral of its derivative by that feature, from 0 to 1 (Owen,
// "Multilinear extensions of games", 1972). Gauss-Legendre quadrature gives it exactly, and a tree need only be walked
// once up and once down for four points at a time (compare Wettenstein, Mitchell and Yu, "Quadrature-TreeSHAP", 2026):
// four points do for paths of up to eight different features.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/kernels/aligned.h"
#include "models/kernels/kernel.h"
#include "models/trees/forest.h"

namespace weir::models {

class TreeReasons {
 public:
  // `group_of`: one a feature, each below `groups`. Keeps nothing of `forest`.
  TreeReasons(const Forest& forest, std::span<const std::uint32_t> group_of, std::size_t groups);

  // The value without any feature, in 2^-kLogitBits.
  double expected() const { return expected_; }

  // One per thread.
  class Scratch {
   public:
    explicit Scratch(const TreeReasons& reasons);

   private:
    friend class TreeReasons;
    std::vector<std::int32_t> slots_;
    std::vector<std::uint8_t> right_;     // for each test, whether the codes go right
    std::vector<std::uint32_t> factors_;  // for each test, which factors hold
    // kLanes values for each node, or for each group.
    AlignedVector<double> below_, above_, rise_, add_;
  };

  // `codes`: one a feature, as for Forest::sum. Writes one value a group, in 2^-kLogitBits; with expected() they make
  // the forest's sum, but for the rounding of doubles. The same bits with every kernel and on every machine: the order
  // of all operations is fixed.
  void shares(Kernel kernel, std::span<const FeatureCode> codes, Scratch& scratch, std::span<double> shares) const;

 private:
  static constexpr std::size_t kLanes = 4;  // points of the quadrature side by side
  using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));

  // The nodes of one tree are counted like this: inner nodes with an inner node below them, in the forest's order;
  // those with two leaves ("last"); the leaves of the first kind. Of two values the first is for codes that go left.
  struct Test {
    std::uint32_t slot = 0;
    std::int32_t threshold = 0;
  };
  struct Inner {
    double other_share[2] = {};  // the share of the training rows that went to the child that is not taken
    std::uint32_t children[2] = {};
    std::uint32_t group = 0;
  };
  struct Last {
    double taken[2] = {};  // the leaf
    double rise[2] = {};   // Inner::other_share times the difference of the leaves
    std::uint32_t group = 0;
  };
  // An inner node with a feature that was asked for before on the way from the root.
  struct Repeated {
    std::uint32_t node = 0;
    std::uint32_t before = 0;   // the last such node
    std::uint8_t right = 0;     // whether it lies on the right of that one
    std::uint32_t factors = 0;  // if the codes go that way all along
  };
  // Where in the arrays below its parts begin, and how many there are of each.
  struct Tree {
    std::size_t test = 0;
    std::size_t inner = 0, inner_count = 0;
    std::size_t last = 0, last_count = 0;
    std::size_t leaves = 0, leaf_count = 0;
    std::size_t repeated = 0, repeated_count = 0;
  };
  // For each point: the probability that the feature is not in the coalition, given that its node is reached; and what
  // the node's rise counts for. Of a pass, the first are for a feature's first node, the next for a node that only
  // coalitions without the feature reach.
  struct Factors {
    double out[kLanes] = {};
    double weight[kLanes] = {};
  };
  static constexpr std::uint32_t kFirst = 0;
  static constexpr std::uint32_t kOut = 1;

  class Builder;

  void walk(Kernel kernel, Scratch& scratch) const;
  // Compiled once for each target.
  void walk_body(Scratch& scratch) const;
  void walk_tree(Tree tree, const Factors* factors, Scratch& scratch) const;
  void walk_portable(Scratch& scratch) const;
#if defined(__x86_64__)
  void walk_avx2(Scratch& scratch) const;
#endif

  std::size_t features_ = 0;
  std::size_t groups_ = 0;
  double expected_ = 0;
  std::size_t passes_ = 0;
  std::size_t factors_of_pass_ = 0;
  std::vector<Tree> trees_;
  std::vector<Test> tests_;  // tree by tree, of its inner nodes and then of its last ones
  std::vector<Inner> inner_;
  std::vector<Last> last_;
  std::vector<double> leaves_;
  std::vector<Repeated> repeated_;
  AlignedVector<Factors> factors_;  // pass by pass
};

}  // namespace weir::models
