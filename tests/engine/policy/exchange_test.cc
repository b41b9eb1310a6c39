// Exchange rates: the file, what rules make of them, and amounts in the base currency.
#include <gtest/gtest.h>

#include "engine/base/civil_time.h"
#include "engine/event/reader.h"
#include "engine/policy/limits.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

constexpr const char* kRates =
    "date,currency,rate\n"
    "2026-01-05,USD,1.25\n"
    "2026-01-06,USD,2\n"
    "2026-01-05,JPY,160.25\n";

// A policy with amounts in any currency, and rates.
struct Bureau : Sample {
  std::string rates = kRates;
  bool has_rates = true;

  Bureau() {
    policy += "exchange: {base: EUR, max_age: 3d}\n";
    schema = with(schema, "  channel:",
                  "  fee: {type: money, currency_from: fee_currency}\n  fee_currency: string\n"
                  "  fee_eur: {derive: base_amount, from: fee}\n  channel:");
    features = "card:\n  fees_1h: {sum: fee_eur, window: 1h, current: include}\n";
    rules = with(rules, "card.count_1h > 3", "has(fee) && fee >= eur('10.00')");
  }
  std::vector<PolicyFile> files() const {
    auto all = Sample::files();
    if (has_rates) all.push_back({"exchange.csv", rates});
    return all;
  }
  Result<Policy, Issues> load() const { return load_policy(files(), ""); }
  std::string report() const {
    const auto loaded = load();
    return loaded.ok() ? "" : loaded.error().render();
  }
};

std::string record(std::string_view time, std::string_view fee, std::string_view currency) {
  return R"({"id":"1","time":")" + std::string(time) + R"(","amount":"1.00","channel":"chip",)" +
         R"("card":{"number":"1"},"rate":0.5,"flag":true,"count":1,"shop":"s","fee":")" + std::string(fee) +
         R"(","fee_currency":")" + std::string(currency) + R"("})";
}

// The verdict of the one rule over a record.
std::string verdict(const Policy& policy, std::string_view json, event::Event& event) {
  event::JsonReader reader(*policy.schema, "0123456789abcdef0123456789abcdef");
  event::Reject reject;
  EXPECT_TRUE(reader.read(json, event::kNoClock, event, reject)) << reject.field << ": " << reject.detail;
  book::Workspace workspace(*policy.rules);
  book::Verdicts verdicts;
  policy.rules->evaluate(event.slots(), workspace, verdicts);
  const auto kind = verdicts.of(0);
  if (kind == book::VerdictKind::kError) return std::string(error_code_name(verdicts.error_of(0).code()));
  return kind == book::VerdictKind::kHit ? "hit" : "miss";
}

event::Event empty_event(const Policy& policy) {
  return {*policy.schema, policy.rules->slot_count() - policy.schema->slot_count()};
}

TEST(ExchangeRates, RulesConvertAtTheEventsTime) {
  const auto policy = Bureau().load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  auto event = empty_event(*policy);
  const auto of = [&](std::string_view time, std::string_view fee, std::string_view currency) {
    return verdict(*policy, record(time, fee, currency), event);
  };
  EXPECT_EQ(of("2026-01-05T00:00:00Z", "12.50", "USD"), "hit");
  EXPECT_EQ(of("2026-01-05T00:00:00Z", "12.49", "USD"), "miss");
  EXPECT_EQ(of("2026-01-05T23:59:59.999Z", "12.50", "USD"), "hit");
  EXPECT_EQ(of("2026-01-06T00:00:00Z", "12.50", "USD"), "miss") << "two dollars for a euro from here on";
  EXPECT_EQ(of("2026-01-08T23:59:59.999Z", "20.00", "USD"), "hit");
  EXPECT_EQ(of("2026-01-09T00:00:00Z", "20.00", "USD"), "currency_mismatch") << "the rate is too old";
  EXPECT_EQ(of("2026-01-04T23:59:59.999Z", "20.00", "USD"), "currency_mismatch") << "there was none yet";
  EXPECT_EQ(of("2026-01-05T00:00:00Z", "1603", "JPY"), "hit");
  EXPECT_EQ(of("2026-01-05T00:00:00Z", "1600", "JPY"), "miss");
  EXPECT_EQ(of("2026-01-05T00:00:00Z", "500.00", "CHF"), "currency_mismatch");
  EXPECT_EQ(of("1999-01-05T00:00:00Z", "10.00", "EUR"), "hit") << "one currency needs no rate";
}

TEST(ExchangeRates, ABaseAmountIsDerivedOnceWhenTheEventIsRead) {
  const auto policy = Bureau().load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  const auto slot = *policy->schema->find("fee_eur");
  EXPECT_EQ(policy->schema->fields[slot].currency, 978);
  auto event = empty_event(*policy);
  const auto of = [&](std::string_view time, std::string_view fee, std::string_view currency) {
    (void)verdict(*policy, record(time, fee, currency), event);
    return event[slot];
  };
  EXPECT_TRUE(identical(of("2026-01-05T12:00:00Z", "100.00", "USD"), Value::money(8000, 978)));
  EXPECT_TRUE(identical(of("2026-01-06T12:00:00Z", "100.01", "USD"), Value::money(5000, 978))) << "half to even";
  EXPECT_TRUE(identical(of("2026-01-06T12:00:00Z", "100.03", "USD"), Value::money(5002, 978)));
  EXPECT_TRUE(identical(of("2026-01-06T12:00:00Z", "-3.00", "EUR"), Value::money(-300, 978)));
  EXPECT_TRUE(of("2026-02-06T12:00:00Z", "100.00", "USD").is_absent());
  EXPECT_TRUE(of("2026-01-05T12:00:00Z", "100.00", "CHF").is_absent());
}

TEST(ExchangeRates, TestsBesideRulesUseThem) {
  Bureau bureau;
  bureau.rules +=
      "tests:\n"
      "  - {given: {fee: 12.50 USD, time: 2026-01-05T09:00:00Z}, expect: hit}\n"
      "  - {given: {fee: 12.50 USD, time: 2026-01-06T09:00:00Z}, expect: miss}\n"
      "  - {given: {fee: 12.50 USD}, expect: error}\n"
      "  - {given: {}, expect: miss}\n";
  std::vector<book::TestedRule> tests;
  const auto policy = load_policy(bureau.files(), "", &tests);
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  Issues issues;
  book::TestTally tally;
  for (const auto& rule : tests) book::run_tests(rule, policy->rules->slot_count(), issues, tally);
  EXPECT_EQ(issues.render(), "");
  EXPECT_EQ(tally.passed, 4U);
}

TEST(ExchangeRates, AreAPartOfThePolicy) {
  Bureau bureau;
  const auto hash = bureau.load()->hash;
  bureau.rates += "2026-01-07,USD,3\n";
  EXPECT_NE(bureau.load()->hash, hash);
}

TEST(ExchangeRates, TheTableAndItsNameBelongTogether) {
  Bureau bureau;
  bureau.has_rates = false;
  EXPECT_EQ(bureau.report(),
            "policy.yaml:4:1: error: the policy has no file exchange.csv with the rates\n"
            "    exchange: {base: EUR, max_age: 3d}\n    ^~~~~~~~\n");
  bureau.has_rates = true;
  bureau.policy = Sample().policy;
  const auto report = bureau.report();
  EXPECT_NE(report.find("exchange.csv: error: policy.yaml does not say what the rates are for"), std::string::npos);
  EXPECT_NE(report.find("schema.yaml:7:21: error: the policy has no exchange rates"), std::string::npos) << report;
}

TEST(ExchangeRates, SettingsHaveTheirFaults) {
  const auto says = [](std::string_view settings, std::string_view text) {
    Bureau bureau;
    bureau.policy = Sample().policy + "exchange: " + std::string(settings) + "\n";
    const auto report = bureau.report();
    EXPECT_NE(report.find(text), std::string::npos) << report;
    EXPECT_EQ(report.find("schema.yaml"), std::string::npos) << "one fault is not two: " << report;
  };
  says("{}", "`base`");
  says("{base: EUX}", "`EUX` is not a currency of ISO 4217");
  says("{base: EUR, max_age: 1h}", "a rate counts for 1d to 366d");
  says("{base: EUR, max_age: 367d}", "a rate counts for 1d to 366d");
  says("{base: EUR, max_ages: 3d}", "did you mean `max_age`?");
  says("EUR", "policy.yaml:4:11: error: ");
}

TEST(ExchangeRates, ABaseAmountIsOfMoneyOfTheRecord) {
  const auto says = [](std::string_view from, std::string_view text) {
    Bureau bureau;
    bureau.schema = with(bureau.schema, "from: fee}", "from: " + std::string(from) + "}");
    EXPECT_NE(bureau.report().find(text), std::string::npos) << bureau.report();
  };
  says("shop", "`base_amount` is of money, `shop` is of type string");
  says("fee_eur", "`fee_eur` is derived itself");
  says("fees", "did you mean `fee`?");
}

std::string faults(std::string_view rates) {
  Bureau bureau;
  bureau.rates = rates;
  return bureau.report();
}

TEST(ExchangeRates, EveryFaultHasItsLineAndColumn) {
  EXPECT_EQ(faults("date,currency,rate\n"
                   "2026-01-05,USD,1.25\n"
                   "2026-02-30,USD,1.25\n"
                   "2026-01-06,XXQ,1.25\n"
                   "2026-01-06,EUR,1.25\n"
                   "2026-01-06,USD,1,25\n"
                   "2026-01-06,USD,0.00\n"
                   "2026-1-6,usd,-1\n"
                   "\n"
                   "2026-01-05,USD,1.3\n"),
            "exchange.csv:3:1: error: this is not a date\n"
            "    2026-02-30,USD,1.25\n"
            "    ^~~~~~~~~~\n"
            "    write for example 2026-01-05\n"
            "exchange.csv:4:12: error: this is not a currency of ISO 4217\n"
            "    2026-01-06,XXQ,1.25\n"
            "               ^~~\n"
            "    write for example USD or JPY\n"
            "exchange.csv:5:12: error: EUR is the base currency: its rate is always 1\n"
            "    2026-01-06,EUR,1.25\n"
            "               ^~~\n"
            "exchange.csv:6:1: error: a row is a date, a currency and a rate\n"
            "    2026-01-06,USD,1,25\n"
            "    ^~~~~~~~~~~~~~~~~~~\n"
            "    write for example 2026-01-05,USD,1.0378\n"
            "exchange.csv:7:16: error: a rate is above 0\n"
            "    2026-01-06,USD,0.00\n"
            "                   ^~~~\n"
            "exchange.csv:8:1: error: this is not a date\n"
            "    2026-1-6,usd,-1\n"
            "    ^~~~~~~~\n"
            "    write for example 2026-01-05\n"
            "exchange.csv:8:10: error: this is not a currency of ISO 4217\n"
            "    2026-1-6,usd,-1\n"
            "             ^~~\n"
            "    write USD\n"
            "exchange.csv:8:14: error: this is not a rate\n"
            "    2026-1-6,usd,-1\n"
            "                 ^~\n"
            "    write for example 1.0378\n"
            "exchange.csv:9:1: error: a row is a date, a currency and a rate\n"
            "    write for example 2026-01-05,USD,1.0378\n"
            "exchange.csv:10:1: error: the rate of this day and currency stands in line 2\n"
            "    2026-01-05,USD,1.3\n"
            "    ^~~~~~~~~~~~~~~~~~\n");
  EXPECT_EQ(faults(""), "exchange.csv: error: the file is empty\n    its first line is date,currency,rate\n");
  EXPECT_EQ(faults("Date,Currency,Rate\n"),
            "exchange.csv:1:1: error: this is not the header of a table of rates\n"
            "    Date,Currency,Rate\n"
            "    ^~~~~~~~~~~~~~~~~~\n"
            "    its first line is date,currency,rate\n");
  EXPECT_NE(faults("\xef\xbb\xbf"
                   "date,currency,rate\n")
                .find("exchange.csv:1:1: error: this character"),
            std::string::npos);
}

TEST(ExchangeRates, WrittenInOtherWays) {
  EXPECT_EQ(faults("date,currency,rate\r\n2026-01-05,USD,1.25\r\n"), "");
  EXPECT_EQ(faults("date,currency,rate\n2026-01-05,USD,001.250000000000000000"), "") << "zeros are no digits";
  EXPECT_EQ(faults("date,currency,rate\n"), "") << "no rates, no faults";
  for (const auto* rate : {"", ".5", "1.", "1e3", "+1", " 1", "1 ", "1.2.3", "nan", "0x1"}) {
    EXPECT_NE(faults("date,currency,rate\n2026-01-05,USD," + std::string(rate)).find("this is not a rate"),
              std::string::npos)
        << rate;
  }
  for (const auto* rate : {"1234567890123456789", "0.0000000000001", "1234567.123456789012"}) {
    EXPECT_NE(faults("date,currency,rate\n2026-01-05,USD," + std::string(rate)).find("a rate has at most 18 digits"),
              std::string::npos)
        << rate;
  }
  EXPECT_EQ(faults("date,currency,rate\n2026-01-05,USD,123456.123456789012\n"), "");
}

TEST(ExchangeRates, HaveALimit) {
  std::string rates = "date,currency,rate\n";
  for (std::size_t i = 0; i < kMaxExchangeRates; ++i) {
    const auto day = static_cast<std::int64_t>(i / 2) * 86'400'000;
    rates += iso8601(day).substr(0, 10) + (i % 2 == 0 ? ",USD,2\n" : ",JPY,2\n");
  }
  EXPECT_EQ(faults(rates).find("exchange.csv:"), std::string::npos) << faults(rates).substr(0, 500);
  rates += "1969-01-01,USD,2\n";
  EXPECT_NE(faults(rates).find("exchange.csv:200002:1: error: the file has more than 200000 rates"), std::string::npos);
}

}  // namespace
}  // namespace weir::policy
