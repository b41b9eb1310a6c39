#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "engine/policy/feature_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

using features::Aggregate;

std::optional<Value> read_double(const yaml::Node& node, Issues& issues) {
  const std::string& text = node.text;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return Value::real(value);
  issues.error(node.place, "`" + text + "` is not a number");
  return std::nullopt;
}

std::optional<Value> read_money(const yaml::Node& node, const event::Field& field, Issues& issues) {
  if (field.currency == 0) {
    issues.error(node.place, "an amount whose currency comes with the event has no default",
                 "ask with has() in the rule");
    return std::nullopt;
  }
  const auto currency = currency_by_number(field.currency);
  const auto amount = parse_decimal(node.text, currency->exponent);
  if (amount.ok()) return Value::money(*amount, field.currency);
  issues.error(node.place, "`" + node.text + "` is not an amount in " + std::string(currency->code));
  return std::nullopt;
}

std::optional<Value> read_of_field(const yaml::Node& node, const event::Field& field, std::deque<std::string>& texts,
                                   Issues& issues) {
  if (field.personal) {
    issues.error(node.place, "a personal field is a token here and has no default");
    return std::nullopt;
  }
  switch (field.type) {
    case event::FieldType::kBool:
      if (const auto value = yaml::as_bool(&node, issues)) return Value::boolean(*value);
      return std::nullopt;
    case event::FieldType::kInt64:
      if (const auto value = yaml::as_integer(&node, INT64_MIN, INT64_MAX, issues)) return Value::int64(*value);
      return std::nullopt;
    case event::FieldType::kDouble:
      return read_double(node, issues);
    case event::FieldType::kMoney:
      return read_money(node, field, issues);
    case event::FieldType::kString:
      return Value::string(texts.emplace_back(node.text));
    case event::FieldType::kEnum: {
      const auto& values = field.enum_values;
      const auto found = std::find(values.begin(), values.end(), node.text);
      if (found != values.end()) {
        return Value::enumeration(*found, static_cast<std::uint16_t>(found - values.begin()));
      }
      issues.error(node.place, "`" + field.name + "` is never `" + node.text + "`",
                   yaml::did_you_mean(node.text, values));
      return std::nullopt;
    }
    case event::FieldType::kTimestamp:
      break;
  }
  issues.error(node.place, "a time has no default", "ask with has() in the rule");
  return std::nullopt;
}

}  // namespace

std::optional<Value> read_default(const yaml::Node& node, const features::Definition& definition,
                                  const event::Schema& schema, std::deque<std::string>& texts, Issues& issues) {
  if (yaml::as_scalar(&node, issues) == nullptr) return std::nullopt;
  switch (definition.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kSum:
    case Aggregate::kDistinctCount:
      issues.error(node.place, "this feature is 0 when its window is empty and needs no default");
      return std::nullopt;
    case Aggregate::kFirstSeen:
      issues.error(node.place, "`first_seen` has no default", "ask with has() in the rule");
      return std::nullopt;
    case Aggregate::kMean:
    case Aggregate::kMedian:
    case Aggregate::kStandardDeviation:
    case Aggregate::kShare:
      return read_double(node, issues);
    case Aggregate::kTimeSinceLast:
      if (const auto duration = yaml::as_duration_ms(&node, issues)) return Value::duration_ms(*duration);
      return std::nullopt;
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kFirst:
    case Aggregate::kLast:
      break;
  }
  return read_of_field(node, schema.fields[*definition.slot], texts, issues);
}

}  // namespace weir::policy
