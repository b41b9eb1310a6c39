// What a transaction looks like: event types, fields, entities. Made from schema.yaml by engine/policy; immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/exchange.h"

namespace weir::event {

enum class FieldType : std::uint8_t { kBool, kInt64, kDouble, kString, kMoney, kTimestamp, kEnum };

enum class TimeFormat : std::uint8_t {
  kIso8601,
  kIso8601AssumeUtc,
  kEpochSeconds,
  kEpochMilliseconds,
  kEpochMicroseconds
};

// What the parser derives from a string or int64 field; the derived value is a field of its own and is not personal. It
// is absent if the source is, or if the source's text is not of the form named here.
enum class Derivation : std::uint8_t {
  kNone,
  kBin,          // of a card number (12 to 19 digits, spaces and dashes ignored): the first 8 digits if it has 16 or
                 // more, else the first 6 (ISO/IEC 7812)
  kLastFour,     // the last four characters of 8 or more
  kEmailDomain,  // what stands behind the last '@', in lower case (ASCII)
  kBirthYear,    // int64: the year of an ISO 8601 date, as written
  kBaseAmount,   // of money: the amount in the base currency of Schema::exchange, at the event's own time
  kTimeZone,     // the text if it is a time zone of the rule language, letter for letter; of an enum, too
};

struct Field {
  std::string name;  // a CEL identifier
  FieldType type = FieldType::kString;
  std::vector<std::string> path;  // JSON member names from the root; {"amount"} or {"payer", "account", "id"}
  std::string column;             // the CSV header's name for it; empty: the path joined with dots
  bool required = false;          // for the event types that carry it
  bool personal = false;          // enters the core as a keyed token only (strings and int64); never derived
  std::string token_domain;       // personal: fields of one domain give the same token for the same text; default: name
  bool is_protected = false;      // kept for figures of fairness: no model looks at it; so are fields derived from it
  bool history = true;            // kept in the histories of the event's entities
  std::uint32_t event_types = ~0U;  // bit i: event type i carries it
  std::uint16_t currency = 0;       // kMoney: ISO 4217 numeric, or 0 if `currency_field` says
  std::string currency_field;       // kMoney: a string or enum field with the alphabetic code
  TimeFormat time_format = TimeFormat::kIso8601;
  std::vector<std::string> enum_values;  // kEnum: the allowed names; at most 65,000
  std::uint8_t decimals = 6;  // kDouble: digits kept in window arithmetic (0 to 12); min, max, first, last are exact
  Derivation derivation = Derivation::kNone;
  std::string derived_from;     // the source field's name
  std::string derived_default;  // what a text is that can't be derived; empty: it is absent
  // Where the field is in schema.yaml, for messages.
  std::uint32_t line = 0;
};

// A stream may carry several event types, told apart by the value at `Schema::type_path`.
struct EventType {
  std::string name;   // "card_payment"
  std::string value;  // the text found at type_path
};

// Whose history is kept: an account, a card, a merchant. The key is one field or several together.
struct Entity {
  std::string name;                             // "card"
  std::vector<std::uint32_t> key_slots;         // string, int64 or enum fields
  std::string zone = {};                        // its time zone, or the default of `zone_slot`; empty if it has none
  std::optional<std::uint32_t> zone_slot = {};  // the field of the schema, "card.zone", that holds an event's zone
};

// A label that stands in the record itself (a history file): known `delay_ms` after the event's time.
struct InlineLabel {
  std::uint32_t slot = 0;   // a bool, int64 or enum field; not visible to rules and `where`, except as `label`
  std::string fraud_value;  // the text that means "fraud"; all else means "honest"
  std::int64_t delay_ms = 0;
};

struct Limits {
  std::uint32_t max_record_bytes = 1 << 20;
  std::uint32_t max_string_bytes = 8192;  // of a text that the schema reads, after unescaping
  std::uint32_t max_nesting = 32;         // arrays and objects within each other, the record included; 1 to 1000
  std::int64_t max_ahead_ms = 300'000;    // an event time further ahead of the clock is a dead letter
  std::int64_t duplicate_horizon_ms = 86'400'000;
};

// Slot numbers: fields first, in the order of `fields`, then the built-in slots below, then the policy's features.
struct Schema {
  std::string name;
  std::vector<EventType> event_types;  // at least one; at most 32
  std::vector<std::string> type_path;  // empty when there is but one event type
  std::vector<Field> fields;
  std::vector<Entity> entities;  // at most 32
  std::uint32_t id_slot = 0;     // a string or int64 field, required in all event types
  std::uint32_t time_slot = 0;   // a timestamp field, required in all event types
  std::optional<InlineLabel> inline_label;
  std::shared_ptr<const cel::ExchangeTable> exchange;  // nullptr: the policy has no exchange rates
  Limits limits;

  std::uint32_t field_count() const { return static_cast<std::uint32_t>(fields.size()); }
  // Built-in slots. event_type: the type's name, an enumeration over event_types. outcome and label are set in history
  // rows only: outcome is "approve", "review" or "decline"; label is "fraud" or "honest", absent while none is known.
  std::uint32_t event_type_slot() const { return field_count(); }
  std::uint32_t outcome_slot() const { return field_count() + 1; }
  std::uint32_t label_slot() const { return field_count() + 2; }
  std::uint32_t slot_count() const { return field_count() + 3; }

  // The field's slot, if there is such a field.
  std::optional<std::uint32_t> find(std::string_view field_name) const;
};

}  // namespace weir::event
