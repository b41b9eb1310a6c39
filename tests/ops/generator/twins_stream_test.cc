// The same as twins_test.cc, asked of the stream itself: what a bank can see of a card before the loss.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ops/generator/scenario.h"
#include "tests/ops/generator/sample.h"
#include "tests/ops/generator/two_samples.h"

namespace weir::generator {
namespace {

struct Payment {
  std::int64_t time_ms = 0;
  std::int64_t cents = 0;
  std::string channel;
  std::string category;
  std::string merchant;
  std::string device;
};

std::int64_t cents_of(const std::string& text) {
  const std::size_t point = text.find('.');
  return std::stoll(text.substr(0, point)) * 100 + std::stoll(text.substr(point + 1));
}

using Figures = std::map<std::string, std::int64_t>;

void windows(const std::vector<Payment>& past, std::int64_t now_ms, Figures& out) {
  for (const std::int64_t minutes : {10, 30, 60, 120, 360, 1440, 10'080}) {
    const std::string window = " in " + std::to_string(minutes) + " min";
    std::set<std::string> shops;
    std::int64_t& least = out["least" + window] = INT64_MAX;
    for (const Payment& payment : past) {
      if (payment.time_ms <= now_ms - minutes * kMinuteMs) continue;
      ++out["count" + window];
      out["sum" + window] += payment.cents;
      out["small" + window] += payment.cents < 500;
      ++out["count by " + payment.channel + window];
      out["sum by " + payment.channel + window] += payment.cents;
      out.emplace("first by " + payment.channel + window, payment.cents);
      if (payment.cents < 2'600) out.emplace("first small" + window, payment.cents);
      shops.insert(payment.merchant);
      least = std::min(least, payment.cents);
      std::int64_t& largest = out["largest" + window];
      largest = std::max(largest, payment.cents);
    }
    out["shops" + window] = static_cast<std::int64_t>(shops.size());
  }
}

// What windows and last values say at a payment, after those before it.
Figures figures_at(const std::vector<Payment>& past, const Payment& now) {
  Figures out;
  out["amount"] = now.cents;
  out["hour"] = now.time_ms / kHourMs % 24;
  windows(past, now.time_ms, out);
  for (std::size_t back = 1; back <= 3 && back <= past.size(); ++back) {
    const Payment& before = past[past.size() - back];
    out["amount " + std::to_string(back) + " back"] = before.cents;
    out["time since " + std::to_string(back) + " back"] = now.time_ms - before.time_ms;
  }
  std::set<std::string> devices;
  for (const Payment& payment : past) {
    out["time since " + payment.channel] = now.time_ms - payment.time_ms;
    out["last amount by " + payment.channel] = payment.cents;
    out["time since " + payment.category] = now.time_ms - payment.time_ms;
    if (payment.cents < 500) out["time since small"] = now.time_ms - payment.time_ms;
    out["same shop"] += payment.merchant == now.merchant;
    devices.insert(payment.device);
  }
  out["devices"] = static_cast<std::int64_t>(devices.size());
  return out;
}

// The first loss of each incident, by typology's pair and figure.
std::map<std::string, std::map<std::string, TwoSamples>> collect(const Sample& sample) {
  std::map<std::string, std::pair<std::string, bool>> pairs;
  for (const auto& scenario : make_scenarios()) {
    if (scenario->kind() != Kind::kOrder) continue;
    pairs[std::string(scenario->name())] = {std::string(scenario->name()), true};
    pairs[std::string(scenario->twin_name())] = {std::string(scenario->name()), false};
  }
  std::map<std::string, std::vector<Payment>> cards;
  std::map<std::string, std::pair<std::int64_t, int>> visits;  // of the incident of a card that is under way
  std::map<std::string, std::map<std::string, TwoSamples>> out;
  for (const std::size_t i : sample.events_by_time()) {
    const Members& members = sample.members[i];
    if (members.at("type") != "card_payment") continue;
    const auto member = [&](const char* name) { return members.contains(name) ? members.at(name) : std::string(); };
    const Payment payment{sample.records[i].event_time_ms,
                          cents_of(member("billing_amount")),
                          member("channel"),
                          member("merchant.category"),
                          member("merchant.id"),
                          member("device.id")};
    const std::string& customer = members.at("customer.id");
    std::vector<Payment>& past = cards[customer];
    const auto pair = pairs.find(std::string(sample.records[i].truth.typology));
    if (pair != pairs.end()) {
      auto& [last_ms, count] = visits[customer];
      if (payment.time_ms - last_ms > kDayMs / 2) count = 0;
      last_ms = payment.time_ms;
      if (++count == 16) {
        for (const auto& [name, value] : figures_at(past, payment)) {
          out[pair->second.first][name].add(pair->second.second, value);
        }
      }
    }
    past.push_back(payment);
  }
  return out;
}

TEST(TwinsInTheStream, WindowsAndLastValuesAtTheLossAreAlike) {
  GeneratorOptions options = options_with_seed(26);
  options.order_share = 0.05;
  const auto pairs = collect(take_sample(options, 150'000));
  ASSERT_EQ(pairs.size(), 3U);
  for (const auto& [name, figures] : pairs) {
    EXPECT_GT(figures.size(), 80U);
    for (const auto& [figure, samples] : figures) {
      if (samples.size() < 100) continue;
      EXPECT_TRUE(samples.alike()) << name << ": " << figure << " differs by " << samples.distance();
    }
  }
}

}  // namespace
}  // namespace weir::generator
