#include "engine/history/row_codec.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/history/payment.h"

namespace weir::history {
namespace {

std::shared_ptr<const Layout> layout_of(const std::shared_ptr<event::Schema>& schema) {
  return std::make_shared<const Layout>(schema, LayoutSpec{});
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kAbsent:
      return "-";
    case ValueKind::kString:
      return std::string(value.as_string());
    case ValueKind::kMoney:
      return std::to_string(value.minor_units()) + "/" + std::to_string(value.currency());
    case ValueKind::kTimestamp:
      return std::to_string(value.seconds()) + "." + std::to_string(value.nanoseconds());
    default:
      return std::to_string(value.as_int64());
  }
}

// All rows of a history, told in words.
std::vector<std::string> rows_of(const EntityHistory& history) {
  std::vector<std::string> rows;
  history.visit([&rows](const RowView& view) {
    std::string row = std::to_string(view.time_ms - kStartMs) + " #" + std::to_string(view.sequence);
    for (const Value& value : view.slots) row += ' ' + text_of(value);
    if (view.own_label != nullptr) row += view.own_label->fraud ? " own fraud" : " own honest";
    for (const LabelEntry& label : view.topic_labels) {
      row += (label.fraud ? " fraud " : " honest ") + std::to_string(label.known_at_ms - kStartMs);
    }
    rows.push_back(row);
  });
  return rows;
}

TEST(RowCodec, ARowComesBackWithEveryValue) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec codec(schema, catalogue);
  Payment payment(*schema, 15, kStartMs);
  payment.slots[kAt] = Value::timestamp(kStartMs / 1000, 250'000);  // microseconds that the row's time lacks
  std::string bytes;
  codec.encode_row(payment.slots, kStartMs, 7, nullptr, bytes);
  EntityHistory history(layout_of(schema));
  ASSERT_TRUE(codec.decode_into(bytes, history).ok());
  EXPECT_EQ(rows_of(history), std::vector<std::string>{"0 #7 15 1700000000.250000 555/978 4611123068473966592 1 pos "
                                                       "merchant 31 payment decline -"});
}

TEST(RowCodec, ATypicalRowTakesThirtyToFortyFiveBytes) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec codec(schema, catalogue);
  std::string bytes;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const Payment payment(*schema, i + 5'000'000, kStartMs);
    codec.encode_row(payment.slots, kStartMs, i + 100'000'000, nullptr, bytes);
  }
  EXPECT_GE(bytes.size(), 30'000U);
  EXPECT_LE(bytes.size(), 50'000U);
}

TEST(RowCodec, EntriesOfRowsAndLabelsAreReplayedInTheirOrder) {
  const auto schema = payment_schema();
  schema->inline_label = event::InlineLabel{kOnline, "true", 1'000};
  Catalogue catalogue;
  const RowCodec codec(schema, catalogue);
  EntityHistory direct(layout_of(schema));
  std::string bytes;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::int64_t time_ms = kStartMs + static_cast<std::int64_t>(i * i * 7919 % 4'000);
    const Payment payment(*schema, i, time_ms);
    const LabelEntry own{i % 2 == 0, time_ms + (i % 5 == 0 ? 999 : 1'000)};
    direct.append(payment.slots, time_ms, i, i % 3 == 0 ? nullptr : &own);
    codec.encode_row(payment.slots, time_ms, i, i % 3 == 0 ? nullptr : &own, bytes);
    if (i % 4 == 0) {
      const LabelEntry later{i % 8 == 0, time_ms - 3 + static_cast<std::int64_t>(i)};
      EXPECT_TRUE(direct.label(time_ms, i, later));
      codec.encode_label(time_ms, i, later, bytes);
    }
  }
  EntityHistory decoded(layout_of(schema));
  ASSERT_TRUE(codec.decode_into(bytes, decoded).ok());
  EXPECT_EQ(rows_of(decoded), rows_of(direct));
  EXPECT_EQ(decoded.first_seen_ms(), direct.first_seen_ms());
}

TEST(RowCodec, AGrownSchemaReadsOldRowsAndAShrunkOneSkipsWhatItLacks) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec old_codec(schema, catalogue);
  const Payment payment(*schema, 4, kStartMs);
  std::string bytes;
  old_codec.encode_row(payment.slots, kStartMs, 1, nullptr, bytes);

  // Another order of fields and of names, a field more, a name less: channel was `web`.
  auto changed = std::make_shared<event::Schema>(*schema);
  changed->fields[kChannel].enum_values = {"phone", "atm", "pos"};
  std::swap(changed->fields[kAmount], changed->fields[kMerchant]);
  changed->fields[kScore].name = "another score";
  const RowCodec codec(changed, catalogue);
  EntityHistory history(layout_of(changed));
  ASSERT_TRUE(codec.decode_into(bytes, history).ok());
  EXPECT_EQ(rows_of(history),
            std::vector<std::string>{"0 #1 4 1700000000.0 merchant 16 - 0 - 148/978 payment approve -"});
}

TEST(RowCodec, AFieldThatChangesItsTypeIsAnotherColumn) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec old_codec(schema, catalogue);
  const Payment payment(*schema, 4, kStartMs);
  std::string bytes;
  old_codec.encode_row(payment.slots, kStartMs, 1, nullptr, bytes);
  auto changed = std::make_shared<event::Schema>(*schema);
  changed->fields[kScore].type = event::FieldType::kInt64;
  changed->fields[kAmount].currency = 392;
  const RowCodec codec(changed, catalogue);
  EntityHistory history(layout_of(changed));
  ASSERT_TRUE(codec.decode_into(bytes, history).ok());
  EXPECT_EQ(rows_of(history), std::vector<std::string>{"0 #1 4 1700000000.0 - - 0 web merchant 16 payment approve -"});
}

TEST(RowCodec, BytesCutAnywhereAreCorruptUnlessAtAnEntrysEnd) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec codec(schema, catalogue);
  std::string bytes;
  codec.encode_row(Payment(*schema, 3, kStartMs).slots, kStartMs, 1, nullptr, bytes);
  const std::size_t first = bytes.size();
  codec.encode_label(kStartMs, 1, {true, kStartMs + 5}, bytes);
  const std::size_t second = bytes.size();
  codec.encode_row(Payment(*schema, 4, kStartMs + 1).slots, kStartMs + 1, 2, nullptr, bytes);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EntityHistory history(layout_of(schema));
    const bool whole = size == 0 || size == first || size == second || size == bytes.size();
    EXPECT_EQ(codec.decode_into(std::string_view(bytes).substr(0, size), history).ok(), whole) << size;
  }
}

TEST(RowCodec, FaultsOfTheStoreAreErrorsThatSayWhere) {
  const auto schema = payment_schema();
  Catalogue catalogue;
  const RowCodec codec(schema, catalogue);
  std::string row;
  codec.encode_row(Payment(*schema, 3, kStartMs).slots, kStartMs, 5, nullptr, row);
  EntityHistory history(layout_of(schema));
  // The same row twice: its sequence does not grow.
  const Status status = codec.decode_into(row + row, history);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("at byte " + std::to_string(row.size())), std::string::npos);
  const std::string label_without_state("\x07\x00\x01\x00", 4);
  EXPECT_FALSE(codec.decode_into(label_without_state, history).ok());
}

}  // namespace
}  // namespace weir::history
