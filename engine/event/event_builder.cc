#include "engine/event/event_builder.h"

#include <charconv>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/event/derive.h"
#include "engine/event/reader.h"

namespace weir::event {
namespace {

bool refuse(Reject& reject, RejectReason reason, std::string_view field, std::uint64_t offset, std::string detail) {
  reject.reason = reason;
  reject.field.assign(field);
  reject.byte_offset = offset;
  reject.detail = std::move(detail);
  return false;
}

bool has_text(FieldType type) { return type == FieldType::kString || type == FieldType::kInt64; }

bool can_derive(Derivation derivation, FieldType source) {
  if (derivation == Derivation::kBaseAmount) return source == FieldType::kMoney;
  return has_text(source) || source == FieldType::kEnum;
}

std::string dotted(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& name : path) out += (out.empty() ? "" : ".") + name;
  return out;
}

// The text that ids, tokens and derivations are made of.
std::string_view value_text(const Value& value, std::span<char, 24> room) {
  if (value.is(ValueKind::kString)) return value.as_string();
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value.as_int64()).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

}  // namespace

EventBuilder::EventBuilder(const Schema& schema, std::string_view token_key, RawPlaces places)
    : schema_(schema), type_place_(places.of_type), tokens_(token_key) {
  WEIR_CHECK(!schema.event_types.empty() && schema.event_types.size() <= 32, "a schema has 1 to 32 event types");
  WEIR_CHECK(schema.event_types.size() == 1 || type_place_ != RawPlaces::kNowhere,
             "several event types are told apart by a member");
  WEIR_CHECK(places.of_field.size() == schema.fields.size(), "each field has its place");
  WEIR_CHECK(schema.id_slot < schema.field_count() && has_text(schema.fields[schema.id_slot].type),
             "the event id is a string or int64 field");
  WEIR_CHECK(schema.time_slot < schema.field_count() && schema.fields[schema.time_slot].type == FieldType::kTimestamp,
             "the event time is a timestamp field");
  read_.resize(schema.event_types.size());
  must_derive_.resize(schema.event_types.size());
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const Field& field = schema.fields[slot];
    Plan plan{.converter = FieldConverter(field),
              .place = places.of_field[slot],
              .type = field.type,
              .required = field.required,
              .personal = field.personal,
              .is_id = slot == schema.id_slot,
              .currency = std::nullopt,
              .currency_slot = 0,
              .token_domain = field.token_domain.empty() ? field.name : field.token_domain,
              .derived = {}};
    if (field.type == FieldType::kMoney) {
      const auto currency_slot = schema.find(field.currency_field);
      plan.currency = currency_by_number(field.currency);
      WEIR_CHECK(plan.currency.has_value() || currency_slot.has_value(), "money is in a currency or names its field");
      plan.currency_slot = currency_slot.value_or(0);
    }
    if (field.personal) {
      WEIR_CHECK(has_text(field.type), "a personal field is a string or int64");
      WEIR_CHECK(!token_key.empty(), "a schema with personal fields needs a token key");
    }
    plans_.push_back(std::move(plan));
  }
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const Field& field = schema.fields[slot];
    const bool derived = field.derivation != Derivation::kNone;
    if (derived) {
      const auto source = schema.find(field.derived_from);
      WEIR_CHECK(source.has_value() && schema.fields[*source].derivation == Derivation::kNone &&
                     can_derive(field.derivation, schema.fields[*source].type),
                 "a derived field has a source of the record from which it can be derived");
      WEIR_CHECK(!field.personal, "a derived field is not personal");
      if (field.derivation == Derivation::kBaseAmount) {
        WEIR_CHECK(schema.exchange != nullptr, "an amount in the base currency needs exchange rates");
        exchanged_.push_back({slot, *source});
      } else {
        plans_[*source].derived.push_back({slot, field.derivation});
      }
    }
    for (std::size_t type = 0; type < schema.event_types.size(); ++type) {
      if (((field.event_types >> type) & 1U) == 0) continue;
      if (!derived) read_[type].push_back(slot);
      if (derived && field.required) must_derive_[type].push_back(slot);
    }
  }
}

const RawText& EventBuilder::text_of(std::uint32_t slot, std::span<const RawText> texts) const {
  static constexpr RawText kMissing;
  const std::uint32_t place = plans_[slot].place;
  return place == RawPlaces::kNowhere ? kMissing : texts[place];
}

bool EventBuilder::find_type(std::span<const RawText> texts, Event& event, Reject& reject) const {
  if (type_place_ == RawPlaces::kNowhere) {
    event.type = 0;
  } else {
    const RawText& raw = texts[type_place_];
    const auto refuse_type = [&](RejectReason reason, std::string detail) {
      return refuse(reject, reason, dotted(schema_.type_path), raw.offset, std::move(detail));
    };
    if (!raw.present()) return refuse_type(RejectReason::kMissingField, "the record does not say its event type");
    if (raw.form != RawForm::kString && raw.form != RawForm::kCell) {
      return refuse_type(RejectReason::kWrongType,
                         "the event type is a string, found " + std::string(raw_form_name(raw.form)));
    }
    std::uint32_t type = 0;
    while (type < schema_.event_types.size() && schema_.event_types[type].value != raw.text) ++type;
    if (type == schema_.event_types.size()) {
      return refuse_type(RejectReason::kUnknownEventType, excerpt(raw.text) + " is no event type of the schema");
    }
    event.type = type;
  }
  event[schema_.event_type_slot()] =
      Value::enumeration(schema_.event_types[event.type].name, static_cast<std::uint16_t>(event.type));
  return true;
}

bool EventBuilder::read_currency(std::uint32_t slot, std::span<const RawText> texts, std::optional<Currency>& currency,
                                 Reject& reject) const {
  const RawText& raw = text_of(slot, texts);
  const std::string& name = schema_.fields[slot].name;
  if (!raw.present()) {
    return refuse(reject, RejectReason::kMissingField, name, raw.offset, "an amount needs its currency");
  }
  if (raw.form != RawForm::kString && raw.form != RawForm::kCell) {
    return refuse(reject, RejectReason::kWrongType, name, raw.offset,
                  "a currency is a string, found " + std::string(raw_form_name(raw.form)));
  }
  currency = currency_by_code(raw.text);
  if (currency.has_value()) return true;
  return refuse(reject, RejectReason::kUnknownCurrency, name, raw.offset,
                excerpt(raw.text) + " is not the code of a currency (ISO 4217, upper case)");
}

bool EventBuilder::refuse_missing(std::uint32_t slot, const RawText& raw, Reject& reject) const {
  return refuse(reject, RejectReason::kMissingField, schema_.fields[slot].name, raw.offset,
                raw.form == RawForm::kNull ? "the required field is null" : "the required field is not there");
}

bool EventBuilder::refuse_length(std::uint32_t slot, const RawText& raw, Reject& reject) const {
  return refuse(reject, RejectReason::kStringTooLong, schema_.fields[slot].name, raw.offset,
                "the text has " + std::to_string(raw.text.size()) + " bytes; at most " +
                    std::to_string(schema_.limits.max_string_bytes) + " are allowed");
}

bool EventBuilder::fill(std::uint32_t slot, std::span<const RawText> texts, Event& event, Reject& reject) {
  const RawText& raw = text_of(slot, texts);
  const Plan& plan = plans_[slot];
  if (!raw.present()) return !plan.required || refuse_missing(slot, raw, reject);
  if (raw.text.size() > schema_.limits.max_string_bytes) return refuse_length(slot, raw, reject);

  const Currency* currency = plan.currency ? &*plan.currency : nullptr;
  std::optional<Currency> named_currency;
  if (plan.type == FieldType::kMoney && currency == nullptr) {
    if (!read_currency(plan.currency_slot, texts, named_currency, reject)) return false;
    currency = &*named_currency;
  }
  Value& value = event[slot];
  const RejectReason reason = plan.converter.convert(raw, currency, value);
  if (reason != RejectReason::kNone) {
    return refuse(reject, reason, schema_.fields[slot].name, raw.offset, plan.converter.describe(reason, raw));
  }
  if (plan.is_id && value.is(ValueKind::kString) && value.as_string().empty()) {
    return refuse(reject, RejectReason::kEmptyId, schema_.fields[slot].name, raw.offset, "the event id is empty");
  }
  char digits[24];
  for (const Derived& derived : plan.derived) {
    if (((schema_.fields[derived.slot].event_types >> event.type) & 1U) == 0) continue;
    event[derived.slot] = derive(derived.derivation, value_text(value, digits), event);
  }
  if (plan.personal) {
    value = Value::string(event.keep(tokens_.token(plan.token_domain, value_text(value, digits))));
  } else if (plan.type == FieldType::kString) {
    value = Value::string(event.keep(raw.text));
  }
  return true;
}

// Once the event's time is known: its rates are those of that time.
void EventBuilder::exchange(Event& event) const {
  for (const auto& [slot, source] : exchanged_) {
    if (event[source].is_absent()) continue;
    const Value amount = schema_.exchange->to_base(event[source], event.time_ms);
    if (!amount.is_error()) event[slot] = amount;
  }
}

bool EventBuilder::finish(std::span<const RawText> texts, std::int64_t clock_ms, Event& event, Reject& reject) const {
  for (const std::uint32_t slot : must_derive_[event.type]) {
    if (!event[slot].is_absent()) continue;
    const Field& field = schema_.fields[slot];
    if (!field.derived_default.empty()) {
      event[slot] = Value::string(field.derived_default);
      continue;
    }
    const RawText& raw = text_of(*schema_.find(field.derived_from), texts);
    return refuse(reject, RejectReason::kMissingField, field.name, raw.offset,
                  "the required field can't be derived from `" + field.derived_from + "`");
  }
  const Value& id = event[schema_.id_slot];
  const Value& time = event[schema_.time_slot];
  const auto missing = [&](std::uint32_t slot) {
    return refuse(reject, RejectReason::kMissingField, schema_.fields[slot].name, 0,
                  "every event has an id and a time");
  };
  if (id.is_absent()) return missing(schema_.id_slot);
  if (time.is_absent()) return missing(schema_.time_slot);

  char digits[24];
  event.id = id.is(ValueKind::kString) ? id.as_string() : event.keep(value_text(id, digits));
  event.time_ms = time.as_ms();
  exchange(event);
  if (clock_ms != kNoClock && event.time_ms - schema_.limits.max_ahead_ms > clock_ms) {
    return refuse(
        reject, RejectReason::kTimeTooFarAhead, schema_.fields[schema_.time_slot].name,
        text_of(schema_.time_slot, texts).offset,
        iso8601(event.time_ms) + " is more than " + duration_text(schema_.limits.max_ahead_ms) + " ahead of the clock");
  }
  return true;
}

bool EventBuilder::build(std::span<const RawText> texts, std::int64_t clock_ms, Event& event, Reject& reject) {
  event.clear();
  if (!find_type(texts, event, reject)) return false;
  for (const std::uint32_t slot : read_[event.type]) {
    if (!fill(slot, texts, event, reject)) return false;
  }
  return finish(texts, clock_ms, event, reject);
}

}  // namespace weir::event
