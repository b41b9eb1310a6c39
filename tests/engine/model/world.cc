#include "tests/engine/model/world.h"

#include <cmath>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"

namespace weir::model {
namespace {

constexpr std::string_view kTokenKey = "a key of tests: 32 bytes long...";

constexpr const char* kSchema =
    "event_types: {path: type, types: [payment, refund]}\n"
    "fields:\n"
    "  id: {type: string, required: true}\n"
    "  time: {type: timestamp, required: true}\n"
    "  number: string\n"
    "  amount: {type: money, currency: EUR}\n"
    "  price: {type: money, currency_from: currency}\n"
    "  currency: {type: string}\n"
    "  items: int64\n"
    "  rate: double\n"
    "  online: bool\n"
    "  channel: {type: enum, values: [pos, web, atm]}\n"
    "  merchant: string\n"
    "  name: {type: string, history: false}\n"
    "  booked: timestamp\n"
    "  email: {type: string, personal: true}\n"
    "  home: string\n"
    "event_id: id\n"
    "event_time: time\n"
    "entities:\n"
    "  card: {key: number, zone: {field: home, default: '+01:00'}}\n";

constexpr const char* kFeatures =
    "card:\n"
    "  count_1h: {count: events, window: 1h}\n"
    "  mean_1h: {mean: amount, window: 1h}\n"
    "  gap: {time_since_last: event, window: 1h}\n"
    "  items_1h: {sum: items, window: 1h}\n";

policy::Policy load(const std::string& inputs) {
  auto policy =
      policy::load_policy({{"policy.yaml", "name: world\nhistory: 90d\nthresholds: {review: 1, decline: 1}\n"},
                           {"schema.yaml", kSchema},
                           {"features.yaml", kFeatures},
                           {"inputs.yaml", inputs}},
                          "");
  WEIR_CHECK(policy.ok(), policy.ok() ? "" : policy.error().render().c_str());
  return *std::move(policy);
}

}  // namespace

World::World(const std::string& inputs, const history::LayoutSpec& tree) : policy_(load(inputs)) {
  const auto& sequence = policy_.inputs->sequence;
  features_ = std::make_unique<features::FeatureSet>(
      policy_.schema, policy_.features, tree,
      sequence ? std::vector{sequence->rows} : std::vector<features::Sequence>());
  past_ = std::make_unique<history::EntityHistory>(features_->layout(0));
  reader_ = std::make_unique<InputReader>(policy_.inputs, *features_);
  json_ = std::make_unique<event::JsonReader>(*policy_.schema, kTokenKey);
  event_ = std::make_unique<event::Event>(*policy_.schema, static_cast<std::uint32_t>(policy_.features.size()));
}

const RawInputs& World::ask(std::int64_t time_ms, const std::string& members, std::int64_t cutoff_ms, bool has_card) {
  std::string text = R"({"id": "p", "time": ")" + iso8601(time_ms) + "\"";
  if (members.find("\"type\"") == std::string::npos) text += R"(, "type": "payment")";
  if (has_card) text += R"(, "number": "4711")";
  if (!members.empty()) text += ", " + members;
  text += "}";
  event::Reject reject;
  event_->clear();
  const bool readable = json_->read(text, event::kNoClock, *event_, reject);
  WEIR_CHECK(readable, (text + ": " + reject.detail).c_str());
  history::EntityHistory* const histories[] = {has_card ? past_.get() : nullptr};
  features_->evaluate(histories, cutoff_ms, *event_);
  reader_->read(event_->slots(), time_ms, histories, cutoff_ms, inputs_);
  return inputs_;
}

const RawInputs& World::pay(std::int64_t time_ms, const std::string& members, std::string_view outcome) {
  (void)ask(time_ms, members);
  (*event_)[policy_.schema->outcome_slot()] = Value::string(outcome);
  past_->append(event_->slots(), time_ms, times_ms_.size(), nullptr);
  times_ms_.push_back(time_ms);
  return inputs_;
}

void World::label(std::size_t payment, bool fraud, std::int64_t known_at_ms) {
  const bool there = past_->label(times_ms_[payment], payment, {fraud, known_at_ms});
  WEIR_CHECK(there, "a payment that is labelled is in the past");
}

std::vector<int> World::codes(const std::string& field) const {
  const auto& fields = definitions().sequence->fields;
  std::vector<int> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].id.name != field) continue;
    for (auto at = i; at < inputs_.events.size(); at += fields.size()) out.push_back(inputs_.events[at]);
    return out;
  }
  WEIR_CHECK(false, "a field that is asked for is in the sequence");
  return out;
}

std::optional<double> World::number(const std::string& feature) const {
  const auto& features = definitions().features;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (features[i].id.name != feature) continue;
    return std::isnan(inputs_.features[i]) ? std::nullopt : std::optional(inputs_.features[i]);
  }
  WEIR_CHECK(false, "a feature that is asked for is one of the inputs");
  return std::nullopt;
}

}  // namespace weir::model
