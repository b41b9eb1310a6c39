#include "engine/model/input_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/model/event_codes.h"
#include "models/kernels/float32.h"

namespace weir::model {
namespace {

using models::Float32;

constexpr std::int64_t kNoGap = -1;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

double number_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
      return value.as_bool() ? 1.0 : 0.0;
    case ValueKind::kInt64:
      return static_cast<double>(value.as_int64());
    case ValueKind::kUint64:
      return static_cast<double>(value.as_uint64());
    case ValueKind::kDouble:
      return value.as_double();
    case ValueKind::kDuration:
      return static_cast<double>(value.seconds()) + static_cast<double>(value.nanoseconds()) / 1e9;
    default:
      return kMissing;
  }
}

// Beyond float32 the cast would be undefined, and a NaN is beyond everything.
double rounded(double number) {
  if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<Float32>::max()))) return kMissing;
  return static_cast<double>(static_cast<Float32>(number));
}

std::uint16_t code_of_value(const Value& value) {
  return value.is(ValueKind::kBool) ? bool_code(value.as_bool()) : place_code(value.enum_code());
}

std::uint16_t code_of_text(const Value& value, std::uint32_t codes) {
  if (value.is(ValueKind::kString)) return hash_code(value.as_string(), codes);
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, value.as_int64()).ptr;
  return hash_code({digits, static_cast<std::size_t>(end - digits)}, codes);
}

std::int64_t log_number(const Value& value) {
  return value.is(ValueKind::kMoney) ? value.minor_units() : value.as_int64();
}

}  // namespace

std::string_view event_code_name(EventCode code) {
  static constexpr std::string_view kNames[] = {"log", "gap", "age", "value", "hash", "hour", "same"};
  return kNames[static_cast<std::size_t>(code)];
}

InputReader::InputReader(std::shared_ptr<const InputDefinitions> definitions, const features::FeatureSet& features)
    : definitions_(std::move(definitions)) {
  if (!definitions_->sequence) return;
  const auto& sequence = *definitions_->sequence;
  const auto measure = features.measure_of(sequence.rows);
  WEIR_CHECK(measure.has_value(), "the histories keep what the sequence needs");
  measure_ = *measure;
  const auto place_of = [this](std::uint32_t slot) {
    const auto place = static_cast<std::size_t>(std::find(slots_.begin(), slots_.end(), slot) - slots_.begin());
    if (place == slots_.size()) slots_.push_back(slot);
    return static_cast<std::uint32_t>(place);
  };
  for (const auto& field : sequence.fields) {
    const bool by_time = field.code == EventCode::kGap || field.code == EventCode::kAge;
    value_of_field_.push_back(by_time ? 0 : place_of(field.slot));
    if (field.code == EventCode::kHour && sequence.zone_slot) zone_value_ = place_of(*sequence.zone_slot);
  }
  values_.resize(slots_.size());
  found_.resize(sequence.events - 1);
  zone_ = sequence.zone;
}

void InputReader::read(std::span<const Value> slots, std::int64_t time_ms,
                       std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms, RawInputs& out) {
  scratch_.set_exchange(definitions_->exchange.at(slots));
  read_numbers(slots, out.features);
  out.events.clear();
  if (definitions_->sequence) {
    read_events(slots, time_ms, histories[definitions_->sequence->entity], cutoff_ms, out.events);
  }
  read_texts(slots, out.texts);
}

void InputReader::read_numbers(std::span<const Value> slots, std::vector<double>& out) {
  const auto& features = definitions_->features;
  out.resize(features.size());
  for (std::size_t i = 0; i < features.size(); ++i) {
    out[i] = rounded(number_of(features[i].program->evaluate(slots, scratch_)));
  }
}

void InputReader::read_events(std::span<const Value> slots, std::int64_t time_ms, history::EntityHistory* past,
                              std::int64_t cutoff_ms, std::vector<std::uint16_t>& out) {
  std::uint32_t rows = 0;
  if (past != nullptr && !found_.empty()) {
    reader_.open(*past, time_ms);
    rows = reader_.latest(measure_, {cutoff_ms, time_ms}, found_);
  }
  std::int64_t gap_ms = kNoGap;
  for (std::uint32_t row = rows; row-- > 0;) {
    const auto& found = found_[row];
    for (std::size_t i = 0; i < slots_.size(); ++i) values_[i] = reader_.value(found, slots_[i]);
    append_codes(slots, time_ms - found.time_ms(), gap_ms, out);
    gap_ms = (row == 0 ? time_ms : found_[row - 1].time_ms()) - found.time_ms();
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) values_[i] = slots[slots_[i]];
  append_codes(slots, 0, gap_ms, out);
}

void InputReader::append_codes(std::span<const Value> at_hand, std::int64_t age_ms, std::int64_t gap_ms,
                               std::vector<std::uint16_t>& out) {
  const auto& fields = definitions_->sequence->fields;
  const auto first = out.size();
  out.resize(first + fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& field = fields[i];
    std::uint16_t& code = out[first + i];
    if (field.code == EventCode::kGap) {
      code = gap_ms == kNoGap ? kAbsentCode : span_code(gap_ms);
      continue;
    }
    if (field.code == EventCode::kAge) {
      code = span_code(age_ms);
      continue;
    }
    const Value& value = values_[value_of_field_[i]];
    if (value.is_absent()) {
      code = kAbsentCode;
      continue;
    }
    switch (field.code) {
      case EventCode::kLog:
        code = number_code(log_number(value));
        break;
      case EventCode::kValue:
        code = code_of_value(value);
        break;
      case EventCode::kHash:
        code = code_of_text(value, field.codes);
        break;
      case EventCode::kHour:
        code = hour_of(value);
        break;
      case EventCode::kSame: {
        const Value& own = at_hand[field.slot];
        code = own.is_absent() ? kAbsentCode : bool_code(identical(value, own));
        break;
      }
      case EventCode::kGap:
      case EventCode::kAge:
        break;
    }
  }
}

// Events that have a zone of their own mostly have the one of the event before.
std::uint16_t InputReader::hour_of(const Value& time) {
  const auto& sequence = *definitions_->sequence;
  if (sequence.zone_slot) {
    const Value& zone = values_[zone_value_];
    const auto text = zone.is_absent() ? std::string_view() : zone.as_string();
    if (text != zone_text_) {
      zone_text_ = text;
      zone_ = text.empty() ? sequence.zone : cel::TimeZone::find(text);
    }
  }
  return hour_code(time.seconds(), zone_ ? zone_->offset_at(time.seconds()) : 0);
}

void InputReader::read_texts(std::span<const Value> slots, std::vector<std::vector<std::uint32_t>>& out) {
  const auto& texts = definitions_->texts;
  out.resize(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out[i].clear();
    const Value value = texts[i].program->evaluate(slots, scratch_);
    if (value.is(ValueKind::kString)) models::append_grams(value.as_string(), texts[i].rules, out[i]);
  }
}

}  // namespace weir::model
