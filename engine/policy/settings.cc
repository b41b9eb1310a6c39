#include "engine/policy/settings.h"

#include <optional>

#include "engine/base/civil_time.h"
#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

Place place_of(const yaml::MapReader& reader, std::string_view key) {
  const auto* node = reader.key(key);
  return node == nullptr ? reader.at() : node->place;
}

void read_thresholds(const yaml::Node* node, const Place& at, decide::Thresholds& thresholds, Issues& issues) {
  yaml::MapReader reader(node, at, "`thresholds`", issues);
  const auto review = yaml::as_integer(reader.required("review"), 0, decide::kMaxScore, issues);
  const auto decline = yaml::as_integer(reader.required("decline"), 0, decide::kMaxScore, issues);
  reader.finish();
  if (review) thresholds.review = static_cast<std::int32_t>(*review);
  if (decline) thresholds.decline = static_cast<std::int32_t>(*decline);
  if (review && decline && *decline < *review) {
    issues.error(place_of(reader, "decline"), "`decline` is below `review`: no score would be reviewed");
  }
}

template <class T>
void read_bound(yaml::MapReader& reader, std::string_view key, std::int64_t least, std::int64_t most, T& out,
                Issues& issues) {
  if (const auto value = yaml::as_integer(reader.optional(key), least, most, issues)) out = static_cast<T>(*value);
}

void read_limits(const yaml::Node* node, const Place& at, Settings& settings, Issues& issues) {
  auto& limits = settings.limits;
  const auto history_ms = settings.history_ms;
  yaml::MapReader reader(node, at, "`limits`", issues);
  read_bound(reader, "record_bytes", kMinRecordBytes, kMaxRecordBytes, limits.max_record_bytes, issues);
  read_bound(reader, "string_bytes", 1, kMaxStringBytes, limits.max_string_bytes, issues);
  read_bound(reader, "nesting", kMinNesting, kMaxNesting, limits.max_nesting, issues);
  read_bound(reader, "rule_cost", 1, kMaxRuleCost, settings.cost_limits.rule, issues);
  read_bound(reader, "policy_cost", 1, kMaxPolicyCost, settings.cost_limits.policy, issues);
  settings.cost_limits.text_bytes = limits.max_string_bytes;
  if (const auto ahead = yaml::as_duration_ms(reader.optional("max_ahead"), issues)) limits.max_ahead_ms = *ahead;
  const auto* horizon_node = reader.optional("duplicates_within");
  if (const auto horizon = yaml::as_duration_ms(horizon_node, issues)) {
    limits.duplicate_horizon_ms = *horizon;
    if (history_ms > 0 && *horizon > history_ms) {
      issues.error(horizon_node->place, "duplicates are looked for further back than the history of " +
                                            duration_text(history_ms) + " that is kept");
    }
  } else if (history_ms > 0 && limits.duplicate_horizon_ms > history_ms) {
    limits.duplicate_horizon_ms = history_ms;
  }
  reader.finish();
}

ExchangeSettings read_exchange_settings(const yaml::Node* node, const Place& at, Issues& issues) {
  yaml::MapReader reader(node, at, "`exchange`", issues);
  ExchangeSettings exchange;
  exchange.place = at;
  const auto* base = reader.required("base", "write for example `base: EUR`");
  if (const auto code = yaml::as_text(base, issues)) {
    exchange.base = currency_by_code(*code);
    if (!exchange.base) {
      issues.error(base->place, "`" + *code + "` is not a currency of ISO 4217", "write for example EUR, USD or JPY");
    }
  }
  const auto* age = reader.optional("max_age");
  if (const auto duration = yaml::as_duration_ms(age, issues)) {
    exchange.max_age_ms = *duration;
    if (*duration < kMinExchangeAgeMs || *duration > kMaxExchangeAgeMs) {
      issues.error(age->place,
                   "a rate counts for " + duration_text(kMinExchangeAgeMs) + " to " + duration_text(kMaxExchangeAgeMs));
    }
  }
  reader.finish();
  return exchange;
}

}  // namespace

Settings read_settings(const yaml::Node& root, Issues& issues) {
  Settings settings;
  yaml::MapReader reader(&root, root.place, "policy.yaml", issues);
  const auto* name = reader.required("name");
  if (auto text = yaml::as_text(name, issues)) {
    settings.name = *std::move(text);
    if (!is_policy_name(settings.name)) {
      issues.error(name->place,
                   "a policy's name is 1 to " + std::to_string(kMaxNameLength) + " lower-case letters, digits or `-`");
    }
  }
  (void)yaml::as_text(reader.optional("description"), issues);
  const auto* history = reader.required("history");
  if (const auto duration = yaml::as_duration_ms(history, issues)) {
    settings.history_ms = *duration;
    if (*duration < kMinHistoryMs) {
      issues.error(history->place, "a history shorter than " + duration_text(kMinHistoryMs) + " holds nothing");
    }
  }
  const auto* thresholds = reader.required("thresholds");
  read_thresholds(thresholds, place_of(reader, "thresholds"), settings.thresholds, issues);
  const auto* limits = reader.optional("limits");
  read_limits(limits, place_of(reader, "limits"), settings, issues);
  const auto* exchange = reader.optional("exchange");
  if (exchange != nullptr) {
    settings.exchange = read_exchange_settings(exchange, place_of(reader, "exchange"), issues);
  }
  settings.alerts = reader.optional("alerts");
  settings.control = reader.optional("control");
  reader.finish();
  return settings;
}

}  // namespace weir::policy
