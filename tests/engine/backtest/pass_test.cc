// The past played through the core: labels as they were known then, what could not be read, and the order of topics.
#include "engine/backtest/pass.h"

#include <gtest/gtest.h>

#include "engine/backtest/figures.h"
#include "engine/base/civil_time.h"
#include "tests/engine/backtest/made_ledger.h"
#include "tests/engine/shard/fake_topic.h"

namespace weir::backtest {
namespace {

constexpr std::int64_t kBegin = 1'767'225'600'000;  // 2026-01-01

std::string record(const std::string& id, std::int64_t days, const std::string& amount, const std::string& card,
                   const std::string& label = "") {
  std::string text =
      R"({"id":")" + id + R"(","time":")" + iso8601(kBegin + days * 86'400'000) + R"(","card_id":")" + card + "\"";
  if (!amount.empty()) text += R"(,"amount":")" + amount + "\"";
  if (!label.empty()) text += R"(,"label_in":")" + label + "\"";
  return text + "}";
}

// Records in memory as a topic of one partition or more.
struct Past {
  explicit Past(std::size_t partitions = 1) : random(5), log("payments", partitions) {}
  void add(const std::string& text, std::size_t partition = 0) {
    log.partitions[partition].push_back({std::nullopt, text, {}, 0});
  }
  Ledger play(PassOptions options = {}) {
    const auto policy = made_policy();
    options.subjects = {policy->schema->find("amount"), 0, 0};
    auto source =
        open_topics(std::make_unique<shard::test::FakeReader>(std::vector{&log}, random), *policy->schema, "");
    EXPECT_TRUE(source.ok());
    auto ledger = backtest::play(policy, **source, options);
    EXPECT_TRUE(ledger.ok());
    return std::move(*ledger);
  }
  shard::test::Random random;
  shard::test::FakeLog log;
};

TEST(Pass, FeaturesSeeLabelsAsTheyWereKnownThen) {
  Past past;
  past.add(record("1", 0, "1.00", "c", "bad"));  // known on day 2
  past.add(record("2", 1, "1.00", "c", "good"));
  past.add(record("3", 2, "1.00", "c", "good"));
  const auto ledger = past.play();
  ASSERT_EQ(ledger.payments.size(), 3U);
  EXPECT_FALSE(ledger.verdict.alerts(1)) << "nobody knew yet";
  EXPECT_TRUE(ledger.verdict.alerts(2));
  EXPECT_EQ(ledger.verdict.forced[2], 1) << "by a hard rule";
  EXPECT_EQ(ledger.payments.truth, (std::vector<Truth>{Truth::kFraud, Truth::kHonest, Truth::kHonest}));
  EXPECT_EQ(ledger.labels_known_ms, kBegin + 4 * kDayMs);
}

TEST(Pass, LabelsBesidesTheRecordsCountFromWhenTheyWereKnown) {
  Past past;
  for (int day = 0; day < 4; ++day) past.add(record(std::to_string(day), day, "1.00", "c"));
  const auto policy = made_policy();
  Labels labels(*policy->schema, "");
  ASSERT_TRUE(
      labels.add(R"({"event_id":"0","label":"fraud","known_at":)" + std::to_string(kBegin + 3 * kDayMs) + "}", "l:1")
          .ok());
  PassOptions options;
  options.labels = &labels;
  const auto ledger = past.play(options);
  EXPECT_FALSE(ledger.verdict.alerts(2));
  EXPECT_TRUE(ledger.verdict.alerts(3));
  EXPECT_EQ(ledger.payments.truth,
            (std::vector<Truth>{Truth::kFraud, Truth::kUnknown, Truth::kUnknown, Truth::kUnknown}));

  // Whose label is known too late for the scoring is of unknown truth; features are as before.
  options.maturity.until_ms = kBegin + 3 * kDayMs - 1;
  const auto early = past.play(options);
  EXPECT_EQ(early.payments.truth[0], Truth::kUnknown);
  EXPECT_TRUE(early.verdict.alerts(3));

  // Silence for two days is honesty, if somebody says so.
  options.maturity = {INT64_MAX, 2 * kDayMs};
  EXPECT_EQ(past.play(options).payments.truth,
            (std::vector<Truth>{Truth::kFraud, Truth::kHonest, Truth::kUnknown, Truth::kUnknown}));
  // The end of what is looked at is not the end of what is known.
  options.until_ms = kBegin + 2 * kDayMs;
  const auto part = past.play(options);
  EXPECT_EQ(part.payments.truth, (std::vector<Truth>{Truth::kFraud, Truth::kHonest}));
  EXPECT_EQ(part.seen_until_ms, kBegin + 3 * kDayMs);
}

TEST(Pass, CountsWhatIsNoPayment) {
  Past past;
  past.add(record("1", 0, "30.00", "c"));
  past.add(record("1b", 0, "1.00", "c"));  // the stream's clock begins with its second event
  past.add(record("1b", 0, "1.00", "c"));
  past.add("{\"id\":\"2\"}");
  past.add(record("3", 0, "", "c"));
  past.add(record("4", 1, "12.00", "d"));
  const auto ledger = past.play();
  EXPECT_EQ(ledger.counts.records, 6U);
  EXPECT_EQ(ledger.counts.failed, 1U);
  EXPECT_EQ(ledger.counts.duplicates, 1U);
  EXPECT_EQ(ledger.counts.other_types, 1U);
  ASSERT_EQ(ledger.failures.size(), 1U);
  EXPECT_EQ(ledger.failures[0].origin, "payments/0@3");
  EXPECT_EQ(ledger.failures[0].what, "missing_field, field time: the required field is not there");
  ASSERT_EQ(ledger.payments.size(), 3U);
  EXPECT_EQ(ledger.payments.amount, (std::vector<std::int64_t>{3000, 100, 1200}));
  EXPECT_EQ(ledger.payments.cards, 2U);
  EXPECT_EQ(ledger.verdict.score, (std::vector<std::int16_t>{550, 0, 300}));
  EXPECT_EQ(ledger.verdict.reasons(0).size(), 2U);
  EXPECT_EQ(ledger.verdict.shadows(2).size(), 1U);
}

TEST(Pass, AnIdThatIsUsedTwiceIsToldAndALabelKnownBeforeIsNotApplied) {
  Past past;
  past.add(record("1", 0, "1.00", "c"));
  past.add(record("2", 1, "1.00", "c"));
  past.add(record("1", 2, "7.00", "c"));  // within the label's time
  past.add(record("1", 4, "8.00", "c"));  // after it
  past.add(record("3", 5, "1.00", "d"));
  const auto policy = made_policy();
  Labels labels(*policy->schema, "");
  for (const auto* id : {"1", "3"}) {
    ASSERT_TRUE(labels
                    .add(std::string(R"({"event_id":")") + id + R"(","label":"fraud","known_at":)" +
                             std::to_string(kBegin + 2 * kDayMs) + "}",
                         "l:1")
                    .ok());
  }
  PassOptions options;
  options.labels = &labels;
  const auto ledger = past.play(options);
  EXPECT_EQ(ledger.counts.repeated_ids, 2U);
  EXPECT_EQ(ledger.counts.early_labels, 2U);
  EXPECT_EQ(ledger.counts.duplicates, 0U);
  EXPECT_EQ(ledger.payments.truth,
            (std::vector<Truth>{Truth::kFraud, Truth::kUnknown, Truth::kFraud, Truth::kUnknown, Truth::kUnknown}));
}

TEST(Pass, WhatIsBeforeThePeriodIsPastAllTheSame) {
  Past past;
  past.add(record("1", 0, "1.00", "c", "bad"));
  past.add(record("2", 5, "1.00", "c", "good"));
  past.add(record("3", 6, "1.00", "c", "good"));
  PassOptions options;
  options.from_ms = kBegin + 5 * kDayMs;
  options.until_ms = kBegin + 6 * kDayMs;
  const auto ledger = past.play(options);
  ASSERT_EQ(ledger.payments.size(), 1U);
  EXPECT_EQ(ledger.payments.record[0], 2U);
  EXPECT_TRUE(ledger.verdict.alerts(0));
}

TEST(Pass, PartitionsMeetByTheTimeOfTheirEvents) {
  Past past(3);
  // A card's payments over all partitions, more of them than are read ahead.
  constexpr int kCount = 6'300;
  for (int i = 0; i < kCount; ++i) {
    past.add(record(std::to_string(i), i % 30, "1.00", "card" + std::to_string(i)), static_cast<std::size_t>(i % 3));
  }
  for (auto& partition : past.log.partitions) {
    std::stable_sort(partition.begin(), partition.end(), [](const auto& a, const auto& b) {
      return a.value->substr(a.value->find("time")) < b.value->substr(b.value->find("time"));
    });
  }
  const auto ledger = past.play();
  ASSERT_EQ(ledger.payments.size(), static_cast<std::size_t>(kCount));
  EXPECT_TRUE(std::is_sorted(ledger.payments.time_ms.begin(), ledger.payments.time_ms.end()));
  // Whatever comes when: the fake topic gives its records in another rhythm now.
  Past again(3);
  again.random = shard::test::Random(77);
  again.log.partitions = past.log.partitions;
  EXPECT_EQ(again.play().payments.amount, ledger.payments.amount);
}

TEST(Pass, RowsAreToldWithWhatDecided) {
  Past past;
  past.add(record("1", 0, "30.00", "c"));
  past.add(record("2", 0, "", "c"));
  std::vector<std::string> told;
  PassOptions options;
  options.row = [&](const Row& row) {
    told.push_back(std::to_string(row.record) + " " + std::string(row.event.id) + " " +
                   std::to_string(row.output.score) + " " + std::to_string(row.amount->minor_units()));
  };
  (void)past.play(options);
  EXPECT_EQ(told, (std::vector<std::string>{"1 1 550 3000"}));
}

}  // namespace
}  // namespace weir::backtest
