#include "tests/engine/shard/world.h"

#include <gtest/gtest.h>

#include <functional>

#include "engine/base/civil_time.h"

namespace weir::shard::test {
namespace {

constexpr const char* kSchema = R"(fields:
  payment_id: {path: id, type: string, required: true}
  time: {type: timestamp, format: iso8601, required: true}
  card_id: {path: card, type: string, required: true}
  merchant_id: {path: merchant, type: string, required: true}
  amount: {type: money, currency: EUR, required: true}
  channel: {type: enum, values: [online, chip]}
  score_in: {path: vendor.score, type: double}
event_id: payment_id
event_time: time
entities: {card: card_id, merchant: merchant_id}
)";

constexpr const char* kFeatures = R"(card:
  count_1h: {count: events, window: 1h, current: include}
  spent_6h: {sum: amount, window: 6h, where: "channel == 'online'"}
  merchants_1d: {distinct: merchant_id, window: 1d}
  last_merchant: {last: merchant_id, window: 1d}
  since_last: {time_since_last: event, window: 1d}
  mean_vendor: {mean: score_in, window: 6h}
  seen: {first_seen: event}
merchant:
  count_2h: {count: events, window: 2h}
  fraud_share: {share: "label == 'fraud'", window: 1d, offset: 10m, default: 0}
  largest: {max: amount, window: 12h}
  declined_6h: {count: events, window: 6h, where: "outcome == 'decline'"}
)";

constexpr const char* kRules = R"(rules:
  - id: many-payments
    description: Many payments in an hour
    reason: R01
    when: card.count_1h >= 4
    then: {points: 400}
    alert: {per: merchant, once_in: 1h}
  - id: expensive-online
    description: A large online payment
    reason: R02
    when: channel.orValue('chip') == 'online' && amount >= eur('400.00')
    then: {points: 350}
  - id: risky-merchant
    description: The merchant has had fraud
    reason: R03
    when: merchant.fraud_share > 0.2
    then: {outcome: review}
  - id: declined-there-before
    description: Payments at this merchant were declined
    reason: R04
    when: merchant.declined_6h >= 2 && card.merchants_1d > 1
    then: {outcome: decline}
  - id: far-above-mean
    description: Vendor score far above its mean, which fails at the card's first merchant
    reason: R05
    when: score_in.orValue(0.0) > 2.0 * card.mean_vendor.orValue(0.0) / double(6 / card.merchants_1d)
    then: {points: 100}
)";

std::shared_ptr<const policy::Policy> load(std::string features, std::string rules, std::string schema = kSchema) {
  std::vector<policy::PolicyFile> files{
      {"features.yaml", std::move(features)},
      {"lists/known.yaml", "kind: allow\nfield: merchant_id\nsuppresses: [expensive-online]\n"},
      {"policy.yaml",
       "name: small\nhistory: 2d\nthresholds: {review: 400, decline: 700}\nalerts: {per: card, once_in: 6h}\n"
       "control: {one_in: 5, amount: amount, below: 500.00 EUR, salt: a grain of salt, except: [risky-merchant]}\n"},
      {"rules/all.yaml", std::move(rules)},
      {"schema.yaml", std::move(schema)}};
  auto loaded = policy::load_policy(std::move(files), "small/");
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().render());
  if (!loaded) return nullptr;
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

void push(FakeLog& log, std::string key, std::string value, bool traced) {
  const auto partition = std::hash<std::string>{}(key) % log.partitions.size();
  FakeRecord record;
  record.key = std::move(key);
  record.value = std::move(value);
  if (traced) record.headers.emplace_back("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  log.partitions[partition].push_back(std::move(record));
}

}  // namespace

std::shared_ptr<const policy::Policy> small_policy() { return load(kFeatures, kRules); }

std::shared_ptr<const policy::Policy> changed_policy() {
  return load(std::string(kFeatures) + "  online_1h: {count: events, window: 1h, where: \"channel == 'online'\"}\n",
              std::string(kRules) +
                  "  - {id: busy-online, description: Online rush, reason: R06, when: merchant.online_1h >= 3, then: "
                  "{points: 50}}\n");
}

std::shared_ptr<const policy::Policy> stricter_policy() {
  return load(kFeatures, std::string(kRules) +
                             "  - {id: listed, description: A listed merchant, reason: R07, when: merchant_id in "
                             "lists.known, then: {points: 30}}\n");
}

namespace {

// `text` without the line, and without those below it that are indented further.
std::string without(std::string text, std::string_view line_begin) {
  const auto at = text.find(line_begin);
  auto end = text.find('\n', at) + 1;
  const auto indent = line_begin.find_first_not_of(' ');
  while (end < text.size() && text.find_first_not_of(' ', end) > end + indent) end = text.find('\n', end) + 1;
  return text.erase(at, end - at);
}

}  // namespace

std::shared_ptr<const policy::Policy> slimmer_policy() {
  return load(without(kFeatures, "  mean_vendor:"), without(kRules, "  - id: far-above-mean"),
              without(kSchema, "  score_in:"));
}

std::string World::payment(std::uint64_t id, std::int64_t time_ms) {
  std::string text = "{\"id\":\"p" + std::to_string(id) + "\",\"time\":\"" + iso8601(time_ms) + "\",\"card\":\"c" +
                     std::to_string(random_.below(12)) + "\",\"merchant\":\"m" + std::to_string(random_.below(5)) +
                     "\",\"amount\":\"" + std::to_string(random_.below(600)) + "." +
                     std::to_string(10 + random_.below(90)) + "\"";
  if (!random_.one_in(5)) text += random_.one_in(2) ? ",\"channel\":\"online\"" : ",\"channel\":\"chip\"";
  if (!random_.one_in(3)) text += ",\"vendor\":{\"score\":" + std::to_string(random_.below(100)) + ".25}";
  return text + "}";
}

void World::produce(FakeLog& payments, FakeLog& labels, int count) {
  for (int i = 0; i < count; ++i) {
    now_ms_ += static_cast<std::int64_t>(random_.below(600'000));
    const auto kind = random_.below(40);
    if (kind == 0) {
      push(payments, "broken", random_.one_in(2) ? "{\"id\":\"x\"" : "{\"id\":\"x\",\"time\":\"2026-02-30T00:00:00Z\"}",
           false);
      continue;
    }
    if (kind <= 2 && !sent_.empty()) {  // the same again
      const auto& again = sent_[random_.below(sent_.size())];
      push(payments, again.key, again.value, true);
      continue;
    }
    auto id = next_id_++;
    if (kind == 3 && id > 2) id = 1 + random_.below(id - 1);  // an id with other bytes
    auto time_ms = now_ms_ - static_cast<std::int64_t>(random_.below(1000));
    if (kind == 4 || kind == 5) time_ms -= static_cast<std::int64_t>(random_.below(7'200'000));  // late
    if (kind == 6) time_ms -= 3 * 86'400'000LL;                                                  // beyond the history
    auto value = payment(id, time_ms);
    const auto at = value.find("\"card\":\"") + 8;
    auto key = value.substr(at, value.find('"', at) - at);
    sent_.push_back({key, value});
    if (random_.one_in(6)) {  // a label, before or after its event, sometimes revised
      const bool first = random_.one_in(4);
      if (!first) push(payments, key, value, random_.one_in(2));
      for (auto revisions = 1 + random_.below(2); revisions > 0; --revisions) {
        const auto known = now_ms_ + static_cast<std::int64_t>(random_.below(3'600'000)) - 600'000;
        push(labels, "p" + std::to_string(id),
             "{\"event_id\":\"p" + std::to_string(id) + "\",\"label\":\"" + (random_.one_in(3) ? "honest" : "fraud") +
                 "\",\"known_at\":\"" + iso8601(known) + "\"}",
             false);
      }
      if (first) push(payments, key, value, false);
      continue;
    }
    push(payments, key, value, random_.one_in(2));
  }
}

}  // namespace weir::shard::test
