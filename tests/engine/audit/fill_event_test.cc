#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "tests/engine/audit/bank.h"

namespace weir::audit {
namespace {

std::string fault_of(const Status& status) { return status ? "none" : status.error().message; }

std::string fault_of_event(const std::string& hashed_part) {
  RecordReader reader;
  ParsedRecord parsed;
  const auto text = enveloped(hashed_part);
  EXPECT_EQ(fault_of(reader.read(text, parsed)), "none");
  const auto schema = bank_schema();
  event::Event event(schema, 0);
  return fault_of(reader.fill_event(schema, event));
}

TEST(FillEvent, WhatTheSchemaDoesNotKnowIsRefused) {
  const auto full = full_transaction();
  const std::string start = "not an audit record: ";
  EXPECT_EQ(fault_of_event(with(full, "\"type\":\"card_payment\"", "\"type\":\"cash\"")),
            start + "event type \"cash\" is not in the schema");
  EXPECT_EQ(fault_of_event(with(full, "\"flag\":true", "\"flog\":true")),
            start + "field \"flog\" is not in the schema");
  const struct {
    const char* from;
    const char* to;
    const char* field;
  } cases[] = {
      {"\"flag\":true", "\"flag\":1", "flag"},
      {"\"flag\":true", "\"flag\":\"true\"", "flag"},
      {"\"count\":-9223372036854775808", "\"count\":\"1\"", "count"},
      {"\"count\":-9223372036854775808", "\"count\":1.5", "count"},
      {"\"count\":-9223372036854775808", "\"count\":9223372036854775808", "count"},
      {"\"rate\":0.1", "\"rate\":\"0.1\"", "rate"},
      {"\"rate\":0.1", "\"rate\":null", "rate"},
      {"\"channel\":\"online\"", "\"channel\":\"Online\"", "channel"},
      {"\"amount\":\"-12.50 EUR\"", "\"amount\":\"-12.505 EUR\"", "amount"},
      {"\"amount\":\"-12.50 EUR\"", "\"amount\":\"-12.50\"", "amount"},
      {"\"amount\":\"-12.50 EUR\"", "\"amount\":\"-12.50 EUX\"", "amount"},
      {"\"amount\":\"-12.50 EUR\"", "\"amount\":\"-12.50 USD\"", "amount"},
      {"\"amount\":\"-12.50 EUR\"", "\"amount\":-12.5", "amount"},
      {"\"booked\":\"2026-02-27T09:30:00Z\"", "\"booked\":\"2026-02-30T09:30:00Z\"", "booked"},
      {"\"booked\":\"2026-02-27T09:30:00Z\"", "\"booked\":\"2026-02-27T09:30:00\"", "booked"},
      {"\"memo\":\"a", "\"memo\":[],\"memo\":\"a", "memo"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(fault_of_event(with(full, c.from, c.to)),
              start + "field \"" + std::string(c.field) + "\" is not of its type")
        << c.to;
  }
}

TEST(FillEvent, IdAndTimeAreThoseOfTheirFields) {
  const auto full = full_transaction();
  EXPECT_EQ(fault_of_event(with(full, "\"fields\":{\"id\":\"tx-1\"", "\"fields\":{\"id\":\"tx-2\"")),
            "not an audit record: its id is not its id field's");
  EXPECT_EQ(fault_of_event(with(full, "\"fields\":{\"id\":\"tx-1\",", "\"fields\":{")),
            "not an audit record: its id is not its id field's");
  EXPECT_EQ(
      fault_of_event(with(full, "\"time\":\"2026-02-27T09:30:00.125Z\"", "\"time\":\"2026-02-27T09:30:00.126Z\"")),
      "not an audit record: its time is not its time field's");
}

TEST(FillEvent, ATimeOutOfTheCalendarIsRefused) {
  const auto full = full_transaction();
  EXPECT_NE(fault_of_event(with(full, "\"time_ms\":1772184600125", "\"time_ms\":253402300800000")), "none");
}

TEST(FillEvent, OnlyATransactionHasAnEvent) {
  std::string out;
  append_duplicate(kBankHead, bank_input(), "x", 1, out);
  EXPECT_EQ(fault_of_event(out), "not an audit record: it has no event");
}

std::vector<std::uint16_t> all_currencies() {
  std::vector<std::uint16_t> numbers;
  for (std::uint16_t number = 0; number < 1000; ++number) {
    if (currency_by_number(number)) numbers.push_back(number);
  }
  return numbers;
}

std::string any_utf8() {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0, 0xd800),
                     rc::gen::inRange<std::uint32_t>(0xe000, 0x110000)));
  std::string text;
  for (const auto c : points) {
    const auto tail = [&](unsigned shift) { text.push_back(static_cast<char>(0x80U | (c >> shift & 0x3fU))); };
    if (c < 0x80) {
      text.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
      text.push_back(static_cast<char>(0xc0U | c >> 6U));
      tail(0);
    } else if (c < 0x10000) {
      text.push_back(static_cast<char>(0xe0U | c >> 12U));
      tail(6);
      tail(0);
    } else {
      text.push_back(static_cast<char>(0xf0U | c >> 18U));
      tail(12);
      tail(6);
      tail(0);
    }
  }
  return text;
}

// Small numbers, and all of them.
std::int64_t any_int64() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                         rc::gen::map(rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62U),
                                      [](std::uint64_t u) { return std::bit_cast<std::int64_t>(u * 4 + (u >> 60U)); }));
}

Value any_value(const event::Schema& schema, std::uint32_t slot, event::Event& event) {
  const auto& field = schema.fields[slot];
  if (field.personal) return Value::string(event.keep(any_utf8()));
  switch (field.type) {
    case event::FieldType::kBool:
      return Value::boolean(*rc::gen::arbitrary<bool>());
    case event::FieldType::kInt64:
      return Value::int64(any_int64());
    case event::FieldType::kDouble: {
      const auto number = std::bit_cast<double>(any_int64());
      return Value::real(std::isfinite(number) ? number : *rc::gen::arbitrary<double>());
    }
    case event::FieldType::kString:
      return Value::string(event.keep(any_utf8()));
    case event::FieldType::kMoney: {
      static const auto kCurrencies = all_currencies();
      return Value::money(any_int64(), field.currency != 0 ? field.currency : *rc::gen::elementOf(kCurrencies));
    }
    case event::FieldType::kTimestamp:
      return Value::timestamp_ms(
          *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(kMinTimeMs, kMaxTimeMs + 1),
                          rc::gen::elementOf(std::vector<std::int64_t>{kMinTimeMs, -1, 0, 1, kMaxTimeMs})));
    case event::FieldType::kEnum: {
      const auto code = *rc::gen::inRange<std::uint16_t>(0, static_cast<std::uint16_t>(field.enum_values.size()));
      return Value::enumeration(field.enum_values[code], code);
    }
  }
  return {};
}

RC_GTEST_PROP(FillEvent, EveryEventComesBackBitForBit, ()) {
  static Bank bank;
  auto& event = bank.event;
  bank.fill_sparse();
  event.clear();
  event.type = *rc::gen::inRange<std::uint32_t>(0, 2);
  for (std::uint32_t slot = 0; slot < kFieldCount; ++slot) {
    if (slot == kId || slot == kTime || *rc::gen::inRange(0, 5) > 0) event[slot] = any_value(*bank.schema, slot, event);
  }
  event.time_ms = event[kTime].as_ms();
  event.id = event[kId].as_string();
  event[bank.schema->event_type_slot()] =
      Value::enumeration(bank.schema->event_types[event.type].name, static_cast<std::uint16_t>(event.type));
  bank.screen();
  std::string hashed_part;
  append_transaction(kBankHead, bank_input(), bank.facts(), hashed_part);
  const auto text = enveloped(hashed_part);

  static RecordReader reader;
  static event::Event back(*bank.schema, static_cast<std::uint32_t>(bank.feature_names.size()));
  ParsedRecord parsed;
  RC_ASSERT(fault_of(reader.read(text, parsed)) == "none");
  RC_ASSERT(fault_of(reader.fill_event(*bank.schema, back)) == "none");
  RC_ASSERT(back.id == event.id);
  RC_ASSERT(back.type == event.type);
  RC_ASSERT(back.time_ms == event.time_ms);
  for (std::uint32_t slot = 0; slot < event.slots().size(); ++slot) {
    RC_ASSERT(identical(back[slot], event[slot]));
    if (!event[slot].is(ValueKind::kString)) continue;
    RC_ASSERT(back[slot].has_enum_code() == event[slot].has_enum_code());
    if (event[slot].has_enum_code()) RC_ASSERT(back[slot].enum_code() == event[slot].enum_code());
  }
  std::string again;
  std::swap(bank.event, back);
  append_transaction(kBankHead, bank_input(), bank.facts(), again);
  std::swap(bank.event, back);
  RC_ASSERT(again == hashed_part);
}

}  // namespace
}  // namespace weir::audit
