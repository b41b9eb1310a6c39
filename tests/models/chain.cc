// Chains evaluations of small models, each looking at what the one before it gave, and writes every result to standard
// output: eight bytes of logit, four of probability, all little-endian. The same bytes must come from every kernel,
// compiler, optimisation and CPU; same_bits_test.py builds this file in all those ways and hashes what it writes.
//
//   chain KERNEL EVALUATIONS        KERNEL: portable, avx2, vnni
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "models/fusion/calibration.h"
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
        sums_(16) {}

  // What is looked at is drawn from `before`, so that one bit that differs changes all that follows.
  void evaluate(Kernel kernel, std::uint64_t before, std::int64_t& logit, std::int32_t& probability) {
    Dice dice(before);
    for (auto& code : events_) code = static_cast<std::uint16_t>(dice.between(0, kCodes - 1));
    for (auto& code : features_) code = static_cast<FeatureCode>(dice.between(0, kThresholds + 1));
    grams_.resize(static_cast<std::size_t>(dice.between(1, kMaxGrams)));
    for (auto& gram : grams_) gram = static_cast<std::uint32_t>(dice.between(0, kBuckets - 1));
    recurrent_.run(kernel, events_, recurrent_scratch_, head_scratch_.inputs());
    text_.encode(grams_, sums_, head_scratch_.inputs() + 16);
    const std::uint16_t head_codes[] = {features_[0], features_[1]};
    head_.run(kernel, head_codes, head_scratch_, {&logit, 1});
    logit += forest_.sum(features_, forest_scratch_);
    probability = calibration_.probability(logit);
  }

 private:
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
};

int run(std::string_view kernel_wanted, std::uint64_t evaluations) {
  for (const auto kernel : kernels_here()) {
    if (kernel_name(kernel) != kernel_wanted) continue;
    std::vector<Link> links;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) links.emplace_back(seed);
    std::uint64_t before = 0;
    std::vector<char> out;
    for (std::uint64_t i = 0; i < evaluations; ++i) {
      std::int64_t logit = 0;
      std::int32_t probability = 0;
      links[before % links.size()].evaluate(kernel, before, logit, probability);
      before =
          before * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(logit) + static_cast<std::uint32_t>(probability);
      out.resize(out.size() + 12);
      std::memcpy(out.data() + out.size() - 12, &logit, 8);
      std::memcpy(out.data() + out.size() - 4, &probability, 4);
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
  if (argc != 3) {
    std::fprintf(stderr, "usage: chain KERNEL EVALUATIONS\n");
    return 2;
  }
  return weir::models::testing::run(argv[1], std::strtoull(argv[2], nullptr, 10));
}
