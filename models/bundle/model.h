// A trained model in one file: weights, tables, what it looks at, the card that tells how it came about, and examples
// that must come out bit for bit before it is used. Its identity is the SHA-256 of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/sha256.h"
#include "models/bundle/inputs.h"
#include "models/fusion/calibration.h"
#include "models/fusion/head.h"
#include "models/kernels/kernel.h"
#include "models/sequence/recurrent.h"
#include "models/text/text_encoder.h"
#include "models/trees/forest.h"

namespace weir::models {

// An input by name, and by the digest of what defines it: a model must not read another thing under an old name.
struct NamedInput {
  std::string name;
  std::string version;
};

// Inputs that people understand as one thing: what a reason names.
struct ReasonGroup {
  std::string name;
  std::vector<std::uint32_t> features;  // by their numbers
  bool events = false;                  // whether the sequence belongs to it, as a whole
  std::vector<std::uint32_t> texts;
};
// How many groups the head may see: one of its features, the sequence or a text.
inline constexpr std::size_t kMaxHeadGroups = 10;

// What the file says in words (the member "weir" of its header).
struct Manifest {
  std::string name;
  std::vector<NamedInput> features;
  std::vector<NamedInput> event_fields;
  std::uint32_t events = 0;  // K, with the event at hand; 0 without a sequence
  std::vector<NamedInput> texts;
  std::vector<std::string> outputs;          // one, the probability of fraud; or the classes of a text
  std::vector<std::uint32_t> head_features;  // which features the head looks at
  std::vector<ReasonGroup> reasons;          // with one output: each input is in exactly one group; else empty
  bool demonstration = false;                // trained on generated data
};

struct Score {
  std::int64_t logit = 0;        // in 2^-kLogitBits
  std::int32_t probability = 0;  // in billionths
  bool operator==(const Score&) const = default;
};

class Model {
 public:
  // `file`: any bytes. Damaged, inconsistent or hostile ones are refused with the reason, and so is one whose examples
  // come out otherwise with any kernel of this CPU.
  static Result<std::shared_ptr<const Model>> load(std::string_view file);

  const Digest& hash() const { return hash_; }
  const Manifest& manifest() const { return manifest_; }
  // The model card, Markdown.
  const std::string& card() const { return card_; }
  const InputShape& shape() const { return shape_; }
  const Thresholds& thresholds() const { return thresholds_; }
  std::size_t outputs() const { return manifest_.outputs.size(); }
  // What reasons are against: a code for each feature, one event if there is a sequence, no text. For a model of one
  // output.
  const Inputs& neutral() const { return neutral_; }

  // The parts, for whoever explains a score.
  const std::optional<Forest>& trees() const { return trees_; }
  const std::optional<Recurrent>& sequence() const { return sequence_; }
  const std::vector<TextEncoder>& texts() const { return texts_; }
  const std::optional<Head>& head() const { return head_; }
  std::int64_t base() const { return base_; }

  // One per thread; the model must outlive it.
  class Evaluator {
   public:
    explicit Evaluator(const Model& model, Kernel kernel = fastest_kernel());
    // `inputs` must fit the model's shape(). For a model of one output.
    Score score(const Inputs& inputs);
    // One logit for each output; valid until the next call.
    std::span<const std::int64_t> logits(const Inputs& inputs);
    // What the encoders made of those inputs, one behind the other; for a model with a head.
    std::span<const std::int8_t> vectors() const { return {head_->inputs(), model_.head_->inputs()}; }

   private:
    void encode(const Inputs& inputs);

    const Model& model_;
    Kernel kernel_;
    Forest::Scratch trees_;
    std::optional<Recurrent::Scratch> sequence_;
    std::optional<Head::Scratch> head_;
    std::vector<std::int32_t> text_sums_;
    std::vector<std::uint16_t> head_codes_;
    std::vector<std::int64_t> logits_;
  };

 private:
  friend class Assembly;
  Status try_examples(std::span<const std::uint8_t> inputs, std::span<const std::uint32_t> starts,
                      std::span<const std::int64_t> logits, std::span<const std::int32_t> probabilities) const;

  Digest hash_{};
  Manifest manifest_;
  std::string card_;
  InputShape shape_;
  Thresholds thresholds_;
  Inputs neutral_;
  std::int64_t base_ = 0;  // the logit before any part adds to it
  std::optional<Forest> trees_;
  std::optional<Recurrent> sequence_;
  std::vector<TextEncoder> texts_;
  std::optional<Head> head_;
  std::optional<Calibration> calibration_;
};

}  // namespace weir::models
