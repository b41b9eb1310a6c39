#include "engine/event/label_reader.h"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "engine/event/csv_table.h"
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

// What a label is made of, wherever it stands.
constexpr std::array<const char*, 3> kNames{"event_id", "label", "known_at"};
constexpr const char* kWhatIsNeeded = "a label has event_id, label and known_at";

// Milliseconds rather than a date and time.
bool is_number(const RawText& raw) {
  if (raw.form != RawForm::kCell) return raw.form == RawForm::kNumber;
  return raw.text.find_first_not_of("0123456789", raw.text.starts_with('-') ? 1 : 0) == std::string_view::npos;
}

}  // namespace

struct LabelReader::State {
  State(const Schema& schema, std::string_view token_key)
      : limits(schema.limits),
        id(schema.fields[schema.id_slot]),
        event_id(label_field(kNames[0], id.type, TimeFormat::kIso8601, id.personal)),
        label(label_field(kNames[1], FieldType::kString, TimeFormat::kIso8601, false)),
        known_at_text(label_field(kNames[2], FieldType::kTimestamp, TimeFormat::kIso8601, false)),
        known_at_number(label_field(kNames[2], FieldType::kTimestamp, TimeFormat::kEpochMilliseconds, false)),
        tokens(token_key) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const std::string path[]{kNames[i]};
      places[i] = walk.add_path(path);
    }
  }

  // The raw texts at `places`.
  bool split(std::string_view record, std::span<const RawText>& found, Reject& reject);
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
  std::optional<CsvTable> table;  // instead of `walk`
  std::array<std::uint32_t, kNames.size()> places{};
};

bool LabelReader::State::split(std::string_view record, std::span<const RawText>& found, Reject& reject) {
  if (table) {
    if (!table->split(record, limits.max_record_bytes, reject)) return false;
    found = table->cells();
  } else {
    if (!walk.walk(record, limits, reject)) return false;
    found = walk.found();
  }
  return true;
}

bool LabelReader::State::convert(const Field& field, const RawText& raw, Value& value, Reject& reject) const {
  if (!raw.present()) return refuse(reject, RejectReason::kMissingField, field.name, raw.offset, kWhatIsNeeded);
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
LabelReader::LabelReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LabelReader::~LabelReader() = default;
LabelReader::LabelReader(LabelReader&&) noexcept = default;
LabelReader& LabelReader::operator=(LabelReader&&) noexcept = default;

Result<LabelReader> LabelReader::of_csv(const Schema& schema, std::string_view header, std::string_view token_key) {
  auto table = CsvTable::create(header);
  if (!table.ok()) return table.error();
  auto state = std::make_unique<State>(schema, token_key);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto found = table->find(kNames[i]);
    if (!found.ok()) return found.error();
    if (!*found) return Error{std::string("the CSV header has no column `") + kNames[i] + "`: " + kWhatIsNeeded};
    state->places[i] = **found;
  }
  state->table.emplace(std::move(*table));
  return LabelReader(std::move(state));
}

bool LabelReader::read(std::string_view record, Label& label, Reject& reject) {
  State& state = *state_;
  std::span<const RawText> found;
  if (!state.split(record, found, reject)) return false;
  if (!state.read_id(found[state.places[0]], label.event_id, reject)) return false;

  Value verdict;
  const RawText& label_text = found[state.places[1]];
  if (!state.convert(state.label, label_text, verdict, reject)) return false;
  if (verdict.as_string() != "fraud" && verdict.as_string() != "honest") {
    return refuse(reject, RejectReason::kLabelUnknownValue, "label", label_text.offset,
                  excerpt(verdict.as_string()) + " is neither fraud nor honest");
  }
  label.fraud = verdict.as_string() == "fraud";

  Value known_at;
  const RawText& known_at_text = found[state.places[2]];
  const Field& known_at_field = is_number(known_at_text) ? state.known_at_number : state.known_at_text;
  if (!state.convert(known_at_field, known_at_text, known_at, reject)) return false;
  label.known_at_ms = known_at.as_ms();
  return true;
}

}  // namespace weir::event
