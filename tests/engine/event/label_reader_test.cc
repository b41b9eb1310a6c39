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

LabelReader csv_reader(const Schema& schema, std::string_view header, std::string_view token_key = {}) {
  auto reader = LabelReader::of_csv(schema, header, token_key);
  EXPECT_TRUE(reader.ok());
  return std::move(*reader);
}

TEST(LabelReader, ReadsRowsOfCsv) {
  const Schema schema = card_schema();
  auto reader = csv_reader(schema, "\xEF\xBB\xBFlabel,note,known_at,event_id");
  EXPECT_EQ(outcome(reader, "fraud,,2026-02-27T10:30:00+01:00,t1"), "t1 fraud 2026-02-27T09:30:00Z");
  EXPECT_EQ(outcome(reader, "\"honest\",\"a, b\",1700000000123,\"x\"\"y\""), "x\"y honest 2023-11-14T22:13:20.123Z");
  EXPECT_EQ(outcome(reader, "honest,,-1,x"), "x honest 1969-12-31T23:59:59.999Z");
}

TEST(LabelReader, SaysWhatIsWrongWithARow) {
  const Schema schema = card_schema();
  auto reader = csv_reader(schema, "event_id,label,known_at");
  EXPECT_EQ(outcome(reader, ""), "empty_record @0");
  EXPECT_EQ(outcome(reader, "x,fraud"), "csv_columns @7");
  EXPECT_EQ(outcome(reader, "x,fraud,0,"), "csv_columns @10");
  EXPECT_EQ(outcome(reader, "x,\"fraud,0"), "csv_quote @2");
  EXPECT_EQ(outcome(reader, ",fraud,0"), "missing_field event_id@0");
  EXPECT_EQ(outcome(reader, "\"\",fraud,0"), "empty_id event_id@0");
  EXPECT_EQ(outcome(reader, "x,,0"), "missing_field label@2");
  EXPECT_EQ(outcome(reader, "x,1,0"), "label_unknown_value label@2");
  EXPECT_EQ(outcome(reader, "x,fraud,"), "missing_field known_at@8");
  EXPECT_EQ(outcome(reader, "x,fraud,-"), "wrong_type known_at@8");
  EXPECT_EQ(outcome(reader, "x,fraud,2026-02-27"), "invalid_time known_at@8");
  EXPECT_EQ(outcome(reader, "x,fraud,253402300800000"), "out_of_range known_at@8");

  const auto fault = [&](std::string_view header) { return LabelReader::of_csv(schema, header, {}).error().message; };
  const std::string needed = "`: a label has event_id, label and known_at";
  EXPECT_EQ(fault("event_id,known_at"), "the CSV header has no column `label" + needed);
  EXPECT_EQ(fault("Event_id,label,known_at"), "the CSV header has no column `event_id" + needed);
  EXPECT_EQ(fault("event_id,label,known_at,label"), "the CSV header has the column `label` twice");
  EXPECT_EQ(fault("event_id,\"label"), "the CSV header is malformed: the quote is not closed");
}

TEST(LabelReader, NamesTheEventAsTheEventNamesItself) {
  Schema schema = card_schema();
  schema.fields[0].type = FieldType::kInt64;
  LabelReader with_numbers(schema, {});
  EXPECT_EQ(outcome(with_numbers, R"({"event_id":-17,"label":"fraud","known_at":0})"),
            "-17 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(with_numbers, R"({"event_id":"17","label":"fraud","known_at":0})"), "wrong_type event_id@12");
  auto rows_with_numbers = csv_reader(schema, "event_id,label,known_at");
  EXPECT_EQ(outcome(rows_with_numbers, "-17,fraud,0"), "-17 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(rows_with_numbers, "17.0,fraud,0"), "wrong_type event_id@0");

  schema = card_schema();
  schema.fields[0].personal = true;
  schema.fields[0].token_domain = "ids";
  LabelReader with_tokens(schema, kTokenKey);
  PersonalTokens tokens(kTokenKey);
  EXPECT_EQ(outcome(with_tokens, R"({"event_id":"x","label":"fraud","known_at":0})"),
            std::string(tokens.token("ids", "x")) + " fraud 1970-01-01T00:00:00Z");
  auto rows_with_tokens = csv_reader(schema, "event_id,label,known_at", kTokenKey);
  EXPECT_EQ(outcome(rows_with_tokens, "x,fraud,0"),
            std::string(tokens.token("ids", "x")) + " fraud 1970-01-01T00:00:00Z");
}

TEST(LabelReader, AnIdMayBeAsLongAsTheLimit) {
  Schema schema = card_schema();
  schema.limits.max_string_bytes = 5;
  LabelReader reader(schema, {});
  EXPECT_EQ(outcome(reader, R"({"event_id":"12345","label":"fraud","known_at":0})"),
            "12345 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(reader, R"({"event_id":"123456","label":"fraud","known_at":0})"), "string_too_long event_id@12");
  auto rows = csv_reader(schema, "event_id,label,known_at");
  EXPECT_EQ(outcome(rows, "12345,fraud,0"), "12345 fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(rows, "123456,fraud,0"), "string_too_long event_id@0");
}

TEST(LabelReader, ARowMayBeAsLongAsTheLimit) {
  Schema schema = card_schema();
  schema.limits.max_record_bytes = 9;
  auto rows = csv_reader(schema, "event_id,label,known_at");
  EXPECT_EQ(outcome(rows, "x,fraud,0"), "x fraud 1970-01-01T00:00:00Z");
  EXPECT_EQ(outcome(rows, "xy,fraud,0"), "record_too_large @9");
}

}  // namespace
}  // namespace weir::event
