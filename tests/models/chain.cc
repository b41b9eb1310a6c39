// Chains evaluations of small models, each looking at what the one before it gave, and writes every result to standard
// output. The same bytes must come from every kernel, compiler, optimisation and CPU; same_bits_test.py builds this
// file in all those ways and hashes what it writes.
//
//   chain scores KERNEL EVALUATIONS     of each, eight bytes of logit and four of probability, little-endian
//   chain reasons KERNEL EVALUATIONS    of each, what each feature gives to the sums of two forests, as doubles, and
//                                       what each of the head's groups gives to its logit, eight bytes each
//
// KERNEL: portable, avx2, vnni.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "models/fusion/calibration.h"
#include "models/reasons/head_reasons.h"
#include "models/reasons/tree_reasons.h"
#include "tests/models/parts.h"

namespace weir::models::testing {
namespace {

constexpr std::size_t kFields = 3;
constexpr std::uint32_t kCodes = 24;
constexpr std::size_t kEvents = 2;
constexpr std::uint32_t kBuckets = 64;
constexpr std::uint32_t kMaxGrams = 6;
constexpr std::size_t kFeatures = 6;
constexpr std::size_t kThresholds = 14;
// For reasons there is also a tree with ways of more different features than one pass of the quadrature can do.
constexpr std::size_t kDeepFeatures = 16;
constexpr int kDepth = 9;
constexpr std::size_t kHeadGroups = 4;

// One small model of all parts.
class Link {
 public:
  explicit Link(std::uint64_t seed)
      : dice_(seed),
        recurrent_parts_(make_recurrent(dice_, 16, kFields, kCodes)),
        text_parts_(make_text(dice_, 16, kBuckets, kMaxGrams)),
        head_parts_(make_head(dice_, 32, 16, 1, {kThresholds + 2, kThresholds + 2})),
        forest_parts_(make_forest(dice_, kFeatures, kThresholds, 16, 3)),
        recurrent_(*Recurrent::create(recurrent_parts_.tensors())),
        text_(*TextEncoder::create(text_parts_.tensors())),
        head_(*Head::create(head_parts_.tensors())),
        thresholds_(*Thresholds::create(forest_parts_.starts, forest_parts_.values)),
        forest_(*Forest::create(forest_parts_.roots, forest_parts_.nodes, thresholds_)),
        calibration_(*Calibration::create(knots())),
        recurrent_scratch_(recurrent_),
        head_scratch_(head_),
        events_(kFields * kEvents),
        features_(kFeatures),
        sums_(16),
        deep_parts_(make_forest(dice_, kDeepFeatures, kThresholds, 1, kDepth)),
        deep_forest_(*Forest::create(deep_parts_.roots, deep_parts_.nodes,
                                     *Thresholds::create(deep_parts_.starts, deep_parts_.values))),
        tree_reasons_(forest_, one_each(kFeatures), kFeatures),
        deep_reasons_(deep_forest_, one_each(kDeepFeatures), kDeepFeatures),
        head_reasons_(head_, {{{0}, {}}, {{1}, {}}, {{}, {{0, 16}}}, {{}, {{16, 16}}}},
                      std::vector<std::uint16_t>{3, 9}, std::vector<std::int8_t>(32, 5)),
        tree_reasons_scratch_(tree_reasons_),
        deep_reasons_scratch_(deep_reasons_),
        head_reasons_scratch_(head_reasons_),
        tree_shares_(kFeatures),
        deep_shares_(kDeepFeatures),
        head_shares_(kHeadGroups) {}

  // Appends the result to `out`; gives what the next evaluation draws from.
  std::uint64_t score(Kernel kernel, std::uint64_t before, std::vector<char>& out) {
    look(kernel, before);
    std::int64_t logit = 0;
    const std::uint16_t head_codes[] = {features_[0], features_[1]};
    head_.run(kernel, head_codes, head_scratch_, {&logit, 1});
    logit += forest_.sum(features_, forest_scratch_);
    const auto probability = calibration_.probability(logit);
    append(out, logit);
    append(out, probability);
    return before * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(logit) + static_cast<std::uint32_t>(probability);
  }

  std::uint64_t reasons(Kernel kernel, std::uint64_t before, std::vector<char>& out) {
    look(kernel, before);
    const std::uint16_t head_codes[] = {features_[0], features_[1]};
    tree_reasons_.shares(kernel, features_, tree_reasons_scratch_, tree_shares_);
    Dice dice(before + 1);
    const auto codes = dice.many<FeatureCode>(kDeepFeatures, 0, kThresholds + 1);
    deep_reasons_.shares(kernel, codes, deep_reasons_scratch_, deep_shares_);
    head_reasons_.shares(kernel, head_codes, {head_scratch_.inputs(), 32}, head_reasons_scratch_, head_shares_);
    auto next = before;
    for (const auto share : tree_shares_) next = mix(next, append(out, share));
    for (const auto share : deep_shares_) next = mix(next, append(out, share));
    for (const auto share : head_shares_) next = mix(next, append(out, share));
    return next;
  }

 private:
  // What is looked at is drawn from `before`, so that one bit that differs changes all that follows.
  void look(Kernel kernel, std::uint64_t before) {
    Dice dice(before);
    for (auto& code : events_) code = static_cast<std::uint16_t>(dice.between(0, kCodes - 1));
    for (auto& code : features_) code = static_cast<FeatureCode>(dice.between(0, kThresholds + 1));
    grams_.resize(static_cast<std::size_t>(dice.between(1, kMaxGrams)));
    for (auto& gram : grams_) gram = static_cast<std::uint32_t>(dice.between(0, kBuckets - 1));
    recurrent_.run(kernel, events_, recurrent_scratch_, head_scratch_.inputs());
    text_.encode(grams_, sums_, head_scratch_.inputs() + 16);
  }

  // Gives the value's bits.
  template <class T>
  static std::uint64_t append(std::vector<char>& out, T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    out.resize(out.size() + sizeof value);
    std::memcpy(out.data() + out.size() - sizeof value, &value, sizeof value);
    return bits;
  }
  static std::uint64_t mix(std::uint64_t before, std::uint64_t bits) { return before * 0x9E3779B97F4A7C15U + bits; }
  static std::vector<std::uint32_t> one_each(std::size_t features) {
    std::vector<std::uint32_t> groups(features);
    std::iota(groups.begin(), groups.end(), 0);
    return groups;
  }
  static std::vector<std::int32_t> knots() {
    std::vector<std::int32_t> all;
    for (std::int64_t i = 0; i < 2049; ++i) all.push_back(static_cast<std::int32_t>(i * i * i * i / 17593));
    return all;
  }

  Dice dice_;
  RecurrentParts recurrent_parts_;
  TextParts text_parts_;
  HeadParts head_parts_;
  ForestParts forest_parts_;
  Recurrent recurrent_;
  TextEncoder text_;
  Head head_;
  Thresholds thresholds_;
  Forest forest_;
  Calibration calibration_;
  Recurrent::Scratch recurrent_scratch_;
  Head::Scratch head_scratch_;
  Forest::Scratch forest_scratch_;
  std::vector<std::uint16_t> events_;
  std::vector<FeatureCode> features_;
  std::vector<std::uint32_t> grams_;
  std::vector<std::int32_t> sums_;
  ForestParts deep_parts_;
  Forest deep_forest_;
  TreeReasons tree_reasons_, deep_reasons_;
  HeadReasons head_reasons_;
  TreeReasons::Scratch tree_reasons_scratch_, deep_reasons_scratch_;
  HeadReasons::Scratch head_reasons_scratch_;
  std::vector<double> tree_shares_, deep_shares_;
  std::vector<std::int64_t> head_shares_;
};

int run(bool reasons, std::string_view kernel_wanted, std::uint64_t evaluations) {
  for (const auto kernel : kernels_here()) {
    if (kernel_name(kernel) != kernel_wanted) continue;
    // Links refer to parts of themselves: they stay where they are.
    std::deque<Link> links;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) links.emplace_back(seed);
    std::uint64_t before = 0;
    std::vector<char> out;
    for (std::uint64_t i = 0; i < evaluations; ++i) {
      auto& link = links[before % links.size()];
      before = reasons ? link.reasons(kernel, before, out) : link.score(kernel, before, out);
      if (out.size() > 65000 || i + 1 == evaluations) {
        if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 1;
        out.clear();
      }
    }
    return 0;
  }
  std::fprintf(stderr, "chain: this CPU has no kernel '%s'\n", std::string(kernel_wanted).c_str());
  return 77;
}

}  // namespace
}  // namespace weir::models::testing

int main(int argc, char** argv) {
  const std::string_view what = argc == 4 ? argv[1] : "";
  if (what != "scores" && what != "reasons") {
    std::fprintf(stderr, "usage: chain scores|reasons KERNEL EVALUATIONS\n");
    return 2;
  }
  return weir::models::testing::run(what == "reasons", argv[2], std::strtoull(argv[3], nullptr, 10));
}
