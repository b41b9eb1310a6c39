// policy.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/currency.h"
#include "engine/base/diagnostics.h"
#include "engine/decide/decision.h"
#include "engine/event/schema.h"
#include "engine/yaml/node.h"
#include "rules/book/rule_reader.h"

namespace weir::policy {

// Rates are in exchange.csv.
struct ExchangeSettings {
  Place place;
  std::optional<Currency> base;              // nothing if it is faulty
  std::int64_t max_age_ms = 7 * 86'400'000;  // of a rate
};

struct Settings {
  std::string name;
  std::int64_t history_ms = 0;  // 0 if it is faulty
  decide::Thresholds thresholds;
  event::Limits limits;
  book::CostLimits cost_limits;
  std::optional<ExchangeSettings> exchange;
  // Read once the schema is known; they live as long as the file's root.
  const yaml::Node* alerts = nullptr;
  const yaml::Node* control = nullptr;
};

Settings read_settings(const yaml::Node& root, Issues& issues);

}  // namespace weir::policy
