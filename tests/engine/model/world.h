// One card's payments from JSON through the reader of a policy's inputs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/event/reader.h"
#include "engine/features/feature_set.h"
#include "engine/history/entity_history.h"
#include "engine/model/input_reader.h"
#include "engine/policy/policy.h"

namespace weir::model {

class World {
 public:
  // A policy with these inputs; `tree`: see FeatureSet.
  explicit World(const std::string& inputs, const history::LayoutSpec& tree = {});

  const policy::Policy& policy() const { return policy_; }
  const InputDefinitions& definitions() const { return *policy_.inputs; }

  // What a model may look at of a payment: the members of a JSON object, time (in ms) and number of the card apart. A
  // payment without a card has no past.
  const RawInputs& ask(std::int64_t time_ms, const std::string& members, std::int64_t cutoff_ms = INT64_MIN,
                       bool has_card = true);
  // The same, and it joins the past with this outcome.
  const RawInputs& pay(std::int64_t time_ms, const std::string& members, std::string_view outcome = "approve");
  // A label for the payment of that number, from 0 on.
  void label(std::size_t payment, bool fraud, std::int64_t known_at_ms);

  // The codes of a field of the last answer, oldest first.
  std::vector<int> codes(const std::string& field) const;
  // A number of the last answer; nothing if it is missing.
  std::optional<double> number(const std::string& feature) const;

 private:
  policy::Policy policy_;
  std::unique_ptr<features::FeatureSet> features_;
  std::unique_ptr<history::EntityHistory> past_;
  std::unique_ptr<InputReader> reader_;
  std::unique_ptr<event::JsonReader> json_;
  std::unique_ptr<event::Event> event_;
  RawInputs inputs_;
  std::vector<std::int64_t> times_ms_;
};

}  // namespace weir::model
