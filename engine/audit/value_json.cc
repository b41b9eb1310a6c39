#include "engine/audit/value_json.h"

#include <charconv>
#include <cmath>

#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"

namespace weir::audit {
namespace {

std::string money_text(const Value& value) {
  const auto currency = currency_by_number(value.currency());
  std::string text;
  append_decimal(text, value.minor_units(), currency ? currency->exponent : 0);
  text.push_back(' ');
  // ISO 4217 keeps XXX for "no currency".
  text.append(currency ? currency->code : std::string_view("XXX"));
  return text;
}

// Seconds with as many decimals as are needed; floor seconds and forward nanoseconds become one signed number.
std::string duration_seconds(const Value& value) {
  std::int64_t seconds = value.seconds();
  std::int64_t nanoseconds = value.nanoseconds();
  std::string text;
  if (seconds < 0) {
    text.push_back('-');
    seconds = -seconds;
    if (nanoseconds > 0) {
      --seconds;
      nanoseconds = 1'000'000'000 - nanoseconds;
    }
  }
  text.append(std::to_string(seconds));
  if (nanoseconds > 0) {
    std::string fraction = std::to_string(1'000'000'000 + nanoseconds).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text.append(".").append(fraction);
  }
  text.push_back('s');
  return text;
}

void append_time(std::int64_t time_ms, JsonWriter& json) {
  char text[kMaxIso8601Bytes];
  json.string(write_iso8601(text, time_ms));
}

}  // namespace

void append_value(const Value& value, JsonWriter& json) {
  switch (value.kind()) {
    case ValueKind::kBool:
      return json.boolean(value.as_bool());
    case ValueKind::kInt64:
      return json.integer(value.as_int64());
    case ValueKind::kUint64:
      return json.unsigned_integer(value.as_uint64());
    case ValueKind::kDouble:
      // JSON has no infinities; features and fields never hold them, rules may compute them.
      if (!std::isfinite(value.as_double())) return json.string(value_text(value));
      return json.real(value.as_double());
    case ValueKind::kString:
      return json.string(value.as_string());
    case ValueKind::kMoney:
      return json.string(money_text(value));
    case ValueKind::kTimestamp:
      return append_time(value.as_ms(), json);
    case ValueKind::kDuration:
      return json.string(duration_seconds(value));
    case ValueKind::kError:
      json.begin_object();
      json.key("error");
      json.string(error_code_name(value.code()));
      if (!value.error_detail().empty()) {
        json.key("detail");
        json.string(value.error_detail());
      }
      json.end_object();
      return;
    case ValueKind::kAbsent:
    case ValueKind::kNull:
    case ValueKind::kBytes:
    case ValueKind::kList:
    case ValueKind::kMap:
    case ValueKind::kType:
    case ValueKind::kOptional:
    case ValueKind::kAddress:
    case ValueKind::kNetwork:
    case ValueKind::kLookup:
      return json.null();
  }
}

std::string value_text(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kAbsent:
      return "-";
    case ValueKind::kString:
      return std::string(value.as_string());
    case ValueKind::kMoney:
      return money_text(value);
    case ValueKind::kTimestamp:
      return iso8601(value.as_ms());
    case ValueKind::kDuration:
      return duration_seconds(value);
    case ValueKind::kDouble: {
      char text[40];
      return {text, std::to_chars(text, text + sizeof text, value.as_double()).ptr};
    }
    case ValueKind::kError: {
      std::string text = "error: ";
      text.append(error_code_name(value.code()));
      if (!value.error_detail().empty()) text.append(" (").append(value.error_detail()).append(")");
      return text;
    }
    default:
      break;
  }
  std::string text;
  JsonWriter json(text);
  append_value(value, json);
  return text;
}

}  // namespace weir::audit
