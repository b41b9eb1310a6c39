#include "engine/model/input_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/model/event_codes.h"
#include "tests/engine/model/world.h"

namespace weir::model {
namespace {

using Codes = std::vector<int>;

constexpr std::int64_t kNoon = 1'767'614'400'000;  // 2026-01-05T12:00:00Z
constexpr std::int64_t kMinute = 60'000;

Codes spans(std::initializer_list<std::int64_t> spans_ms) {
  Codes out;
  for (const auto span_ms : spans_ms) out.push_back(span_ms < 0 ? kAbsentCode : span_code(span_ms));
  return out;
}

TEST(Numbers, OfEachTypeAreWhatTheyAre) {
  World world(
      "features:\n"
      "  whole: items * 2\n"
      "  unsigned: uint(items)\n"
      "  real: rate\n"
      "  yes: online\n"
      "  span: time - booked\n"
      "  amount: double(amount)\n"
      "  count: card.count_1h\n"
      "  to_mean: double(amount) / card.mean_1h\n"
      "  gap: card.gap\n"
      "  paid_online: channel == 'web' && amount > eur('1.00')\n");
  world.pay(kNoon, R"("amount": "2.00")");
  world.ask(kNoon + kMinute,
            R"("amount": "3.00", "items": 7, "rate": 0.25, "online": true, "channel": "web",
               "booked": "2026-01-05T12:00:30.500Z")");
  EXPECT_EQ(world.number("whole"), 14.0);
  EXPECT_EQ(world.number("unsigned"), 7.0);
  EXPECT_EQ(world.number("real"), 0.25);
  EXPECT_EQ(world.number("yes"), 1.0);
  EXPECT_EQ(world.number("span"), 29.5) << "seconds";
  EXPECT_EQ(world.number("amount"), 3.0);
  EXPECT_EQ(world.number("count"), 1.0);
  EXPECT_EQ(world.number("to_mean"), 1.5);
  EXPECT_EQ(world.number("gap"), 60.0);
  EXPECT_EQ(world.number("paid_online"), 1.0);
  world.ask(kNoon + kMinute, R"("amount": "3.00", "booked": "2026-01-05T12:01:00.250Z", "channel": "pos")");
  EXPECT_EQ(world.number("span"), -0.25);
  EXPECT_EQ(world.number("paid_online"), 0.0);
}

TEST(Numbers, AreMissingWhereAPartOfThemIs) {
  World world(
      "features:\n"
      "  amount: double(amount)\n"
      "  asked: has(amount)\n"
      "  or_none: amount.orValue(eur('0.00')) > eur('1.00')\n"
      "  mean: card.mean_1h\n"
      "  count: card.count_1h\n"
      "  ratio: items / items\n"
      "  large: rate * 1e30\n"
      "  sum: card.items_1h\n"
      "  choice: \"online ? 1 : 2\"\n");
  world.ask(kNoon, "");
  EXPECT_EQ(world.number("amount"), std::nullopt);
  EXPECT_EQ(world.number("asked"), 0.0);
  EXPECT_EQ(world.number("or_none"), 0.0);
  EXPECT_EQ(world.number("mean"), std::nullopt) << "of an empty window";
  EXPECT_EQ(world.number("count"), 0.0);
  EXPECT_EQ(world.number("choice"), std::nullopt);
  world.ask(kNoon, R"("items": 0, "rate": 1e9)");
  EXPECT_EQ(world.number("ratio"), std::nullopt) << "an error of the evaluation";
  EXPECT_EQ(world.number("large"), std::nullopt) << "not finite in float32";
  world.pay(kNoon, R"("items": 9223372036854775807)");
  world.pay(kNoon, R"("items": 9223372036854775807)");
  world.ask(kNoon, "");
  EXPECT_EQ(world.number("sum"), std::nullopt) << "a feature that is an error";
  world.ask(kNoon, "", INT64_MIN, false);
  EXPECT_EQ(world.number("count"), std::nullopt) << "of an entity that the event hasn't";
}

TEST(Numbers, AreRoundedToFloat32) {
  World world("features: {rate: rate, items: items}\n");
  world.ask(kNoon, R"("rate": 0.1, "items": 16777217)");
  EXPECT_EQ(world.number("rate"), 0.100000001490116119384765625);
  EXPECT_EQ(world.number("items"), 16'777'216.0);
  const auto largest = static_cast<double>(std::numeric_limits<float>::max());
  world.ask(kNoon, R"("rate": 3.4028234663852886e38)");
  EXPECT_EQ(world.number("rate"), largest);
  world.ask(kNoon, R"("rate": -3.4028234663852886e38)");
  EXPECT_EQ(world.number("rate"), -largest);
  world.ask(kNoon, R"("rate": 3.402823466385289e38)");
  EXPECT_EQ(world.number("rate"), std::nullopt);
}

constexpr const char* kAllCodes =
    "sequence:\n"
    "  of: card\n"
    "  events: 4\n"
    "  fields:\n"
    "    amount: {log: amount}\n"
    "    price: {log: price}\n"
    "    items: {log: items}\n"
    "    gap: {gap: time}\n"
    "    age: {age: time}\n"
    "    online: {value: online}\n"
    "    channel: {value: channel}\n"
    "    type: {value: event_type}\n"
    "    merchant: {hash: merchant, codes: 100}\n"
    "    item_hash: {hash: items, codes: 50}\n"
    "    mail: {hash: email, codes: 1000}\n"
    "    hour: {hour: time}\n"
    "    booked: {hour: booked}\n"
    "    same_merchant: {same: merchant}\n"
    "    same_amount: {same: amount}\n"
    "    same_mail: {same: email}\n";

TEST(Events, BeginWithTheOneAtHandAlone) {
  World world(kAllCodes);
  const auto& inputs = world.ask(kNoon, R"("amount": "1.28", "items": -5, "online": false, "channel": "atm",
                                           "merchant": "m1", "type": "refund", "price": "3", "currency": "JPY")");
  EXPECT_EQ(inputs.events.size(), 16U);
  EXPECT_EQ(world.codes("amount"), Codes{number_code(128)}) << "in minor units";
  EXPECT_EQ(world.codes("price"), Codes{number_code(3)}) << "of its own currency";
  EXPECT_EQ(world.codes("items"), Codes{number_code(-5)});
  EXPECT_EQ(world.codes("gap"), Codes{kAbsentCode});
  EXPECT_EQ(world.codes("age"), Codes{span_code(0)});
  EXPECT_EQ(world.codes("online"), Codes{1});
  EXPECT_EQ(world.codes("channel"), Codes{3});
  EXPECT_EQ(world.codes("type"), Codes{2});
  EXPECT_EQ(world.codes("merchant"), Codes{hash_code("m1", 100)});
  EXPECT_EQ(world.codes("item_hash"), Codes{hash_code("-5", 50)});
  EXPECT_EQ(world.codes("mail"), Codes{kAbsentCode});
  EXPECT_EQ(world.codes("hour"), Codes{1 + 13}) << "the default zone is an hour ahead";
  EXPECT_EQ(world.codes("booked"), Codes{kAbsentCode});
  EXPECT_EQ(world.codes("same_merchant"), Codes{2});
  EXPECT_EQ(world.codes("same_mail"), Codes{kAbsentCode});
}

TEST(Events, ComeOldestFirstAndAreAtMostSoMany) {
  World world(kAllCodes);
  world.pay(kNoon, R"("amount": "1.00", "merchant": "m1")");
  world.pay(kNoon + 10, R"("amount": "2.00", "merchant": "m2")");
  world.ask(kNoon + 10, R"("amount": "3.00", "merchant": "m1")");
  EXPECT_EQ(world.codes("amount"), (Codes{number_code(100), number_code(200), number_code(300)}));
  EXPECT_EQ(world.codes("gap"), spans({-1, 10, 0})) << "nothing before the first";
  EXPECT_EQ(world.codes("age"), spans({10, 0, 0}));
  EXPECT_EQ(world.codes("same_merchant"), (Codes{2, 1, 2}));
  world.pay(kNoon + 30, R"("amount": "3.00")");
  world.pay(kNoon + 70, R"("amount": "4.00", "merchant": "m1")");
  world.ask(kNoon + 150, R"("amount": "3.00")");
  EXPECT_EQ(world.codes("amount"), (Codes{number_code(200), number_code(300), number_code(400), number_code(300)}));
  EXPECT_EQ(world.codes("gap"), spans({-1, 20, 40, 80})) << "nothing that is read before the first";
  EXPECT_EQ(world.codes("age"), spans({140, 120, 80, 0}));
  EXPECT_EQ(world.codes("same_merchant"), (Codes{0, 0, 0, 0})) << "the event at hand has none";
  EXPECT_EQ(world.codes("same_amount"), (Codes{1, 2, 1, 2}));
}

TEST(Events, ThatComeLateSeeWhatWasBeforeThem) {
  World world(kAllCodes);
  world.pay(kNoon, R"("amount": "1.00")");
  world.pay(kNoon + 100, R"("amount": "2.00")");
  world.pay(kNoon + 50, R"("amount": "3.00")");
  EXPECT_EQ(world.codes("amount"), (Codes{number_code(100), number_code(300)}));
  world.ask(kNoon + 100, R"("amount": "4.00")");
  EXPECT_EQ(world.codes("amount"), (Codes{number_code(100), number_code(300), number_code(200), number_code(400)}));
  EXPECT_EQ(world.codes("gap"), spans({-1, 50, 50, 0}));
  world.ask(kNoon + 99, R"("amount": "4.00")");
  EXPECT_EQ(world.codes("amount"), (Codes{number_code(100), number_code(300), number_code(400)}));
}

TEST(Events, AtOrBeforeTheCutoffAreNotSeen) {
  World world(kAllCodes);
  for (int i = 0; i < 3; ++i) world.pay(kNoon + i, R"("amount": "1.00")");
  EXPECT_EQ(world.ask(kNoon + 5, "", kNoon).events.size(), 3U * 16);
  EXPECT_EQ(world.ask(kNoon + 5, "", kNoon + 2).events.size(), 16U);
  EXPECT_EQ(world.ask(kNoon + 5, "", kNoon + 9).events.size(), 16U) << "the event itself is older than the history";
}

TEST(Events, OfAnEntityThatTheEventHasNotAreNone) {
  World world(kAllCodes);
  world.pay(kNoon, R"("amount": "1.00")");
  EXPECT_EQ(world.ask(kNoon + 1, R"("amount": "1.00")", INT64_MIN, false).events.size(), 16U);
}

TEST(Events, CountOnlyWhereTheConditionHolds) {
  const auto world_of = [](const std::string& where) {
    return std::make_unique<World>("sequence: {of: card, events: 5, where: \"" + where +
                                   "\", fields: {amount: {log: amount}}}\n");
  };
  const auto play = [](World& world) {
    world.pay(kNoon, R"("amount": "1.00", "type": "refund")");
    world.pay(kNoon + 1, R"("amount": "2.00")", "decline");
    world.pay(kNoon + 2, R"("amount": "3.00")");
    world.label(2, true, kNoon + 10);
  };
  const auto types = world_of("event_type == 'payment'");
  play(*types);
  types->ask(kNoon + 20, R"("amount": "4.00", "type": "refund")");
  EXPECT_EQ(types->codes("amount"), (Codes{number_code(200), number_code(300), number_code(400)}))
      << "the event at hand is always there";
  const auto outcomes = world_of("outcome != 'decline'");
  play(*outcomes);
  outcomes->ask(kNoon + 20, "");
  EXPECT_EQ(outcomes->codes("amount"), (Codes{number_code(100), number_code(300), kAbsentCode}));
  const auto labels = world_of("label == 'fraud'");
  play(*labels);
  labels->ask(kNoon + 9, "");
  EXPECT_EQ(labels->codes("amount"), Codes{kAbsentCode}) << "not known yet";
  labels->ask(kNoon + 10, "");
  EXPECT_EQ(labels->codes("amount"), (Codes{number_code(300), kAbsentCode}));
}

TEST(Events, HaveTheHourOfTheirOwnZone) {
  World world("sequence: {of: card, events: 9, fields: {hour: {hour: time}, booked: {hour: booked}}}\n");
  world.pay(kNoon, R"("home": "America/New_York", "booked": "2026-07-05T12:00:00Z")");
  world.pay(kNoon + 1, R"("home": "nowhere")");
  world.pay(kNoon + 2, R"("home": "Asia/Kolkata", "booked": "1969-12-31T23:59:59Z")");
  world.ask(kNoon + 3, R"("home": "Asia/Kolkata")");
  EXPECT_EQ(world.codes("hour"), (Codes{1 + 7, 1 + 13, 1 + 17, 1 + 17}));
  EXPECT_EQ(world.codes("booked"), (Codes{1 + 8, 0, 1 + 5, 0})) << "in summer, and before 1970";
}

TEST(Events, MayBeTheOneAtHandAlone) {
  World world("sequence: {of: card, events: 1, fields: {gap: {gap: time}, same: {same: merchant}}}\n");
  world.pay(kNoon, R"("merchant": "m")");
  world.ask(kNoon, R"("merchant": "m")");
  EXPECT_EQ(world.codes("gap"), Codes{kAbsentCode});
  EXPECT_EQ(world.codes("same"), Codes{2});
}

TEST(Texts, BecomeNGramsOrNothing) {
  World world(
      "texts:\n"
      "  name: {of: name, grams: [whole], buckets: 1024, at_most: 8}\n"
      "  first: {of: \"name.substring(0, 3) + '!'\", grams: [words, characters], characters: [2, 3], buckets: 64,"
      " at_most: 3}\n");
  const auto& inputs = world.ask(kNoon, R"("name": "Corner  Shop 12")");
  std::vector<std::uint32_t> wanted;
  models::append_grams("Corner  Shop 12", world.definitions().texts[0].rules, wanted);
  ASSERT_EQ(wanted.size(), 1U);
  EXPECT_EQ(inputs.texts[0], wanted);
  wanted.clear();
  models::append_grams("Cor!", world.definitions().texts[1].rules, wanted);
  EXPECT_EQ(inputs.texts[1], wanted);
  EXPECT_EQ(inputs.texts[1].size(), 3U);
  EXPECT_TRUE(world.ask(kNoon, "").texts[0].empty()) << "absent";
  EXPECT_TRUE(world.ask(kNoon, R"("name": "")").texts[0].empty());
  EXPECT_TRUE(world.ask(kNoon, R"("name": "ab")").texts[1].empty()) << "an error of the evaluation";
}

TEST(Inputs, OfAPolicyWithoutSomeAreNone) {
  World world("features: {amount: double(amount)}\n");
  const auto& inputs = world.ask(kNoon, "");
  EXPECT_TRUE(inputs.events.empty());
  EXPECT_TRUE(inputs.texts.empty());
}

}  // namespace
}  // namespace weir::model
