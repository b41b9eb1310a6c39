// What a model's score costs in Weir: latencies of single calls and rows a second, with each kernel of this CPU. The
// opponents are in bench/model_opponents; bench/model.py runs them all and compares the answers.
//
//   model_bench answers FOLDER
//   model_bench time FOLDER CALLS SECONDS
//
// FOLDER holds `model` and, as far as the model looks at it, row by row: features.f32 (NaN: no value), events.u16
// (codes, all of the model's events), texts.txt (a text a line). The logits go to FOLDER/logits.i64.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "bench/latency.h"
#include "models/bundle/model.h"
#include "models/kernels/kernel.h"
#include "models/reasons/explainer.h"
#include "models/text/grams.h"

namespace weir::models {
namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "model: %s\n", what.c_str());
  std::exit(1);
}

// As a bank's merchant names may be looked at.
GramRules gram_rules(const Model& model) {
  return {.whole = true,
          .without_digits = true,
          .words = true,
          .word_pairs = true,
          .shortest = 2,
          .longest = 5,
          .buckets = model.shape().texts[0].buckets,
          .at_most = model.shape().texts[0].max_grams};
}

// The rows as they come from the engine: features as numbers, events as codes, texts as bytes.
class Rows {
 public:
  Rows(const std::string& folder, const Model& model) : model_(model) {
    const auto& shape = model.shape();
    features_ = read_values<float>(folder + "/features.f32");
    events_ = read_values<std::uint16_t>(folder + "/events.u16");
    event_codes_ = shape.event_codes.size() * shape.max_events;
    if (shape.texts.size() > 1) fail("the model has several texts");
    std::ifstream in(folder + "/texts.txt");
    for (std::string line; std::getline(in, line);) texts_.push_back(line);
    if (!shape.texts.empty()) rules_ = gram_rules(model);
    const auto width = shape.feature_codes.size();
    count_ = width > 0 ? features_.size() / width : events_.size() / event_codes_;
    if (count_ == 0 || features_.size() != count_ * width || events_.size() != count_ * event_codes_ ||
        texts_.size() != count_ * shape.texts.size()) {
      fail(folder + " does not hold rows as the model takes them");
    }
    inputs_.features.resize(width);
    inputs_.events.resize(event_codes_);
    inputs_.texts.resize(shape.texts.size());
  }

  std::size_t count() const { return count_; }

  // Row i, quantized.
  const Inputs& quantize(std::size_t i) {
    const auto width = inputs_.features.size();
    for (std::size_t feature = 0; feature < width; ++feature) {
      const auto value = static_cast<double>(features_[i * width + feature]);
      inputs_.features[feature] = model_.thresholds().code(feature, value);
    }
    std::copy_n(events_.begin() + static_cast<std::ptrdiff_t>(i * event_codes_), event_codes_, inputs_.events.begin());
    if (!inputs_.texts.empty()) {
      inputs_.texts[0].clear();
      append_grams(texts_[i], rules_, inputs_.texts[0]);
    }
    return inputs_;
  }

 private:
  const Model& model_;
  std::size_t count_ = 0;
  std::size_t event_codes_ = 0;  // of one row
  std::vector<float> features_;
  std::vector<std::uint16_t> events_;
  std::vector<std::string> texts_;
  GramRules rules_;
  Inputs inputs_;
};

void write_answers(const std::string& folder, const Model& model, Rows& rows) {
  std::vector<std::int64_t> logits;
  for (const auto kernel : kernels_here()) {
    Model::Evaluator evaluator(model, kernel);
    for (std::size_t i = 0; i < rows.count(); ++i) {
      const auto logit = evaluator.score(rows.quantize(i)).logit;
      if (kernel == Kernel::kPortable) {
        logits.push_back(logit);
      } else if (logit != logits[i]) {
        fail("row " + std::to_string(i) + " comes out otherwise with the kernel " + std::string(kernel_name(kernel)));
      }
    }
  }
  if (!write_values(folder + "/logits.i64", logits)) fail(folder + " can't be written");
}

// Of the first rows: few enough that they stay in the cache, too many for the branch predictor to know them.
constexpr std::size_t kWarmRows = 1000;

void print_times(const Model& model, Rows& rows, std::size_t calls, double seconds) {
  const auto count = std::min(rows.count(), kWarmRows);
  print_latencies("clock", count, calls, [](std::size_t) {});
  print_latencies("quantize", count, calls, [&](std::size_t i) { rows.quantize(i); });
  for (const auto kernel : kernels_here()) {
    const std::string name(kernel_name(kernel));
    Model::Evaluator evaluator(model, kernel);
    const auto score = [&](std::size_t i) { evaluator.score(rows.quantize(i)); };
    // The portable kernel takes its time.
    print_latencies(name, count, kernel == Kernel::kPortable ? calls / 10 : calls, score);
    print_rate(name + " batch", count, seconds, [&] {
      for (std::size_t i = 0; i < count; ++i) score(i);
    });
    Explainer explainer(model, kernel);
    print_latencies(name + " reasons", count, std::max(calls / (kernel == Kernel::kPortable ? 40 : 4), std::size_t{1}),
                    [&](std::size_t i) { explainer.explain(rows.quantize(i)); });
  }
}

int run(const std::string& what, char** argv) {
  const std::string folder = argv[2];
  std::ifstream in(folder + "/model", std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  const auto loaded = Model::load(file);
  if (!loaded) fail(loaded.error().message);
  Rows rows(folder, **loaded);
  if (what == "answers") {
    write_answers(folder, **loaded, rows);
  } else {
    print_times(**loaded, rows, std::strtoul(argv[3], nullptr, 10), std::strtod(argv[4], nullptr));
  }
  return 0;
}

}  // namespace
}  // namespace weir::models

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (!(what == "answers" && argc == 3) && !(what == "time" && argc == 5)) {
    std::fprintf(stderr,
                 "usage: model_bench answers FOLDER\n"
                 "       model_bench time FOLDER CALLS SECONDS\n");
    return 2;
  }
  return weir::models::run(what, argv);
}
