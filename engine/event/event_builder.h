// The texts of one record to an Event, the same for JSON and CSV: event type, typed fields, derivations, tokens, id,
// time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/event/field_value.h"
#include "engine/event/personal_token.h"
#include "engine/event/raw_text.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"

namespace weir::event {

// Where the schema's texts stand among those of a record.
struct RawPlaces {
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  std::vector<std::uint32_t> of_field;  // kNowhere: the records never have it
  std::uint32_t of_type = kNowhere;
};

class EventBuilder {
 public:
  // `schema` must outlive the builder and its events. Checks (WEIR_CHECK) what a schema promises: personal fields are
  // string or int64 and have a key, derived fields have a source of these types, event types can be told apart.
  EventBuilder(const Schema& schema, std::string_view token_key, RawPlaces places);

  // Clears `event` and fills it. On false `reject` says why; `event` is then unspecified.
  bool build(std::span<const RawText> texts, std::int64_t clock_ms, Event& event, Reject& reject);

 private:
  struct Derived {
    std::uint32_t slot;
    Derivation derivation;
  };
  struct Plan {
    FieldConverter converter;
    std::uint32_t place = RawPlaces::kNowhere;
    FieldType type = FieldType::kString;
    bool required = false;
    bool personal = false;
    bool is_id = false;
    std::optional<Currency> currency;  // money in one currency
    std::uint32_t currency_slot = 0;   // money whose currency is a field of its own
    std::string_view token_domain;
    std::vector<Derived> derived;
  };

  // What stands in the record for a field; a missing text if it has no place.
  const RawText& text_of(std::uint32_t slot, std::span<const RawText> texts) const;
  bool find_type(std::span<const RawText> texts, Event& event, Reject& reject) const;
  bool fill(std::uint32_t slot, std::span<const RawText> texts, Event& event, Reject& reject);
  bool refuse_missing(std::uint32_t slot, const RawText& raw, Reject& reject) const;
  bool refuse_length(std::uint32_t slot, const RawText& raw, Reject& reject) const;
  bool read_currency(std::uint32_t slot, std::span<const RawText> texts, std::optional<Currency>& currency,
                     Reject& reject) const;
  void exchange(Event& event) const;
  bool finish(std::span<const RawText> texts, std::int64_t clock_ms, Event& event, Reject& reject) const;

  const Schema& schema_;
  std::uint32_t type_place_;
  PersonalTokens tokens_;
  std::vector<Plan> plans_;                              // by slot
  std::vector<std::vector<std::uint32_t>> read_;         // by event type: the slots read from the record
  std::vector<std::vector<std::uint32_t>> must_derive_;  // by event type: the derived slots that are required
  struct Exchanged {
    std::uint32_t slot;
    std::uint32_t source;
  };
  std::vector<Exchanged> exchanged_;  // amounts in the base currency
};

}  // namespace weir::event
