#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

struct Payment {
  const GeneratedRecord& record;
  const Members& members;
  const std::string& at(const std::string& path) const { return members.at(path); }
  bool has(const std::string& path) const { return members.contains(path); }
};

std::vector<Payment> events_of(const Sample& sample) {
  std::vector<Payment> out;
  for (const std::size_t i : sample.events_by_time()) out.push_back({sample.records[i], sample.members[i]});
  return out;
}

std::int64_t billing_cents(const Payment& payment) { return *parse_decimal(payment.at("billing_amount"), 2); }

TEST(StreamContent, EveryTypeHasItsMembers) {
  std::map<std::string, int> types;
  for (const Payment& event : events_of(default_sample())) {
    ++types[event.at("type")];
    ASSERT_TRUE(event.has("id") && event.has("time") && event.has("customer.id") && event.has("account") &&
                event.has("channel"));
    if (event.at("type") == "profile_change") {
      ASSERT_TRUE(event.has("change") && event.has("customer.birth_date") && !event.has("amount"));
      continue;
    }
    ASSERT_TRUE(event.has("amount") && event.has("currency") && event.has("billing_amount"));
    if (event.at("type") == "card_payment") {
      ASSERT_TRUE(event.has("card.number") && event.has("merchant.category") && event.has("authentication"));
      ASSERT_NE(event.has("terminal"), event.at("channel") == "online") << event.record.value;
    } else {
      ASSERT_TRUE(event.has("counterparty.account") && event.has("direction") && event.has("memo") &&
                  event.has("reference"));
    }
    ASSERT_GT(event.record.value.size(), 300U);
    ASSERT_LT(event.record.value.size(), 700U);
  }
  EXPECT_EQ(types.size(), 3U);
  EXPECT_GT(types["account_payment"], 20'000);
  EXPECT_GT(types["profile_change"], 200);
}

TEST(StreamContent, TimesInTheRecordAreTheEventsTimes) {
  for (const Payment& event : events_of(default_sample())) {
    ASSERT_EQ(*parse_iso8601_ms(event.at("time"), false), event.record.event_time_ms);
  }
}

TEST(StreamContent, AmountsHaveTheDecimalsOfTheirCurrency) {
  std::set<std::string> currencies;
  for (const Payment& event : events_of(default_sample())) {
    if (!event.has("amount")) continue;
    const auto currency = currency_by_code(event.at("currency"));
    ASSERT_TRUE(currency.has_value());
    const auto amount = parse_decimal(event.at("amount"), currency->exponent);
    ASSERT_TRUE(amount.ok()) << event.record.value;
    ASSERT_GT(*amount, 0);
    ASSERT_GT(billing_cents(event), 0);
    currencies.insert(event.at("currency"));
  }
  EXPECT_TRUE(currencies.contains("GBP") && currencies.contains("USD") && currencies.contains("JPY") &&
              currencies.contains("TND"));
}

TEST(StreamContent, FraudIsTheConfiguredShareOfPayments) {
  for (const double share : {0.0, 0.005, 0.05}) {
    GeneratorOptions options = options_with_seed(31);
    options.fraud_share = share;
    options.laundering_share = 0;
    Generator generator(options);
    GeneratedRecord record;
    double payments = 0;
    double fraud = 0;
    for (int i = 0; i < 200'000 && generator.next(record); ++i) {
      if (record.topic != StreamTopic::kTransactions || record.duplicate || record.id[0] != 'p') continue;
      ++payments;
      fraud += record.truth.fraud;
    }
    EXPECT_NEAR(fraud / payments, share, share * 0.2) << share;
  }
}

TEST(StreamContent, PaymentsPerCustomerAndDayAreAboutTheConfiguredRate) {
  for (const double rate : {0.5, 2.0, 10.0}) {
    GeneratorOptions options = options_with_seed(32);
    options.payments_per_day = rate;
    options.customers = 200;
    constexpr int kDays = 56;
    Generator generator(options);
    GeneratedRecord record;
    double payments = 0;
    while (generator.next(record) && record.stream_time_ms < options.start_ms + kDays * 86'400'000LL) {
      payments += record.topic == StreamTopic::kTransactions && record.id[0] == 'p';
    }
    EXPECT_NEAR(payments / 200 / kDays, rate, rate * 0.15) << rate;
  }
}

TEST(StreamContent, EveryTypologyAndLookalikeOccurs) {
  std::map<std::string, int> fraud;
  std::map<std::string, int> honest;
  for (const Payment& event : events_of(default_sample())) {
    ++(event.record.truth.fraud ? fraud : honest)[std::string(event.record.truth.typology)];
  }
  for (const char* name : {"card_testing", "account_takeover", "mule_fan_in", "bust_out"}) {
    EXPECT_GT(fraud[name], 50) << name;
  }
  for (const char* name : {"app_spree", "house_move", "group_collection", "holiday_abroad", "new_phone"}) {
    EXPECT_GT(honest[name], 50) << name;
  }
  EXPECT_EQ(fraud.count(""), 0U);
}

TEST(StreamContent, MedianAmountsAreThoseOfTheirCategory) {
  std::map<std::string, std::vector<std::int64_t>> amounts;
  for (const Payment& event : events_of(default_sample())) {
    if (event.has("merchant.category")) amounts[event.at("merchant.category")].push_back(billing_cents(event));
  }
  const auto median = [&](const char* category) {
    auto& values = amounts[category];
    EXPECT_GT(values.size(), 100U) << category;
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return static_cast<double>(values[values.size() / 2]);
  };
  EXPECT_NEAR(median("5411"), 2'350, 350);     // grocery
  EXPECT_NEAR(median("5462"), 520, 80);        // bakery
  EXPECT_NEAR(median("5541"), 5'600, 800);     // fuel
  EXPECT_NEAR(median("6011"), 8'000, 1'000);   // cash
  EXPECT_NEAR(median("5732"), 10'500, 2'500);  // electronics
}

TEST(StreamContent, NightsAreQuietAndShopsAreShutOnSundays) {
  double cards = 0;
  double nights = 0;
  double groceries = 0;
  double sunday_groceries = 0;
  for (const Payment& event : events_of(default_sample())) {
    if (!event.has("merchant.category")) continue;
    const int hour = civil_from_ms(event.record.event_time_ms + 3'600'000).hour;  // winter time in the home countries
    ++cards;
    nights += hour < 5;
    if (event.at("merchant.category") != "5411" || event.at("channel") == "online") continue;
    ++groceries;
    sunday_groceries += weekday_from_ms(event.record.event_time_ms + 3'600'000) == 0;
  }
  EXPECT_GT(nights / cards, 0.01);
  EXPECT_LT(nights / cards, 0.05);
  EXPECT_LT(sunday_groceries / groceries, 0.04);
}

TEST(StreamContent, BlackFridayIsAPeakOfElectronics) {
  GeneratorOptions options = options_with_seed(33);
  options.start_ms = 1'763'942'400'000;  // Monday, 2025-11-24
  Generator generator(options);
  GeneratedRecord record;
  std::array<int, 7> electronics{};
  bool tagged = false;
  while (generator.next(record) && record.stream_time_ms < options.start_ms + 7 * 86'400'000LL) {
    if (record.value.find(R"("category":"5732")") == std::string::npos || record.duplicate) continue;
    ++electronics[static_cast<std::size_t>((record.event_time_ms - options.start_ms) / 86'400'000)];
    tagged = tagged || record.truth.typology == "black_friday";
  }
  EXPECT_GT(electronics[4], 4 * electronics[1]);
  EXPECT_TRUE(tagged);
}

// The second of two legs follows the first within two seconds, between the same accounts, in the other direction.
TEST(StreamContent, TransfersWithinTheBankHaveTwoLegs) {
  std::map<std::string, const Payment*> first_legs;
  const std::vector<Payment> events = events_of(default_sample());
  std::size_t pairs = 0;
  for (const Payment& event : events) {
    if (event.at("type") != "account_payment") continue;
    const bool within = event.at("counterparty.account").substr(4, 8) == event.at("account").substr(4, 8);
    if (!within) continue;
    if (event.at("direction") == "out") {
      first_legs[event.at("reference")] = &event;
      continue;
    }
    const Payment& first = *first_legs.at(event.at("reference"));
    ++pairs;
    ASSERT_EQ(first.at("account"), event.at("counterparty.account"));
    ASSERT_EQ(first.at("counterparty.account"), event.at("account"));
    ASSERT_EQ(first.at("amount"), event.at("amount"));
    ASSERT_EQ(first.at("memo"), event.at("memo"));
    ASSERT_EQ(first.record.truth.typology, event.record.truth.typology);
    ASSERT_LT(event.record.event_time_ms - first.record.event_time_ms, 2'000);
  }
  EXPECT_GT(pairs, 3'000U);
}

// In the customer's own country and second city: nobody is seen in two countries within an hour.
TEST(StreamContent, NoCustomerIsInTwoCountriesWithinAnHour) {
  std::map<std::string, std::pair<std::int64_t, std::string>> last;
  for (const Payment& event : events_of(default_sample())) {
    if (!event.has("terminal")) continue;
    auto& [time_ms, country] = last[event.at("customer.id")];
    if (event.record.event_time_ms - time_ms < 3'600'000 && event.record.truth.typology.empty()) {
      EXPECT_EQ(country, event.at("merchant.country")) << event.record.value;
    }
    time_ms = event.record.event_time_ms;
    country = event.at("merchant.country");
  }
}

// Order has to tell fraud from honest life: a value that only fraud has would make the task trivial.
TEST(StreamContent, NoCommonValueIsFraudAlone) {
  std::map<std::string, std::pair<int, int>> values;  // events, frauds
  const auto note = [&](const Payment& payment, const std::string& path, const std::string& value) {
    auto& [events, frauds] = values[path + "=" + value];
    ++events;
    frauds += payment.record.truth.fraud;
  };
  for (const Payment& event : events_of(default_sample())) {
    if (event.record.id[0] != 'p') continue;
    for (const char* path : {"channel", "authentication", "currency", "direction", "instant", "counterparty.country",
                             "merchant.category", "merchant.country"}) {
      if (event.has(path)) note(event, path, event.at(path));
    }
    if (event.has("memo")) note(event, "memo", event.at("memo").substr(0, event.at("memo").find(' ')));
    if (event.has("device.ip")) note(event, "country of ip", event.at("device.ip").substr(0, 6));
    note(event, "hour", event.at("time").substr(11, 2));
  }
  for (const auto& [value, counts] : values) {
    if (counts.first >= 20) {
      EXPECT_LT(counts.second, counts.first * 0.75) << value;
    }
  }
}

}  // namespace
}  // namespace weir::generator
