// policy.yaml.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/diagnostics.h"
#include "engine/decide/decision.h"
#include "engine/event/schema.h"
#include "engine/yaml/node.h"
#include "rules/book/rule_reader.h"

namespace weir::policy {

struct Settings {
  std::string name;
  std::int64_t history_ms = 0;  // 0 if it is faulty
  decide::Thresholds thresholds;
  event::Limits limits;
  book::CostLimits cost_limits;
};

Settings read_settings(const yaml::Node& root, Issues& issues);

}  // namespace weir::policy
