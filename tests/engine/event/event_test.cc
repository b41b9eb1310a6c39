#include "engine/event/event.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "engine/event/reject.h"
#include "tests/engine/event/card_schema.h"

namespace weir::event {
namespace {

TEST(Event, HasASlotForEachFieldBuiltInAndExtra) {
  const Schema schema = card_schema();
  Event event(schema, 3);
  EXPECT_EQ(event.slots().size(), schema.fields.size() + 3 + 3);
  for (const Value& slot : event.slots()) EXPECT_TRUE(slot.is_absent());
}

TEST(Event, KeptBytesStayWhereTheyAreUntilItIsCleared) {
  const Schema schema = card_schema();
  Event event(schema, 0);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> originals;
    std::vector<std::string_view> kept;
    for (std::size_t i = 0; i < 400; ++i) {
      originals.emplace_back(i * 7 % 900 + (i % 97 == 0 ? 70'000 : 0), static_cast<char>('a' + i % 26));
      kept.push_back(event.keep(originals.back()));
    }
    for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i], originals[i]);
    event.clear();
  }
}

TEST(Event, ClearForgetsValuesTypeTimeAndId) {
  const Schema schema = card_schema();
  Event event(schema, 1);
  event[0] = Value::int64(7);
  event[schema.slot_count()] = Value::boolean(true);
  event.type = 1;
  event.time_ms = 5;
  event.id = event.keep("x");
  event.clear();
  for (const Value& slot : event.slots()) EXPECT_TRUE(slot.is_absent());
  EXPECT_EQ(event.type, 0U);
  EXPECT_EQ(event.time_ms, 0);
  EXPECT_TRUE(event.id.empty());
}

TEST(Event, ViewsSurviveAMove) {
  const Schema schema = card_schema();
  Event event(schema, 0);
  const std::string_view kept = event.keep("short");
  const Event moved = std::move(event);
  EXPECT_EQ(kept, "short");
  EXPECT_EQ(moved.slots().size(), schema.slot_count());
}

TEST(EntityKey, IsTheFieldsTextOrLengthPrefixedTexts) {
  const Schema schema = card_schema();
  Event event(schema, 0);
  std::string key = "left over";
  EXPECT_FALSE(entity_key(schema.entities[0], event, key));
  EXPECT_EQ(key, "");

  event[4] = Value::string("c-1");
  ASSERT_TRUE(entity_key(schema.entities[0], event, key));
  EXPECT_EQ(key, "c-1");

  event[9] = Value::int64(-5812);
  ASSERT_TRUE(entity_key(schema.entities[2], event, key));
  EXPECT_EQ(key, "-5812");

  event[6] = Value::string("a:1");
  EXPECT_FALSE(entity_key(schema.entities[1], event, key));
  EXPECT_EQ(key, "");
  event[7] = Value::enumeration("m", 3);
  ASSERT_TRUE(entity_key(schema.entities[1], event, key));
  EXPECT_EQ(key, "3:a:11:m");
  event[7] = Value::int64(-90);
  ASSERT_TRUE(entity_key(schema.entities[1], event, key));
  EXPECT_EQ(key, "3:a:13:-90");
}

TEST(EntityKey, DifferentListsOfTextsNeverShareAKey) {
  const Schema schema = card_schema();
  Event event(schema, 0);
  const std::vector<std::string> texts = {"", "1", ":", "1:", "1:1", "0:", "11:", "a", "1:a"};
  std::set<std::string> keys;
  for (const std::string& first : texts) {
    for (const std::string& second : texts) {
      event[6] = Value::string(first);
      event[7] = Value::string(second);
      std::string key;
      ASSERT_TRUE(entity_key(schema.entities[1], event, key));
      EXPECT_TRUE(keys.insert(key).second) << first << " " << second;
    }
  }
}

TEST(Schema, FindsFieldsByName) {
  const Schema schema = card_schema();
  EXPECT_EQ(schema.find("id"), 0U);
  EXPECT_EQ(schema.find("counterparty"), 18U);
  EXPECT_EQ(schema.find("Id"), std::nullopt);
  EXPECT_EQ(schema.find(""), std::nullopt);
}

TEST(RejectReason, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t reason = 0; reason < kRejectReasonCount; ++reason) {
    const std::string_view name = reject_reason_name(static_cast<RejectReason>(reason));
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string_view::npos) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(reject_reason_name(RejectReason::kMissingField), "missing_field");
  EXPECT_EQ(reject_reason_name(RejectReason::kUnknownCurrency), "unknown_currency");
  EXPECT_EQ(reject_reason_name(RejectReason::kLabelUnknownValue), "label_unknown_value");
}

}  // namespace
}  // namespace weir::event
