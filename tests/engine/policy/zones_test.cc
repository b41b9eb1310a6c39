// The time zones of entities: constants, or fields of their own.
#include <gtest/gtest.h>

#include "engine/event/reader.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

const std::string kWarning = "without a zone is in UTC";

Sample zoned(std::string_view zone, std::string_view when) {
  Sample sample;
  sample.schema = with(sample.schema, "  card: card_number\n",
                       "  card: {key: card_number, zone: " + std::string(zone) + "}\n  shop_floor: shop\n");
  sample.schema = with(sample.schema, "shop: {type: string, required: true}", "shop: string");
  sample.rules = with(sample.rules, "card.count_1h > 3", when);
  return sample;
}

std::string warnings(const Sample& sample) {
  const auto policy = sample.load();
  return policy.ok() ? policy->warnings.render() : policy.error().render();
}

// The verdict of the one rule over a record; features are absent.
book::VerdictKind verdict(const Policy& policy, std::string_view json, event::Event& event) {
  event::JsonReader reader(*policy.schema, "0123456789abcdef0123456789abcdef");
  event::Reject reject;
  EXPECT_TRUE(reader.read(json, event::kNoClock, event, reject)) << reject.field << ": " << reject.detail;
  book::Workspace workspace(*policy.rules);
  book::Verdicts verdicts;
  policy.rules->evaluate(event.slots(), workspace, verdicts);
  return verdicts.of(0);
}

book::VerdictKind verdict(const Policy& policy, std::string_view json) {
  event::Event event(*policy.schema, policy.rules->slot_count() - policy.schema->slot_count());
  return verdict(policy, json, event);
}

std::string record(std::string_view time, std::string_view more = "", std::string_view channel = "chip") {
  return R"({"id":"1","time":")" + std::string(time) + R"(","amount":"1.00","channel":")" + std::string(channel) +
         R"(","card":{"number":"1"},"rate":0.5,"flag":true,"count":1)" + std::string(more) + "}";
}

TEST(EntityZones, AFixedZoneIsAConstant) {
  const auto policy = zoned("Europe/Berlin", "time.getHours(card.zone) < 6 && has(card.zone)").load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->schema->field_count(), 9U) << "it needs no field";
  EXPECT_EQ(policy->rules->rules()[0].slots, std::vector<std::uint32_t>{1}) << "and no slot";
  EXPECT_EQ(policy->schema->entities[0].zone, "Europe/Berlin");
  // In January Berlin is an hour ahead of UTC, in July two.
  EXPECT_EQ(verdict(*policy, record("2026-01-10T04:59:59Z")), book::VerdictKind::kHit);
  EXPECT_EQ(verdict(*policy, record("2026-01-10T05:00:00Z")), book::VerdictKind::kMiss);
  EXPECT_EQ(verdict(*policy, record("2026-07-10T04:00:00Z")), book::VerdictKind::kMiss);
  EXPECT_EQ(verdict(*policy, record("2026-07-10T22:00:00Z")), book::VerdictKind::kHit);
}

TEST(EntityZones, AFieldsZoneIsTheEventsOwn) {
  const auto policy =
      zoned("{field: shop, default: Europe/Berlin}", "time.getHours(card.zone) == 12 && card.zone != 'UTC'").load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  const auto slot = *policy->schema->entities[0].zone_slot;
  EXPECT_EQ(policy->schema->fields[slot].name, "card.zone");
  event::Event event(*policy->schema, policy->rules->slot_count() - policy->schema->slot_count());
  const auto zone_of = [&](std::string_view more) {
    (void)verdict(*policy, record("2026-01-10T11:00:00Z", more), event);
    return std::string(event[slot].as_string());
  };
  EXPECT_EQ(zone_of(R"(,"shop":"America/New_York")"), "America/New_York");
  EXPECT_EQ(zone_of(R"(,"shop":"+05:30")"), "+05:30");
  EXPECT_EQ(zone_of(R"(,"shop":"Middle/Earth")"), "Europe/Berlin");
  EXPECT_EQ(zone_of(R"(,"shop":"")"), "Europe/Berlin");
  EXPECT_EQ(zone_of(R"(,"shop":null)"), "Europe/Berlin");
  EXPECT_EQ(zone_of(""), "Europe/Berlin");
  EXPECT_EQ(verdict(*policy, record("2026-01-10T11:00:00Z")), book::VerdictKind::kHit);
  EXPECT_EQ(verdict(*policy, record("2026-01-10T17:00:00Z", R"(,"shop":"America/New_York")")), book::VerdictKind::kHit);
  EXPECT_EQ(verdict(*policy, record("2026-01-10T11:00:00Z", R"(,"shop":"America/New_York")")),
            book::VerdictKind::kMiss);
}

TEST(EntityZones, AnEnumMayHoldThem) {
  auto sample = zoned("{field: channel, default: UTC}", "time.getHours(card.zone) == 9");
  sample.schema = with(sample.schema, "[online, chip]", "[Asia/Tokyo, Asia/Tokio]");
  EXPECT_EQ(warnings(sample),
            "schema.yaml:14:42: warning: the value `Asia/Tokio` of `channel` is not a time zone: it counts as the "
            "default\n"
            "      card: {key: card_number, zone: {field: channel, default: UTC}}\n"
            "                                             ^~~~~~~\n"
            "    did you mean `Asia/Tokyo`?\n");
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(verdict(*policy, record("2026-01-10T00:00:00Z", "", "Asia/Tokyo")), book::VerdictKind::kHit);
  EXPECT_EQ(verdict(*policy, record("2026-01-10T09:00:00Z", "", "Asia/Tokio")), book::VerdictKind::kHit);
}

TEST(EntityZones, FeaturesMayAskForThem) {
  for (const auto* zone : {"Europe/Berlin", "{field: shop, default: Europe/Berlin}"}) {
    auto sample = zoned(zone, "card.count_1h > 3");
    sample.features = "card:\n  count_1h: {count: events, window: 1h, where: time.getHours(card.zone) < 6}\n";
    EXPECT_EQ(warnings(sample), "");
    sample.features = "card:\n  count_1h: {count: events, window: 1h, where: time.getHours() < 6}\n";
    EXPECT_NE(warnings(sample).find("`getHours` " + kWarning), std::string::npos);
    EXPECT_NE(warnings(sample).find("write `getHours(card.zone)`, or `getHours('UTC')` if UTC is meant"),
              std::string::npos);
    // Another entity's events have no zone.
    sample.features += "shop_floor:\n  night: {count: events, window: 1h, where: time.getHours() < 6}\n";
    const auto text = warnings(sample);
    EXPECT_EQ(text.find(kWarning), text.rfind(kWarning));
  }
}

TEST(EntityZones, UtcWhereAZoneIsKnownIsAWarning) {
  const auto* fixed = "Europe/Berlin";
  EXPECT_NE(warnings(zoned(fixed, "time.getDayOfWeek() == 0")).find("`getDayOfWeek` " + kWarning), std::string::npos);
  EXPECT_EQ(warnings(zoned(fixed, "time.getDayOfWeek('UTC') == 0")), "");
  EXPECT_EQ(warnings(zoned(fixed, "time.getSeconds() == 0")), "") << "no zone moves the seconds";
  EXPECT_EQ(warnings(zoned(fixed, "(time - timestamp('2026-01-01T00:00:00Z')).getHours() > 5")), "")
      << "a duration has no zone";
  Sample without;
  without.rules = with(without.rules, "card.count_1h > 3", "time.getHours() < 6");
  EXPECT_EQ(warnings(without), "");
}

TEST(EntityZones, AWarnedRuleOrFeatureIsThereAllTheSame) {
  auto sample = zoned("UTC", "time.getHours() < 6 && card.count_1h > 3");
  sample.features = "card:\n  count_1h: {count: events, window: 1h, where: time.getHours() < 6}\n";
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->warnings.all().size(), 2U);
  EXPECT_EQ(policy->rules->rules().size(), 1U);
  EXPECT_EQ(policy->features.size(), 1U);
}

TEST(EntityZones, FaultsAreNamed) {
  const auto says = [](const Sample& sample, std::string_view text) {
    const auto report = sample.report();
    EXPECT_NE(report.find(text), std::string::npos) << report;
  };
  const auto* when = "card.count_1h > 3";
  says(zoned("Europe/Berln", when), "`Europe/Berln` is not a time zone\n");
  says(zoned("Europe/Berln", when), "did you mean `Europe/Berlin`?");
  EXPECT_EQ(zoned("Europe/Berln", "time.getHours(card.zone) < 6").report().find("is not declared"), std::string::npos)
      << "a faulty zone makes no rule wrong";
  says(zoned("Berlin", when), "did you mean `Europe/Berlin`?");
  says(zoned("nowhere at all", when), "write a name, e.g. Europe/Berlin");
  says(zoned("[UTC]", when), "schema.yaml:14:34: error: a single value must stand here, not a list");
  says(zoned("{field: shop}", when), "`default`");
  says(zoned("{default: UTC}", when), "`field`");
  says(zoned("{field: shp, default: UTC}", when), "did you mean `shop`?");
  says(zoned("{field: rate, default: UTC}", when), "a zone comes from a field of type string or enum");
  says(zoned("{field: card_number, default: UTC}", when), "neither personal nor derived");
  says(zoned("{field: shop, default: UTC, of: x}", when), "the zone of `card` has no key `of`");
  says(zoned("UTC", "time.getHours(shop_floor.zone) < 6"), "give `shop_floor` a zone in schema.yaml");
  says(zoned("UTC", "time.getHours(card.zoone) < 6"), "did you mean `card.zone`?");
  says(zoned("{field: shop, default: UTC}", "time.getHours(card.zoone) < 6"), "did you mean `card.zone`?");
  auto sample = zoned("UTC", when);
  sample.schema = with(sample.schema, "key: card_number, ", "");
  says(sample, "`key`");
  sample = zoned("UTC", when);
  sample.features += "  zone: {count: events, window: 1h}\n";
  says(sample, "features.yaml:3:3: error: `zone` can't name a feature: `card.zone` is the entity's time zone");
  sample = zoned("UTC", when);
  sample.rules += "tests: [{given: {card.zone: UTC, card.count_1h: 4}, expect: hit}]\n";
  says(sample, "rules/a.yaml:6:18: error: `card.zone` is always 'UTC'");
}

TEST(EntityZones, AKeyOfSeveralFieldsMayHaveOne) {
  auto sample = zoned("UTC", "card.count_1h > 3");
  sample.schema = with(sample.schema, "key: card_number", "key: [card_number, id]");
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->schema->entities[0].key_slots.size(), 2U);
}

}  // namespace
}  // namespace weir::policy
