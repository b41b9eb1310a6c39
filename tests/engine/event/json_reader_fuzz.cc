// Any bytes as a record and as a label: nothing crashes, what is accepted is JSON to an independent parser too, what is
// refused as malformed is malformed to it, and a second reading gives the same event.
#include <cstdint>

#include "engine/base/check.h"
#include "engine/event/json_walk.h"
#include "engine/event/label_reader.h"
#include "engine/event/reader.h"
#include "engine/event/utf8.h"
#include "tests/engine/event/card_schema.h"
#include "tests/engine/event/fuzz_program.h"
#include "tests/engine/event/json_oracle.h"

namespace weir::event {
namespace {

long accepted = 0;

void check_reject(const Reject& reject, std::string_view json, int max_nesting) {
  WEIR_CHECK(reject.reason != RejectReason::kNone && !reject.detail.empty(), "a rejection says why");
  WEIR_CHECK(reject.byte_offset <= json.size(), "a rejection points into the record");
  WEIR_CHECK(!invalid_utf8_at(reject.detail), "a rejection's detail is text");
  const bool is_json = is_strict_json(json, max_nesting);
  switch (reject.reason) {
    case RejectReason::kInvalidJson:
    case RejectReason::kInvalidUtf8:
    case RejectReason::kNestingTooDeep:
      WEIR_CHECK(!is_json, "what is refused as malformed is malformed");
      break;
    case RejectReason::kDuplicateKey:  // found before the rest was looked at
    case RejectReason::kEmptyRecord:
    case RejectReason::kRecordTooLarge:
      break;
    default:
      WEIR_CHECK(is_json, "a record is looked into only if it is JSON");
      break;
  }
}

struct Readers {
  Schema schema = [] {
    Schema made = personal_schema();
    made.limits.max_nesting = 8;
    made.limits.max_string_bytes = 64;
    made.limits.max_record_bytes = 4096;
    return made;
  }();
  JsonReader reader{schema, kTokenKey};
  JsonReader other_reader{schema, kTokenKey};
  LabelReader labels{schema, kTokenKey};
  Event event{schema, 0};
  Event other_event{schema, 0};
};

void try_record(Readers& all, std::string_view json) {
  constexpr std::int64_t kClockMs = 1'772'190'000'000;
  const int max_nesting = static_cast<int>(all.schema.limits.max_nesting);
  Reject reject;
  if (!all.reader.read(json, kClockMs, all.event, reject)) {
    check_reject(reject, json, max_nesting);
    return;
  }
  ++accepted;
  WEIR_CHECK(is_strict_json(json, max_nesting), "what is accepted is JSON");
  WEIR_CHECK(!all.event.id.empty(), "an event has an id");
  WEIR_CHECK(all.event.time_ms <= kClockMs + all.schema.limits.max_ahead_ms, "an event's time is not far ahead");
  // The other reader has learned no order of members from broken records.
  WEIR_CHECK(all.other_reader.read(json, kClockMs, all.other_event, reject), "a record is accepted by every reader");
  for (std::uint32_t slot = 0; slot < all.schema.slot_count(); ++slot) {
    WEIR_CHECK(identical(all.event[slot], all.other_event[slot]), "every reader gives the same event");
    if (!all.event[slot].is(ValueKind::kString)) continue;
    WEIR_CHECK(!invalid_utf8_at(all.event[slot].as_string()), "an event's strings are UTF-8");
  }
}

void try_label(Readers& all, std::string_view json) {
  Label label;
  Reject reject;
  const int max_nesting = static_cast<int>(all.schema.limits.max_nesting);
  if (all.labels.read(json, label, reject)) {
    WEIR_CHECK(is_strict_json(json, max_nesting) && !label.event_id.empty(), "a label is JSON and has an id");
  } else {
    check_reject(reject, json, max_nesting);
  }
}

}  // namespace

std::vector<std::string> fuzz_corpus() {
  const std::string card = card_payment();
  return {
      card,
      with(card, R"("note":"")", R"("pan":"4111111111111111","email":"a@b.c","customer":17,"born":"1984-02-29")"),
      R"({"type":"transfer","id":"t","ts":"2026-02-27T09:30Z","amount":{"value":"1","currency":"JPY"},"to":"x"})",
      R"({"type":"card","id":"\ud83d\ude00\n","ts":"2026-02-27T09:30:00+01:00","amount":{"value":-1.5e2,"currency":"EUR"}})",
      R"( { "x" : [ 1 , { "y" : [ [ ] , { } ] } , null ] , "type" : "card" , "id" : "1" , "ts" : "2026-02-27T09:30Z" ,)"
      R"( "amount" : { "value" : 0 , "currency" : "KWD" } , "card" : null , "lat" : 1e-3 } )",
      with(card, R"("channel":)", R"("\u0063hannel":)"),
      R"({"event_id":"x","label":"fraud","known_at":1700000000123})",
      R"({"event_id":"x","label":"honest","known_at":"2026-02-27T10:30:00Z"})",
      "[[[[1]]],\"\\u0000\"]"};
}

long fuzz_accepted() { return accepted; }

}  // namespace weir::event

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::event::Readers readers;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  weir::event::try_record(readers, json);
  weir::event::try_label(readers, json);
  return 0;
}
