#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/civil_time.h"
#include "engine/event/csv_row.h"
#include "engine/event/reader.h"
#include "tests/engine/event/card_schema.h"
#include "tests/engine/event/dice.h"

namespace weir::event {
namespace {

// "a|b|<missing>" or "fault@offset".
std::string split(std::string_view row) {
  CsvRow splitter;
  if (const auto fault = splitter.split(row)) return "fault@" + std::to_string(fault->offset);
  std::string out;
  for (const RawText& cell : splitter.cells()) {
    out += (out.empty() ? "" : "|") + (cell.form == RawForm::kMissing ? "-" : std::string(cell.text) + ".");
  }
  return out;
}

TEST(CsvRow, SplitsByRfc4180) {
  EXPECT_EQ(split("a,b,c"), "a.|b.|c.");
  EXPECT_EQ(split(""), "-");
  EXPECT_EQ(split(","), "-|-");
  EXPECT_EQ(split("a,,c,"), "a.|-|c.|-");
  EXPECT_EQ(split(R"("","a,b"," c ",d)"), ".|a,b.| c .|d.");
  EXPECT_EQ(split(R"("say ""hi""","""",x)"), "say \"hi\".|\".|x.");
  EXPECT_EQ(split("\"two\r\nlines\",x"), "two\r\nlines.|x.");
  EXPECT_EQ(split(" a , b "), " a .| b .");
  EXPECT_EQ(split(R"("""""")"), "\"\".");
}

TEST(CsvRow, RefusesQuotesThatMeanNothing) {
  EXPECT_EQ(split("a,\"b"), "fault@2");
  EXPECT_EQ(split("\""), "fault@0");
  EXPECT_EQ(split("\"a\"\""), "fault@0");
  EXPECT_EQ(split("\"a\"b,c"), "fault@3");
  EXPECT_EQ(split("\"a\" ,c"), "fault@3");
  EXPECT_EQ(split("a\"b,c"), "fault@1");
  EXPECT_EQ(split("a, \"b\""), "fault@3");
}

TEST(CsvRow, KnowsWhereEachCellBegins) {
  CsvRow splitter;
  ASSERT_FALSE(splitter.split("ab,\"c\"\"d\",,e").has_value());
  const auto cells = splitter.cells();
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[0].offset, 0U);
  EXPECT_EQ(cells[1].offset, 3U);
  EXPECT_EQ(cells[2].offset, 10U);
  EXPECT_EQ(cells[3].offset, 11U);
}

std::string encode(const std::vector<std::string>& cells, const std::vector<bool>& quoted) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    if (!quoted[i] && cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      row += cells[i];
      continue;
    }
    row += '"';
    for (const char c : cells[i]) row += c == '"' ? "\"\"" : std::string(1, c);
    row += '"';
  }
  return row;
}

std::vector<std::vector<std::string>> some_rows(Dice& dice) {
  std::vector<std::vector<std::string>> rows(dice.below(5) + 1);
  for (auto& cells : rows) {
    cells.resize(dice.below(5) + 1);
    for (std::string& cell : cells) {
      for (std::size_t i = dice.below(7); i-- > 0;) cell += "ab,\"\n\r "[dice.below(7)];
    }
  }
  return rows;
}

std::vector<bool> some_quotes(Dice& dice, std::size_t count) {
  std::vector<bool> quoted;
  for (std::size_t i = 0; i < count; ++i) quoted.push_back(dice.one_in(2));
  return quoted;
}

RC_GTEST_PROP(CsvProperty, WhatIsWrittenIsSplitAgain, (std::uint64_t seed)) {
  Dice dice(seed);
  CsvRow splitter;
  for (const auto& cells : some_rows(dice)) {
    const std::vector<bool> quoted = some_quotes(dice, cells.size());
    const std::string row = encode(cells, quoted);
    RC_ASSERT(!splitter.split(row).has_value());
    RC_ASSERT(splitter.cells().size() == cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      RC_ASSERT(splitter.cells()[i].text == cells[i]);
      const bool missing = cells[i].empty() && !quoted[i];
      RC_ASSERT((splitter.cells()[i].form == RawForm::kMissing) == missing);
    }
  }
}

RC_GTEST_PROP(CsvProperty, RowEndsAreFoundHoweverTheBytesArrive, (std::uint64_t seed)) {
  Dice dice(seed);
  std::string bytes;
  std::vector<std::size_t> ends;
  for (const auto& cells : some_rows(dice)) {
    bytes += encode(cells, some_quotes(dice, cells.size()));
    ends.push_back(bytes.size());
    bytes += '\n';
  }
  CsvRowEnd row_end;
  std::vector<std::size_t> found;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view piece = std::string_view(bytes).substr(at, dice.below(8) + 1);
    std::size_t seen = 0;
    while (seen < piece.size()) {
      const std::size_t end = row_end.find(piece.substr(seen));
      if (end == std::string_view::npos) break;
      found.push_back(at + seen + end);
      seen += end + 1;
    }
    at += piece.size();
  }
  RC_ASSERT(found == ends);
}

constexpr std::string_view kHeader =
    "type,id,ts,amount.value,amount.currency,ignored,card.token,merchant.mcc,channel,lat,recurring,to";

TEST(CsvReader, ReadsCellsByTheHeader) {
  const Schema schema = card_schema();
  auto reader = CsvReader::create(schema, kHeader, {});
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  Event event(schema, 0);
  Reject reject;
  ASSERT_TRUE(reader->read(R"(card,tx1,2026-02-27T09:30:00Z,12.50,EUR,"x ""y""",c1,5812,ecom,48.5,TRUE,)", kNoClock,
                           event, reject))
      << reject.detail;
  const auto at = [&](std::string_view field) { return event[*schema.find(field)]; };
  EXPECT_EQ(event.id, "tx1");
  EXPECT_EQ(iso8601(event.time_ms), "2026-02-27T09:30:00Z");
  EXPECT_EQ(at("amount").minor_units(), 1250);
  EXPECT_EQ(at("card").as_string(), "c1");
  EXPECT_EQ(at("mcc").as_int64(), 5812);
  EXPECT_EQ(at("channel").enum_code(), 1);
  EXPECT_EQ(at("latitude").as_double(), 48.5);
  EXPECT_TRUE(at("recurring").as_bool());
  EXPECT_TRUE(at("counterparty").is_absent());
  EXPECT_TRUE(at("account").is_absent());  // no such column
}

TEST(CsvReader, AnEmptyCellIsAbsentAndAQuotedOneIsEmpty) {
  const Schema schema = card_schema();
  auto reader = CsvReader::create(schema, kHeader, {});
  Event event(schema, 0);
  Reject reject;
  ASSERT_TRUE(reader->read(R"(card,tx1,2026-02-27T09:30Z,1,EUR,,"",,,,,)", kNoClock, event, reject)) << reject.detail;
  EXPECT_TRUE(event[*schema.find("card")].is(ValueKind::kString));
  EXPECT_EQ(event[*schema.find("card")].as_string(), "");
  EXPECT_TRUE(event[*schema.find("mcc")].is_absent());
  ASSERT_FALSE(reader->read(R"(card,tx1,2026-02-27T09:30Z,1,EUR,,,"",,,,)", kNoClock, event, reject));
  EXPECT_EQ(reject.reason, RejectReason::kWrongType);  // an empty text is no int64
}

TEST(CsvReader, SaysWhatIsWrongAndWhere) {
  Schema schema = card_schema();
  schema.limits.max_record_bytes = 200;
  schema.limits.max_string_bytes = 20;
  auto reader = CsvReader::create(schema, kHeader, {});
  Event event(schema, 0);
  const auto outcome = [&](std::string_view row) {
    Reject reject;
    if (reader->read(row, kNoClock, event, reject)) return std::string("accepted");
    EXPECT_FALSE(reject.detail.empty());
    return std::string(reject_reason_name(reject.reason)) + " " + reject.field + "@" +
           std::to_string(reject.byte_offset);
  };
  const std::string good = "card,tx1,2026-02-27T09:30Z,1,EUR,,,,,,,";
  EXPECT_EQ(outcome(good), "accepted");
  EXPECT_EQ(outcome(""), "empty_record @0");
  EXPECT_EQ(outcome("card,tx1"), "csv_columns @8");
  EXPECT_EQ(outcome(good + ","), "csv_columns @" + std::to_string(good.size() + 1));
  EXPECT_EQ(outcome(with(good, "tx1", "\"tx1")), "csv_quote @5");
  EXPECT_EQ(outcome(with(good, "tx1", "\"tx\"1")), "csv_quote @9");
  EXPECT_EQ(outcome(with(good, "tx1", "tx\xFF")), "invalid_utf8 @7");
  EXPECT_EQ(outcome(with(good, "card", "cash")), "unknown_event_type type@0");
  EXPECT_EQ(outcome(with(good, "card", "")), "missing_field type@0");
  EXPECT_EQ(outcome(with(good, "tx1", "")), "missing_field id@5");
  EXPECT_EQ(outcome(with(good, "tx1", "\"\"")), "empty_id id@5");
  EXPECT_EQ(outcome(with(good, ",1,", ",1.001,")), "too_many_decimals amount@27");
  EXPECT_EQ(outcome(with(good, "EUR", "EURO")), "unknown_currency currency@29");
  EXPECT_EQ(outcome(with(good, "tx1", std::string(20, 'x'))), "accepted");
  EXPECT_EQ(outcome(with(good, "tx1", std::string(21, 'x'))), "string_too_long id@5");
  EXPECT_EQ(outcome(with(good, "EUR,", "EUR," + std::string(200 - good.size(), 'x'))), "accepted");
  EXPECT_EQ(outcome(with(good, "EUR,", "EUR," + std::string(201 - good.size(), 'x'))), "record_too_large @200");
}

TEST(CsvReader, TheHeaderMustNameWhatIsRequired) {
  Schema schema = card_schema();
  const auto complaint = [&](std::string_view header) {
    const auto reader = CsvReader::create(schema, header, {});
    return reader.ok() ? "none" : reader.error().message;
  };
  EXPECT_EQ(complaint(kHeader), "none");
  EXPECT_EQ(complaint("\xEF\xBB\xBF" + std::string(kHeader)), "none");
  EXPECT_EQ(complaint(with(std::string(kHeader), ",id,", ",\"id\",")), "none");
  EXPECT_NE(complaint(with(std::string(kHeader), ",id", ",ID")).find("no column `id`"), std::string::npos);
  EXPECT_NE(complaint(with(std::string(kHeader), "type,", "")).find("no column `type`"), std::string::npos);
  EXPECT_NE(complaint(std::string(kHeader) + ",id").find("column `id` twice"), std::string::npos);
  EXPECT_EQ(complaint(std::string(kHeader) + ",ignored"), "none");
  EXPECT_NE(complaint("\"type").find("malformed"), std::string::npos);
  EXPECT_NE(complaint("ty\xFFpe").find("not UTF-8"), std::string::npos);
  schema.fields[0].column = "TRANSACTION_ID";
  EXPECT_NE(complaint(kHeader).find("no column `TRANSACTION_ID`"), std::string::npos);
  EXPECT_EQ(complaint(with(std::string(kHeader), ",id,", ",TRANSACTION_ID,")), "none");
}

TEST(CsvReader, GivesTheSameEventAsTheJsonReader) {
  const Schema schema = personal_schema();
  auto csv = CsvReader::create(schema, "type,id,ts,amount.value,amount.currency,channel,lat,pan,email,customer,born",
                               kTokenKey);
  ASSERT_TRUE(csv.ok());
  JsonReader json(schema, kTokenKey);
  Event from_csv(schema, 0);
  Event from_json(schema, 0);
  Reject reject;
  ASSERT_TRUE(csv->read("card,x,2026-02-27T09:30Z,1.5,EUR,atm,0.1,4111111111111111,a@b.c,17,1984-02-29", kNoClock,
                        from_csv, reject))
      << reject.detail;
  ASSERT_TRUE(json.read(R"({"type":"card","id":"x","ts":"2026-02-27T09:30Z","amount":{"value":1.5,"currency":"EUR"},)"
                        R"("channel":"atm","lat":0.1,"pan":"4111111111111111","email":"a@b.c","customer":17,)"
                        R"("born":"1984-02-29"})",
                        kNoClock, from_json, reject))
      << reject.detail;
  for (std::uint32_t slot = 0; slot < schema.slot_count(); ++slot) {
    EXPECT_TRUE(identical(from_csv[slot], from_json[slot])) << slot;
  }
  EXPECT_EQ(from_csv.id, from_json.id);
  EXPECT_EQ(from_csv.time_ms, from_json.time_ms);
}

}  // namespace
}  // namespace weir::event
