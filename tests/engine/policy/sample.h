// A small sound policy for tests to bend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/policy/policy.h"

namespace weir::policy {

struct Sample {
  std::string policy =
      "name: sample\n"
      "history: 90d\n"
      "thresholds: {review: 500, decline: 800}\n";
  std::string schema =
      "fields:\n"
      "  id: {type: string, required: true}\n"
      "  time: {type: timestamp, required: true}\n"
      "  amount: {type: money, currency: EUR, required: true}\n"
      "  channel: {type: enum, values: [online, chip], required: true}\n"
      "  card_number: {path: card.number, type: string, personal: true, required: true}\n"
      "  rate: {type: double, required: true}\n"
      "  flag: {type: bool, required: true}\n"
      "  count: {type: int64, required: true}\n"
      "  shop: {type: string, required: true}\n"
      "event_id: id\n"
      "event_time: time\n"
      "entities:\n"
      "  card: card_number\n";
  std::string features =
      "card:\n"
      "  count_1h: {count: events, window: 1h}\n";
  std::string rules =
      "id: rule\n"
      "description: A rule\n"
      "reason: R1\n"
      "when: card.count_1h > 3\n"
      "then: {points: 900}\n";

  std::string inputs;  // empty: there is no such file

  std::vector<PolicyFile> files() const {
    std::vector<PolicyFile> all{
        {"policy.yaml", policy}, {"schema.yaml", schema}, {"features.yaml", features}, {"rules/a.yaml", rules}};
    if (!inputs.empty()) all.push_back({"inputs.yaml", inputs});
    return all;
  }
  Result<Policy, Issues> load() const { return load_policy(files(), ""); }
  // Empty if it is sound.
  std::string report() const {
    const auto policy_or_issues = load();
    return policy_or_issues.ok() ? "" : policy_or_issues.error().render();
  }
};

// `text` with its one `from` replaced.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  WEIR_CHECK(at != std::string::npos && text.find(from, at + 1) == std::string::npos,
             "the text to replace stands once");
  return text.replace(at, from.size(), to);
}

}  // namespace weir::policy
