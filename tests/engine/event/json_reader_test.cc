#include "engine/event/reader.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/civil_time.h"
#include "tests/engine/event/card_schema.h"

namespace weir::event {
namespace {

class JsonReaderTest : public testing::Test {
 protected:
  bool read(std::string_view json, std::int64_t clock_ms = kNoClock) {
    return reader_.read(json, clock_ms, event_, reject_);
  }
  const Value& at(std::string_view field) { return event_[*schema_.find(field)]; }

  // "reason field@offset", or "accepted".
  std::string outcome(std::string_view json, std::int64_t clock_ms = kNoClock) {
    if (read(json, clock_ms)) return "accepted";
    EXPECT_NE(reject_.reason, RejectReason::kNone);
    EXPECT_FALSE(reject_.detail.empty());
    EXPECT_LE(reject_.byte_offset, json.size());
    return std::string(reject_reason_name(reject_.reason)) + " " + reject_.field + "@" +
           std::to_string(reject_.byte_offset);
  }
  // The same, with the fault expected where `where` begins in the record.
  static std::string expected(std::string_view reason, std::string_view field, std::string_view json,
                              std::string_view where) {
    return std::string(reason) + " " + std::string(field) + "@" + std::to_string(json.find(where));
  }

  Schema schema_ = card_schema();
  JsonReader reader_{schema_, {}};
  Event event_{schema_, 0};
  Reject reject_;
};

TEST_F(JsonReaderTest, ReadsEveryFieldIntoItsSlot) {
  const std::string record = card_payment();
  EXPECT_EQ(record.size(), 417U);
  ASSERT_TRUE(read(record)) << reject_.detail;
  EXPECT_EQ(event_.type, 0U);
  EXPECT_EQ(event_.id, "tx-0000000000000001");
  EXPECT_EQ(iso8601(event_.time_ms), "2026-02-27T09:30:00.125Z");
  EXPECT_EQ(event_[schema_.event_type_slot()].as_string(), "card_payment");
  EXPECT_EQ(event_[schema_.event_type_slot()].enum_code(), 0);
  EXPECT_EQ(at("id").as_string(), "tx-0000000000000001");
  EXPECT_EQ(at("time").as_ms(), event_.time_ms);
  EXPECT_EQ(at("amount").minor_units(), 123'456);
  EXPECT_EQ(at("amount").currency(), 978);
  EXPECT_EQ(at("currency").as_string(), "EUR");
  EXPECT_EQ(at("card").as_string(), "c-4711-0815-0001");
  EXPECT_EQ(at("card_age_days").as_int64(), 731);
  EXPECT_EQ(at("account").as_string(), "DE-0001-2345-6789");
  EXPECT_EQ(at("merchant").as_string(), "m-90210");
  EXPECT_EQ(at("merchant_name").as_string(), "Caf\u00e9 Zentral, Wien");
  EXPECT_EQ(at("mcc").as_int64(), 5812);
  EXPECT_EQ(at("channel").as_string(), "pos");
  EXPECT_EQ(at("channel").enum_code(), 0);
  EXPECT_EQ(at("entry").as_string(), "contactless");
  EXPECT_EQ(at("entry").enum_code(), 1);
  EXPECT_EQ(at("country").as_string(), "AT");
  EXPECT_EQ(at("device").as_string(), "d-7f");
  EXPECT_EQ(at("latitude").as_double(), 48.2104);
  EXPECT_EQ(at("longitude").as_double(), 16.3655);
  EXPECT_TRUE(at("recurring").is(ValueKind::kBool));
  EXPECT_FALSE(at("recurring").as_bool());
  EXPECT_EQ(at("balance").minor_units(), 9'876'543);
  EXPECT_TRUE(at("counterparty").is_absent());
}

TEST_F(JsonReaderTest, ValuesDoNotLookIntoTheRecordsBytes) {
  std::string record = card_payment();
  ASSERT_TRUE(read(record));
  const std::string account(at("account").as_string());
  record.assign(record.size(), '#');
  Event other(schema_, 0);
  Reject reject;
  ASSERT_TRUE(reader_.read(with(card_payment(), "DE-0001", "XX-9999"), kNoClock, other, reject));
  EXPECT_EQ(at("account").as_string(), account);
  EXPECT_EQ(at("merchant_name").as_string(), "Caf\u00e9 Zentral, Wien");
}

TEST_F(JsonReaderTest, TheTypeDecidesWhichFieldsAreReadWhereverItStands) {
  const std::string transfer =
      R"({"id":"t1","card":{"token":17},"amount":{"currency":"JPY","value":500},"to":"x","ts":"2026-02-27T09:30Z","type":"transfer"})";
  ASSERT_TRUE(read(transfer)) << reject_.detail;
  EXPECT_EQ(event_.type, 1U);
  EXPECT_EQ(event_[schema_.event_type_slot()].as_string(), "transfer");
  EXPECT_EQ(event_[schema_.event_type_slot()].enum_code(), 1);
  EXPECT_TRUE(at("card").is_absent());  // not a field of transfers, so its wrong type does no harm
  EXPECT_EQ(at("counterparty").as_string(), "x");
  EXPECT_EQ(at("amount").minor_units(), 500);
  EXPECT_EQ(at("amount").currency(), 392);

  const std::string without_to = with(transfer, R"("to":"x",)", "");
  EXPECT_EQ(outcome(without_to), "missing_field counterparty@0");
  const std::string payment = with(transfer, R"("type":"transfer")", R"("type":"card")");
  EXPECT_EQ(outcome(payment), expected("wrong_type", "card", payment, "17"));
}

TEST_F(JsonReaderTest, TheEventTypeMustBeKnown) {
  const std::string unknown = with(card_payment(), R"("type":"card")", R"("type":"cash")");
  EXPECT_EQ(outcome(unknown), expected("unknown_event_type", "type", unknown, "\"cash\""));
  EXPECT_EQ(outcome(with(card_payment(), R"("type":"card",)", "")), "missing_field type@0");
  const std::string null = with(card_payment(), R"("type":"card")", R"("type":null)");
  EXPECT_EQ(outcome(null), expected("missing_field", "type", null, "null"));
  const std::string number = with(card_payment(), R"("type":"card")", R"("type":17)");
  EXPECT_EQ(outcome(number), expected("wrong_type", "type", number, "17"));
}

TEST_F(JsonReaderTest, NullAndMissingAreAbsent) {
  ASSERT_TRUE(read(with(card_payment(), R"("account":"DE-0001-2345-6789")", R"("account":null)")));
  EXPECT_TRUE(at("account").is_absent());
  ASSERT_TRUE(read(with(card_payment(), R"("account":"DE-0001-2345-6789",)", "")));
  EXPECT_TRUE(at("account").is_absent());
  ASSERT_TRUE(read(with(card_payment(), R"({"token":"c-4711-0815-0001","age_days":731})", "null")));
  EXPECT_TRUE(at("card").is_absent());
  EXPECT_TRUE(at("card_age_days").is_absent());

  EXPECT_EQ(outcome(with(card_payment(), R"("id":"tx-0000000000000001",)", "")), "missing_field id@0");
  const std::string null_id = with(card_payment(), R"("tx-0000000000000001")", "null");
  EXPECT_EQ(outcome(null_id), expected("missing_field", "id", null_id, "null"));
}

TEST_F(JsonReaderTest, APathThroughSomethingElseIsAWrongType) {
  const std::string record = with(card_payment(), R"({"token":"c-4711-0815-0001","age_days":731})", "[1]");
  EXPECT_EQ(outcome(record), expected("wrong_type", "card", record, "[1]"));
}

TEST_F(JsonReaderTest, ContainersAreNoScalars) {
  const std::string object = with(card_payment(), R"("DE-0001-2345-6789")", R"({"x":{"y":[]}})");
  EXPECT_EQ(outcome(object), expected("wrong_type", "account", object, R"({"x")"));
  const std::string array = with(card_payment(), R"("DE-0001-2345-6789")", R"(["a"])");
  EXPECT_EQ(outcome(array), expected("wrong_type", "account", array, R"(["a"])"));
}

TEST_F(JsonReaderTest, NamesAreComparedAfterUnescaping) {
  ASSERT_TRUE(read(with(card_payment(), R"("account":)", R"("\u0061cco\u0075nt":)"))) << reject_.detail;
  EXPECT_EQ(at("account").as_string(), "DE-0001-2345-6789");
  // Once more in the plain spelling: the same member twice.
  const std::string twice = with(card_payment(), R"("channel":)", R"("\u0061ccount":"x","channel":)");
  EXPECT_EQ(outcome(twice), expected("duplicate_key", "account", twice, R"("\u0061)"));
}

TEST_F(JsonReaderTest, AMemberThatIsReadStandsOnce) {
  const std::string twice = with(card_payment(), R"("entry":)", R"("channel":"ecom","entry":)");
  EXPECT_EQ(outcome(twice), expected("duplicate_key", "channel", twice, R"("channel":"ecom")"));
  const std::string nested = with(card_payment(), R"("mcc":5812)", R"("mcc":5812,"id":"m-2")");
  EXPECT_EQ(outcome(nested), expected("duplicate_key", "merchant.id", nested, R"("id":"m-2")"));
  const std::string inner = with(card_payment(), R"("entry":)", R"("merchant":null,"entry":)");
  EXPECT_EQ(outcome(inner), expected("duplicate_key", "merchant", inner, R"("merchant":null)"));
  // Names that nobody reads may repeat, and so may names that are read elsewhere.
  EXPECT_EQ(outcome(with(card_payment(), R"("note":"")", R"("note":1,"note":2,"other":{"id":1,"id":2})")), "accepted");
}

TEST_F(JsonReaderTest, TheOrderOfMembersDoesNotMatter) {
  const std::string shuffled =
      R"({"merchant":{"mcc":5812,"x":[1,{"id":"no"}],"name":"N","id":"m"},"zz":1,"amount":{"currency":"EUR","value":"1"},)"
      R"("type":"card","ts":"2026-02-27T09:30:00Z","id":"a"})";
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(read(shuffled)) << reject_.detail;
    EXPECT_EQ(at("mcc").as_int64(), 5812);
    EXPECT_EQ(at("merchant").as_string(), "m");
    EXPECT_EQ(at("amount").minor_units(), 100);
    ASSERT_TRUE(read(card_payment()));
    EXPECT_EQ(at("merchant").as_string(), "m-90210");
  }
}

TEST_F(JsonReaderTest, WhiteSpaceMayStandAnywhere) {
  std::string record = "\r\n\t ";
  bool inside = false;
  for (const char c : card_payment()) {
    if (c == '"') inside = !inside;
    const bool structural = !inside && (c == '{' || c == '}' || c == ':' || c == ',');
    record += structural ? std::string(" \n") + c + "\t\r" : std::string(1, c);
  }
  ASSERT_TRUE(read(record + " \n\n")) << reject_.detail << reject_.byte_offset;
  EXPECT_EQ(at("amount").minor_units(), 123'456);
  EXPECT_EQ(at("balance").minor_units(), 9'876'543);
}

TEST_F(JsonReaderTest, MoneyNeedsItsCurrency) {
  EXPECT_EQ(outcome(with(card_payment(), R"(,"currency":"EUR")", "")), "missing_field currency@0");
  const std::string lower = with(card_payment(), R"("EUR")", R"("eur")");
  EXPECT_EQ(outcome(lower), expected("unknown_currency", "currency", lower, R"("eur")"));
  const std::string number = with(card_payment(), R"("EUR")", "978");
  EXPECT_EQ(outcome(number), expected("wrong_type", "currency", number, "978}"));
  const std::string yen = with(card_payment(), R"("EUR")", R"("JPY")");
  EXPECT_EQ(outcome(yen), expected("too_many_decimals", "amount", yen, "1234.56"));
  EXPECT_EQ(outcome(with(yen, "1234.56", "1234.00")), "accepted");
  EXPECT_EQ(at("amount").minor_units(), 1234);
  EXPECT_EQ(outcome(with(with(card_payment(), R"("EUR")", R"("KWD")"), "1234.56", "0.001")), "accepted");
  EXPECT_EQ(at("amount").minor_units(), 1);
}

TEST_F(JsonReaderTest, AmountsNeverPassThroughADouble) {
  // Neither is a double; both would be rounded to one.
  ASSERT_TRUE(read(with(card_payment(), "1234.56", "90071992547409.93")));
  EXPECT_EQ(at("amount").minor_units(), 9'007'199'254'740'993);
  ASSERT_TRUE(read(with(card_payment(), "1234.56", "92233720368547758.07")));
  EXPECT_EQ(at("amount").minor_units(), INT64_MAX);
  const std::string over = with(card_payment(), "1234.56", "92233720368547758.08");
  EXPECT_EQ(outcome(over), expected("out_of_range", "amount", over, "92233720368547758.08"));
}

TEST_F(JsonReaderTest, TheIdMayNotBeEmpty) {
  const std::string record = with(card_payment(), "tx-0000000000000001", "");
  EXPECT_EQ(outcome(record), expected("empty_id", "id", record, R"("","ts")"));
}

TEST_F(JsonReaderTest, ATimeTooFarAheadOfTheClockIsRefused) {
  ASSERT_TRUE(read(card_payment()));
  const std::int64_t time_ms = event_.time_ms;
  const std::string record = card_payment();
  EXPECT_EQ(outcome(record, time_ms - 300'000), "accepted");
  EXPECT_EQ(outcome(record, time_ms - 300'001), expected("time_too_far_ahead", "time", record, R"("2026-)"));
  EXPECT_EQ(outcome(record, kNoClock), "accepted");
  EXPECT_EQ(outcome(record, kMaxTimeMs), "accepted");
}

TEST_F(JsonReaderTest, ARejectedRecordLeavesNothingForTheNextOne) {
  ASSERT_TRUE(read(card_payment()));
  EXPECT_NE(outcome("{"), "accepted");
  const std::string small =
      R"({"type":"card","id":"b","ts":"2026-02-27T09:30Z","amount":{"value":1,"currency":"EUR"}})";
  ASSERT_TRUE(read(small));
  EXPECT_TRUE(at("account").is_absent());
  EXPECT_TRUE(at("merchant_name").is_absent());
  EXPECT_EQ(event_.id, "b");
}

TEST(JsonReader, TakesIntegerIdsAndOneEventTypeWithoutAName) {
  Schema schema;
  schema.event_types = {{"payment", ""}};
  Field id;
  id.name = "id";
  id.path = {"TRANSACTION_ID"};
  id.type = FieldType::kInt64;
  id.required = true;
  Field time;
  time.name = "time";
  time.path = {"TX_DATETIME"};
  time.type = FieldType::kTimestamp;
  time.time_format = TimeFormat::kIso8601AssumeUtc;
  time.required = true;
  schema.fields = {id, time};
  schema.id_slot = 0;
  schema.time_slot = 1;
  JsonReader reader(schema, {});
  Event event(schema, 0);
  Reject reject;
  ASSERT_TRUE(reader.read(R"({"TRANSACTION_ID":-42,"TX_DATETIME":"2018-04-01 00:00:31"})", kNoClock, event, reject));
  EXPECT_EQ(event.id, "-42");
  EXPECT_EQ(event[0].as_int64(), -42);
  EXPECT_EQ(iso8601(event.time_ms), "2018-04-01T00:00:31Z");
  EXPECT_EQ(event[schema.event_type_slot()].as_string(), "payment");
}

TEST(JsonReader, TwoFieldsMayReadOneMemberAndAMemberBothAsAWholeAndInside) {
  Schema schema = card_schema();
  schema.fields[6].path = {"id"};         // account reads the id as well
  schema.fields[12].path = {"merchant"};  // country reads what is an object for others
  schema.fields[12].event_types = 2;
  JsonReader reader(schema, {});
  Event event(schema, 0);
  Reject reject;
  ASSERT_TRUE(reader.read(card_payment(), kNoClock, event, reject)) << reject.detail;
  EXPECT_EQ(event[6].as_string(), event.id);
  EXPECT_EQ(event[7].as_string(), "m-90210");

  const std::string transfer =
      R"({"type":"transfer","id":"t","ts":"2026-02-27T09:30Z","amount":{"value":1,"currency":"EUR"},"to":"x","merchant":"AT"})";
  EXPECT_FALSE(reader.read(transfer, kNoClock, event, reject));
  EXPECT_EQ(reject.field, "merchant");
  schema.fields[7].event_types = 1;
  schema.fields[8].event_types = 1;
  schema.fields[9].event_types = 1;
  JsonReader split(schema, {});
  ASSERT_TRUE(split.read(transfer, kNoClock, event, reject)) << reject.detail;
  EXPECT_EQ(event[12].as_string(), "AT");
}

}  // namespace
}  // namespace weir::event
