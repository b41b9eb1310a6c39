#include "engine/event/label_reader.h"

#include <gtest/gtest.h>

#include "engine/base/civil_time.h"
#include "engine/event/personal_token.h"
#include "tests/engine/event/card_schema.h"

namespace weir::event {
namespace {

std::string outcome(LabelReader& reader, std::string_view json) {
  Label label;
  Reject reject;
  if (reader.read(json, label, reject)) {
    return label.event_id + (label.fraud ? " fraud " : " honest ") + iso8601(label.known_at_ms);
  }
  EXPECT_FALSE(reject.detail.empty());
  return std::string(reject_reason_name(reject.reason)) + " " + reject.field + "@" + std::to_string(reject.byte_offset);
}

TEST(LabelReader, ReadsLabels) {
  const Schema schema = card_schema();
  LabelReader reader(schema, {});
  EXPECT_EQ(outcome(reader, R"({"event_id":"t\u0031","label":"fraud","known_at":"2026-02-27T10:30:00+01:00"})"),
            "t1 fraud 2026-02-27T09:30:00Z");
  EXPECT_EQ(outcome(reader, R"({"known_at":1700000000123,"by":{"event_id":1},"label":"honest","event_id":"x"})"),
            "x honest 2023-11-14T22:13:20.123Z");
}

TEST(LabelReader, SaysWhatIsWrong) {
  const Schema schema = card_schema();
  LabelReader reader(schema, {});
  EXPECT_EQ(outcome(reader, ""), "empty_record @0");
  EXPECT_EQ(outcome(reader, "[]"), "not_an_object @0");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":0} 1)"), "invalid_json @46");
  EXPECT_EQ(outcome(reader, R"({"label":"fraud","known_at":0})"), "missing_field event_id@0");
  EXPECT_EQ(outcome(reader, R"({"event_id":null,"label":"fraud","known_at":0})"), "missing_field event_id@12");
  EXPECT_EQ(outcome(reader, R"({"event_id":"","label":"fraud","known_at":0})"), "empty_id event_id@12");
  EXPECT_EQ(outcome(reader, R"({"event_id":17,"label":"fraud","known_at":0})"), "wrong_type event_id@12");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","known_at":0})"), "missing_field label@0");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":true,"known_at":0})"), "wrong_type label@24");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"Fraud","known_at":0})"), "label_unknown_value label@24");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud"})"), "missing_field known_at@0");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":0.5})"), "wrong_type known_at@43");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":253402300800000})"),
            "out_of_range known_at@43");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":"2026-02-27"})"), "invalid_time known_at@43");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":"2026-02-30T00:00Z"})"),
            "impossible_time known_at@43");
  EXPECT_EQ(outcome(reader, R"({"event_id":"x","label":"fraud","known_at":0,"label":"honest"})"),
            "duplicate_key label@45");
}

TEST(LabelReader, NamesTheEventAsTheEventNamesItself) {
  Schema schema = card_schema();
  schema.fields[0].type = FieldType::kInt64;
  LabelReader with_numbers(schema, {});
  EXPECT_EQ(outcome(with_numbers, R"({"event_id":-17,"label":"fraud","known_at":0})"),
            "-17 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(with_numbers, R"({"event_id":"17","label":"fraud","known_at":0})"), "wrong_type event_id@12");

  schema = card_schema();
  schema.fields[0].personal = true;
  schema.fields[0].token_domain = "ids";
  LabelReader with_tokens(schema, kTokenKey);
  PersonalTokens tokens(kTokenKey);
  EXPECT_EQ(outcome(with_tokens, R"({"event_id":"x","label":"fraud","known_at":0})"),
            std::string(tokens.token("ids", "x")) + " fraud 1970-01-01T00:00:00Z");
}

TEST(LabelReader, AnIdMayBeAsLongAsTheLimit) {
  Schema schema = card_schema();
  schema.limits.max_string_bytes = 5;
  LabelReader reader(schema, {});
  EXPECT_EQ(outcome(reader, R"({"event_id":"12345","label":"fraud","known_at":0})"),
            "12345 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(reader, R"({"event_id":"123456","label":"fraud","known_at":0})"), "string_too_long event_id@12");
}

}  // namespace
}  // namespace weir::event
