#include "engine/event/label_reader.h"

#include <array>
#include <utility>

#include "engine/event/field_value.h"
#include "engine/event/json_walk.h"
#include "engine/event/personal_token.h"

namespace weir::event {
namespace {

Field label_field(std::string name, FieldType type, TimeFormat format, bool personal) {
  Field field;
  field.name = name;
  field.path = {std::move(name)};
  field.type = type;
  field.time_format = format;
  field.personal = personal;
  return field;
}

bool refuse(Reject& reject, RejectReason reason, std::string_view field, std::uint64_t offset, std::string detail) {
  reject.reason = reason;
  reject.field.assign(field);
  reject.byte_offset = offset;
  reject.detail = std::move(detail);
  return false;
}

}  // namespace

struct LabelReader::State {
  State(const Schema& schema, std::string_view token_key)
      : limits(schema.limits),
        id(schema.fields[schema.id_slot]),
        event_id(label_field("event_id", id.type, TimeFormat::kIso8601, id.personal)),
        label(label_field("label", FieldType::kString, TimeFormat::kIso8601, false)),
        known_at_text(label_field("known_at", FieldType::kTimestamp, TimeFormat::kIso8601, false)),
        known_at_number(label_field("known_at", FieldType::kTimestamp, TimeFormat::kEpochMilliseconds, false)),
        tokens(token_key) {
    event_id_at = walk.add_path(event_id.path);
    label_at = walk.add_path(label.path);
    known_at_at = walk.add_path(known_at_text.path);
  }

  bool convert(const Field& field, const RawText& raw, Value& value, Reject& reject) const;
  bool read_id(const RawText& raw, std::string& out, Reject& reject);

  Limits limits;
  Field id;
  Field event_id;
  Field label;
  Field known_at_text;
  Field known_at_number;
  PersonalTokens tokens;
  JsonWalk walk;
  std::uint32_t event_id_at = 0;
  std::uint32_t label_at = 0;
  std::uint32_t known_at_at = 0;
};

bool LabelReader::State::convert(const Field& field, const RawText& raw, Value& value, Reject& reject) const {
  if (!raw.present()) {
    return refuse(reject, RejectReason::kMissingField, field.name, raw.offset,
                  "a label has event_id, label and known_at");
  }
  if (raw.text.size() > limits.max_string_bytes) {
    return refuse(reject, RejectReason::kStringTooLong, field.name, raw.offset,
                  "the text has " + std::to_string(raw.text.size()) + " bytes; at most " +
                      std::to_string(limits.max_string_bytes) + " are allowed");
  }
  const FieldConverter converter(field);
  const RejectReason reason = converter.convert(raw, nullptr, value);
  if (reason == RejectReason::kNone) return true;
  return refuse(reject, reason, field.name, raw.offset, converter.describe(reason, raw));
}

bool LabelReader::State::read_id(const RawText& raw, std::string& out, Reject& reject) {
  Value value;
  if (!convert(event_id, raw, value, reject)) return false;
  if (value.is(ValueKind::kInt64)) {
    out = std::to_string(value.as_int64());
  } else if (value.as_string().empty()) {
    return refuse(reject, RejectReason::kEmptyId, event_id.name, raw.offset, "the event id is empty");
  } else {
    out.assign(value.as_string());
  }
  if (id.personal) out.assign(tokens.token(id.token_domain.empty() ? id.name : id.token_domain, out));
  return true;
}

LabelReader::LabelReader(const Schema& schema, std::string_view token_key)
    : state_(std::make_unique<State>(schema, token_key)) {}
LabelReader::~LabelReader() = default;
LabelReader::LabelReader(LabelReader&&) noexcept = default;
LabelReader& LabelReader::operator=(LabelReader&&) noexcept = default;

bool LabelReader::read(std::string_view json, Label& label, Reject& reject) {
  State& state = *state_;
  if (!state.walk.walk(json, state.limits, reject)) return false;
  const std::span<const RawText> found = state.walk.found();
  if (!state.read_id(found[state.event_id_at], label.event_id, reject)) return false;

  Value verdict;
  const RawText& label_text = found[state.label_at];
  if (!state.convert(state.label, label_text, verdict, reject)) return false;
  if (verdict.as_string() != "fraud" && verdict.as_string() != "honest") {
    return refuse(reject, RejectReason::kLabelUnknownValue, "label", label_text.offset,
                  excerpt(verdict.as_string()) + " is neither fraud nor honest");
  }
  label.fraud = verdict.as_string() == "fraud";

  Value known_at;
  const RawText& known_at_text = found[state.known_at_at];
  const bool is_number = known_at_text.form == RawForm::kNumber;
  if (!state.convert(is_number ? state.known_at_number : state.known_at_text, known_at_text, known_at, reject)) {
    return false;
  }
  label.known_at_ms = known_at.as_ms();
  return true;
}

}  // namespace weir::event
