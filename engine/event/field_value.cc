#include "engine/event/field_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/base/decimal.h"

namespace weir::event {
namespace {

constexpr std::size_t kExcerptBytes = 40;

bool is_text(const RawText& raw) { return raw.form == RawForm::kString || raw.form == RawForm::kCell; }
bool is_numeric(const RawText& raw) { return raw.form == RawForm::kNumber || raw.form == RawForm::kCell; }

// Length first: names of one enumeration seldom share it, so most comparisons end there.
bool name_before(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool is_decimal_text(std::string_view text) {
  const auto parsed = parse_decimal_rounded(text, 0);
  return parsed.ok() || parsed.error() != DecimalError::kNotANumber;
}

RejectReason parse_int64(const RawText& raw, std::int64_t& number) {
  if (!is_numeric(raw)) return RejectReason::kWrongType;
  const char* const end = raw.text.data() + raw.text.size();
  const auto [at, error] = std::from_chars(raw.text.data(), end, number);
  if (at != end || error == std::errc::invalid_argument) return RejectReason::kWrongType;
  return error == std::errc{} ? RejectReason::kNone : RejectReason::kOutOfRange;
}

RejectReason parse_double(const RawText& raw, double& number) {
  if (!is_numeric(raw)) return RejectReason::kWrongType;
  // from_chars reads more than numbers with digits on both sides of the point ("inf", ".5"), but no '+'.
  if (raw.form == RawForm::kCell && !is_decimal_text(raw.text)) return RejectReason::kWrongType;
  const std::string_view text = raw.text.starts_with('+') ? raw.text.substr(1) : raw.text;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (at != end || error == std::errc::invalid_argument) return RejectReason::kWrongType;
  if (error != std::errc{} || !std::isfinite(number)) return RejectReason::kOutOfRange;
  if (number == 0) {
    number = 0;
    const std::string_view digits = text.substr(0, text.find_first_of("eE"));
    if (digits.find_first_of("123456789") != std::string_view::npos) return RejectReason::kOutOfRange;
  }
  return RejectReason::kNone;
}

RejectReason parse_money(const RawText& raw, const Currency& currency, std::int64_t& minor_units) {
  if (!is_text(raw) && !is_numeric(raw)) return RejectReason::kWrongType;
  const auto amount = parse_decimal(raw.text, currency.exponent);
  if (amount.ok()) {
    minor_units = *amount;
    return RejectReason::kNone;
  }
  switch (amount.error()) {
    case DecimalError::kNotANumber:
      return RejectReason::kWrongType;
    case DecimalError::kTooManyDecimals:
      return RejectReason::kTooManyDecimals;
    case DecimalError::kOutOfRange:
      return RejectReason::kOutOfRange;
  }
  return RejectReason::kWrongType;
}

std::string_view expectation(const Field& field) {
  switch (field.type) {
    case FieldType::kBool:
      return "true or false";
    case FieldType::kInt64:
      return "a whole number without point or exponent";
    case FieldType::kDouble:
      return "a number";
    case FieldType::kString:
      return "a string";
    case FieldType::kMoney:
      return "a decimal number, plain or as a string";
    case FieldType::kEnum:
      return "one of the field's names as a string";
    case FieldType::kTimestamp:
      break;
  }
  switch (field.time_format) {
    case TimeFormat::kIso8601:
      return "an ISO 8601 date-time with an offset, as a string";
    case TimeFormat::kIso8601AssumeUtc:
      return "an ISO 8601 date-time as a string";
    case TimeFormat::kEpochSeconds:
      return "whole seconds since 1970";
    case TimeFormat::kEpochMilliseconds:
      return "whole milliseconds since 1970";
    case TimeFormat::kEpochMicroseconds:
      return "whole microseconds since 1970";
  }
  return "another value";
}

}  // namespace

FieldConverter::FieldConverter(const Field& field) : field_(&field) {
  WEIR_CHECK(field.enum_values.size() <= 65'000, "an enumeration has at most 65,000 names");
  for (std::size_t i = 0; i < field.enum_values.size(); ++i) {
    enum_codes_.emplace_back(field.enum_values[i], static_cast<std::uint16_t>(i));
  }
  std::sort(enum_codes_.begin(), enum_codes_.end(),
            [](const auto& a, const auto& b) { return name_before(a.first, b.first); });
}

RejectReason FieldConverter::convert(const RawText& raw, const Currency* currency, Value& value) const {
  switch (field_->type) {
    case FieldType::kBool:
      return convert_bool(raw, value);
    case FieldType::kTimestamp:
      return convert_time(raw, value);
    case FieldType::kEnum:
      return convert_enum(raw, value);
    case FieldType::kString:
      if (!is_text(raw)) return RejectReason::kWrongType;
      value = Value::string(raw.text);
      return RejectReason::kNone;
    case FieldType::kInt64: {
      std::int64_t number = 0;
      const RejectReason reason = parse_int64(raw, number);
      if (reason == RejectReason::kNone) value = Value::int64(number);
      return reason;
    }
    case FieldType::kDouble: {
      double number = 0;
      const RejectReason reason = parse_double(raw, number);
      if (reason == RejectReason::kNone) value = Value::real(number);
      return reason;
    }
    case FieldType::kMoney: {
      WEIR_CHECK(currency != nullptr, "money is in a currency");
      std::int64_t minor_units = 0;
      const RejectReason reason = parse_money(raw, *currency, minor_units);
      if (reason == RejectReason::kNone) value = Value::money(minor_units, currency->numeric);
      return reason;
    }
  }
  return RejectReason::kWrongType;
}

RejectReason FieldConverter::convert_bool(const RawText& raw, Value& value) const {
  if (raw.form == RawForm::kTrue || raw.form == RawForm::kFalse) {
    value = Value::boolean(raw.form == RawForm::kTrue);
    return RejectReason::kNone;
  }
  if (raw.form != RawForm::kCell) return RejectReason::kWrongType;
  if (raw.text == "1" || equals_ignoring_case(raw.text, "true")) {
    value = Value::boolean(true);
  } else if (raw.text == "0" || equals_ignoring_case(raw.text, "false")) {
    value = Value::boolean(false);
  } else {
    return RejectReason::kWrongType;
  }
  return RejectReason::kNone;
}

RejectReason FieldConverter::convert_time(const RawText& raw, Value& value) const {
  const TimeFormat format = field_->time_format;
  if (format == TimeFormat::kIso8601 || format == TimeFormat::kIso8601AssumeUtc) {
    if (!is_text(raw)) return RejectReason::kWrongType;
    const auto time_ms = parse_iso8601_ms(raw.text, format == TimeFormat::kIso8601AssumeUtc);
    if (!time_ms.ok()) {
      return time_ms.error() == TimeError::kImpossible ? RejectReason::kImpossibleTime : RejectReason::kInvalidTime;
    }
    value = Value::timestamp_ms(*time_ms);
    return RejectReason::kNone;
  }
  std::int64_t number = 0;
  if (const RejectReason reason = parse_int64(raw, number); reason != RejectReason::kNone) return reason;
  std::int64_t time_ms = number;
  if (format == TimeFormat::kEpochSeconds) {
    if (number < kMinTimeMs / 1000 || number > kMaxTimeMs / 1000) return RejectReason::kOutOfRange;
    time_ms = number * 1000;
  } else if (format == TimeFormat::kEpochMicroseconds) {
    time_ms = number / 1000 - (number % 1000 < 0 ? 1 : 0);
  }
  if (time_ms < kMinTimeMs || time_ms > kMaxTimeMs) return RejectReason::kOutOfRange;
  value = Value::timestamp_ms(time_ms);
  return RejectReason::kNone;
}

RejectReason FieldConverter::convert_enum(const RawText& raw, Value& value) const {
  if (!is_text(raw)) return RejectReason::kWrongType;
  const auto place =
      std::lower_bound(enum_codes_.begin(), enum_codes_.end(), raw.text,
                       [](const auto& entry, std::string_view text) { return name_before(entry.first, text); });
  if (place == enum_codes_.end() || place->first != raw.text) return RejectReason::kUnknownEnumValue;
  value = Value::enumeration(place->first, place->second);
  return RejectReason::kNone;
}

std::string FieldConverter::describe(RejectReason reason, const RawText& raw) const {
  const bool has_text = is_text(raw) || raw.form == RawForm::kNumber;
  const std::string found = field_->personal || !has_text ? std::string(raw_form_name(raw.form)) : excerpt(raw.text);
  switch (reason) {
    case RejectReason::kWrongType:
    case RejectReason::kInvalidTime:
      return "expected " + std::string(expectation(*field_)) + ", found " + found;
    case RejectReason::kOutOfRange:
      return found + " is outside of the type's range";
    case RejectReason::kTooManyDecimals:
      return found + " has more decimals than its currency";
    case RejectReason::kImpossibleTime:
      return found + " names a date or time that does not exist";
    case RejectReason::kUnknownEnumValue: {
      std::string names;
      for (const std::string& name : field_->enum_values) {
        if (names.size() > 200) {
          names += ", ...";
          break;
        }
        names += (names.empty() ? "" : ", ") + name;
      }
      return found + " is none of: " + names;
    }
    default:
      return found;
  }
}

std::string excerpt(std::string_view text) {
  std::string out = "`";
  if (text.size() <= kExcerptBytes) {
    out += text;
  } else {
    std::size_t end = kExcerptBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    out += text.substr(0, end);
    out += "...";
  }
  out += '`';
  return out;
}

}  // namespace weir::event
