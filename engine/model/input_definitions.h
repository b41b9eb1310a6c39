// What a model may look at, compiled from inputs.yaml by engine/policy. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/features/definition.h"
#include "models/text/grams.h"
#include "rules/cel/exchange.h"
#include "rules/cel/program.h"
#include "rules/cel/time_zones.h"

namespace weir::model {

// An input's name, and what stands for its whole definition, those of the fields and window features that it names
// included: 16 hexadecimal digits of a SHA-256. A model that was trained on it knows both.
struct InputName {
  std::string name;
  std::string version;
};

// A number: an expression over what rules may name, less the lists. It yields an int, uint, double, bool (0 or 1) or
// duration (in seconds).
struct NumberInput {
  InputName id;
  std::string text;  // of the expression
  std::shared_ptr<const cel::Program> program;
};

// How a field of an event becomes a code: engine/model/event_codes.h.
enum class EventCode : std::uint8_t {
  kLog,    // number_code: an int64, or the minor units of an amount
  kGap,    // span_code: since the event before, if that is among those that are read
  kAge,    // span_code: until the event at hand
  kValue,  // bool_code, place_code
  kHash,   // hash_code: a string or enum's text, an int64's digits, a personal field's token
  kHour,   // hour_code, in the zone of the sequence's entity
  kSame,   // bool_code: whether the value is that of the event at hand
};

// "log", "gap": as written in inputs.yaml.
std::string_view event_code_name(EventCode code);

struct EventFieldInput {
  InputName id;
  EventCode code = EventCode::kLog;
  std::uint32_t slot = 0;   // of the schema; kept in the history. kGap and kAge: the event time's
  std::uint32_t codes = 0;  // the codes are 0 to this less one; at most 65,536
};

// The last events of one entity.
struct SequenceInput {
  features::Sequence rows;   // which of the past count
  std::uint32_t entity = 0;  // index into Schema::entities
  std::uint32_t events = 0;  // K: so many at most, with the event at hand; 1 to 256
  std::vector<EventFieldInput> fields;
  std::optional<cel::TimeZone> zone;       // of the entity; nothing: UTC
  std::optional<std::uint32_t> zone_slot;  // the field that holds an event's own zone
};

struct TextInput {
  InputName id;
  std::string text;  // of the expression, which yields a string
  std::shared_ptr<const cel::Program> program;
  models::GramRules rules;
};

struct InputDefinitions {
  std::uint32_t event_types = ~0U;  // a bit for each of the schema's: those that the model scores
  std::vector<NumberInput> features;
  std::optional<SequenceInput> sequence;
  std::vector<TextInput> texts;
  cel::ExchangeSource exchange;

  bool looks_at(std::uint32_t event_type) const { return (event_types >> event_type & 1U) != 0; }
};

}  // namespace weir::model
