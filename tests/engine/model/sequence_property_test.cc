// Random pasts: what the reader tells of the last events, compared with going through all that were ever paid.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/engine/model/world.h"

namespace weir::model {
namespace {

constexpr std::int64_t kStart = 1'767'600'000'000;
constexpr std::int64_t kHour = 3'600'000;

struct Payment {
  std::int64_t time_ms = 0;
  std::optional<int> cents;
  std::optional<bool> online;
  std::optional<int> channel;
  std::optional<int> merchant;

  std::string json() const {
    static constexpr const char* kChannels[] = {"pos", "web", "atm"};
    std::string text;
    const auto add = [&text](const char* name, const std::string& value) {
      text += (text.empty() ? "\"" : ", \"") + std::string(name) + "\": " + value;
    };
    if (cents) {
      const auto digits = std::to_string(1'000'000 + *cents);
      add("amount", "\"" + std::to_string(*cents / 100) + "." + digits.substr(digits.size() - 2) + "\"");
    }
    if (online) add("online", *online ? "true" : "false");
    if (channel) add("channel", "\"" + std::string(kChannels[*channel]) + "\"");
    if (merchant) add("merchant", "\"m" + std::to_string(*merchant) + "\"");
    return text;
  }
};

// By the definitions, in doubles: exact for what occurs here.
int steps(std::int64_t magnitude) {
  if (magnitude == 0) return 0;
  int exponent = 0;
  while (std::ldexp(2.0, exponent) <= static_cast<double>(magnitude)) ++exponent;
  const double part = static_cast<double>(magnitude) / std::ldexp(1.0, exponent);  // 1 to below 2
  return 1 + 4 * exponent + static_cast<int>(std::floor((part - 1) * 4));
}

int bucket(const std::string& text, std::uint64_t codes) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 1'099'511'628'211U;
  }
  const auto folded = (hash & 0xFFFFFFFFU) ^ (hash >> 32U);
  return static_cast<int>(1 + folded % (codes - 1));
}

class Oracle {
 public:
  void pay(const Payment& payment) { all_.push_back(payment); }

  // Codes of each event, oldest first: amount, gap, age, online, channel, merchant, hour, same merchant.
  std::vector<int> read(const Payment& at_hand, std::int64_t cutoff_ms, bool online_only, std::size_t most) const {
    std::vector<Payment> seen;
    for (const auto& past : all_) {
      if (past.time_ms <= cutoff_ms || past.time_ms > at_hand.time_ms) continue;
      if (online_only && !past.online.value_or(false)) continue;
      seen.push_back(past);
    }
    std::stable_sort(seen.begin(), seen.end(),
                     [](const Payment& a, const Payment& b) { return a.time_ms < b.time_ms; });
    seen.push_back(at_hand);
    if (seen.size() > most) seen.erase(seen.begin(), seen.end() - static_cast<std::ptrdiff_t>(most));
    std::vector<int> codes;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const auto& event = seen[i];
      const auto same = !event.merchant || !at_hand.merchant ? 0 : event.merchant == at_hand.merchant ? 2 : 1;
      codes.insert(codes.end(), {event.cents ? 254 + steps(*event.cents) : 0,
                                 i == 0 ? 0 : 1 + steps(event.time_ms - seen[i - 1].time_ms),
                                 1 + steps(at_hand.time_ms - event.time_ms),
                                 event.online ? 1 + (*event.online ? 1 : 0) : 0, event.channel ? 1 + *event.channel : 0,
                                 event.merchant ? bucket("m" + std::to_string(*event.merchant), 32) : 0,
                                 1 + static_cast<int>((event.time_ms / kHour + 1) % 24), same});
    }
    return codes;
  }

 private:
  std::vector<Payment> all_;
};

std::string inputs(std::size_t events, bool online_only) {
  return "sequence:\n  of: card\n  events: " + std::to_string(events) + "\n" +
         (online_only ? "  where: online\n" : "") +
         "  fields:\n"
         "    amount: {log: amount}\n"
         "    gap: {gap: time}\n"
         "    age: {age: time}\n"
         "    online: {value: online}\n"
         "    channel: {value: channel}\n"
         "    merchant: {hash: merchant, codes: 32}\n"
         "    hour: {hour: time}\n"
         "    same: {same: merchant}\n";
}

// Whether all answers are the same.
bool same(std::uint64_t seed, std::size_t payments, std::size_t events, bool online_only,
          const history::LayoutSpec& tree) {
  std::mt19937_64 random(seed);
  const auto draw = [&](std::uint64_t below) { return static_cast<int>(random() % below); };
  World world(inputs(events, online_only), tree);
  Oracle oracle;
  std::int64_t now_ms = kStart;
  for (std::size_t i = 0; i < payments; ++i) {
    static constexpr std::int64_t kSteps[] = {0, 0, 1, 250, 60'000, 5 * kHour};
    now_ms += kSteps[draw(6)];
    Payment payment;
    payment.time_ms = draw(5) == 0 ? std::max(kStart, now_ms - draw(10 * kHour)) : now_ms;
    const auto maybe = [&](std::uint64_t below) { return draw(8) == 0 ? std::nullopt : std::optional(draw(below)); };
    payment.cents = maybe(2'000'000);
    if (const auto online = maybe(2)) payment.online = *online == 1;
    payment.channel = maybe(3);
    payment.merchant = maybe(4);
    const std::int64_t cutoff_ms = draw(3) == 0 ? now_ms - draw(40 * kHour) : INT64_MIN;
    const auto& read = world.ask(payment.time_ms, payment.json(), cutoff_ms);
    const auto wanted = oracle.read(payment, cutoff_ms, online_only, events);
    if (!std::equal(wanted.begin(), wanted.end(), read.events.begin(), read.events.end())) return false;
    world.pay(payment.time_ms, payment.json());
    oracle.pay(payment);
  }
  return true;
}

RC_GTEST_PROP(Sequence, OfSmallTreesEqualsGoingThroughAll, (std::uint64_t seed)) {
  history::LayoutSpec tree;
  tree.leaf_rows = *rc::gen::inRange<std::uint32_t>(2, 9);
  tree.fanout = *rc::gen::inRange<std::uint32_t>(4, 17);
  RC_ASSERT(same(seed, *rc::gen::inRange<std::size_t>(1, 60), *rc::gen::element<std::size_t>(1, 2, 5, 32),
                 *rc::gen::arbitrary<bool>(), tree));
}

TEST(Sequence, OfALongPastEqualsGoingThroughAll) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) EXPECT_TRUE(same(seed, 1'500, 256, seed == 1, {}));
}

}  // namespace
}  // namespace weir::model
