#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

TEST(StreamOrder, StreamTimeNeverGoesBack) {
  std::int64_t last_ms = GeneratorOptions{}.start_ms;
  for (const GeneratedRecord& record : default_sample().records) {
    ASSERT_GE(record.stream_time_ms, last_ms) << record.value;
    last_ms = record.stream_time_ms;
  }
}

TEST(StreamOrder, OnlyLateEventsArriveAfterTheirTime) {
  for (const GeneratedRecord& record : default_sample().records) {
    const std::int64_t delay_ms = record.stream_time_ms - record.event_time_ms;
    if (record.duplicate) {
      EXPECT_GE(delay_ms, 1'000);
    } else if (record.late) {
      EXPECT_GE(delay_ms, 60'000);
      EXPECT_LE(delay_ms, 6 * 3'600'000);
    } else {
      ASSERT_EQ(delay_ms, 0) << record.value;
    }
  }
}

TEST(StreamOrder, LateAndDuplicateSharesAreThoseOfTheOptions) {
  GeneratorOptions options = options_with_seed(3);
  options.late_share = 0.05;
  options.duplicate_share = 0.02;
  Generator generator(options);
  GeneratedRecord record;
  double events = 0;
  double late = 0;
  double duplicates = 0;
  for (int i = 0; i < 100'000 && generator.next(record); ++i) {
    if (record.topic != StreamTopic::kTransactions) continue;
    duplicates += record.duplicate;
    if (record.duplicate) continue;
    ++events;
    late += record.late;
  }
  EXPECT_NEAR(late / events, 0.05, 0.003);
  EXPECT_NEAR(duplicates / events, 0.02, 0.002);
}

TEST(StreamOrder, WithoutLateAndDuplicateEventsEventsComeInOrderOfTimeAndNumber) {
  GeneratorOptions options = options_with_seed(4);
  options.late_share = 0;
  options.duplicate_share = 0;
  const Sample sample = take_sample(options, 20'000);
  std::int64_t last_ms = 0;
  std::string last_number;
  for (const GeneratedRecord& record : sample.records) {
    if (record.topic != StreamTopic::kTransactions) continue;
    EXPECT_FALSE(record.late || record.duplicate);
    ASSERT_GE(record.event_time_ms, last_ms);
    ASSERT_GT(record.id.substr(2), last_number);
    last_ms = record.event_time_ms;
    last_number = record.id.substr(2);
  }
}

TEST(StreamOrder, AnIdIsRepeatedOnlyByADuplicateWithTheSameBytes) {
  std::unordered_map<std::string, const GeneratedRecord*> first;
  std::size_t duplicates = 0;
  for (const GeneratedRecord& record : default_sample().records) {
    if (record.topic != StreamTopic::kTransactions) continue;
    const auto [at, is_new] = first.emplace(record.id, &record);
    ASSERT_EQ(is_new, !record.duplicate) << record.id;
    if (is_new) continue;
    ++duplicates;
    EXPECT_EQ(at->second->value, record.value);
    EXPECT_EQ(at->second->key, record.key);
  }
  EXPECT_GT(duplicates, 80U);
}

TEST(StreamOrder, RecordsCarryTheirCustomerAsKey) {
  const Sample& sample = default_sample();
  std::unordered_map<std::string, std::string> customer_of;
  for (std::size_t i = 0; i < sample.records.size(); ++i) {
    const GeneratedRecord& record = sample.records[i];
    if (record.topic == StreamTopic::kTransactions) {
      ASSERT_EQ(record.key, sample.members[i].at("customer.id"));
      customer_of[record.id] = record.key;
    } else {
      ASSERT_EQ(record.key, customer_of.at(record.id));
    }
  }
}

RC_GTEST_PROP(StreamOrder, TheSameOptionsGiveTheSameStream, (std::uint64_t seed)) {
  GeneratorOptions options = options_with_seed(seed);
  options.customers = 50 + static_cast<std::uint32_t>(seed % 100);
  options.merchants = 1'000;
  Generator one(options);
  Generator other(options);
  GeneratedRecord a;
  GeneratedRecord b;
  for (int i = 0; i < 300; ++i) {
    RC_ASSERT(one.next(a) && other.next(b));
    RC_ASSERT(a.value == b.value);
    RC_ASSERT(a.key == b.key);
    RC_ASSERT(a.stream_time_ms == b.stream_time_ms);
  }
}

TEST(StreamOrder, AnotherSeedGivesAnotherStream) {
  EXPECT_NE(take_sample(options_with_seed(1), 1).records[0].value,
            take_sample(options_with_seed(2), 1).records[0].value);
}

// Honest life is not a function of how much fraud there is: what differs is told by the answer key.
TEST(StreamOrder, FraudIsAddedToTheSameHonestLife) {
  const auto ordinary = [](double fraud_share) {
    GeneratorOptions options = options_with_seed(5);
    options.fraud_share = fraud_share;
    const Sample sample = take_sample(options, 30'000);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < sample.records.size(); ++i) {
      if (!sample.members[i].contains("terminal") || !sample.records[i].truth.typology.empty()) continue;
      out.push_back(sample.members[i].at("customer.id") + sample.members[i].at("time") +
                    sample.members[i].at("amount"));
    }
    out.resize(10'000);
    return std::set<std::string>(out.begin(), out.end());
  };
  const auto none = ordinary(0);
  const auto much = ordinary(0.05);
  std::size_t shared = 0;
  for (const std::string& payment : none) shared += much.contains(payment);
  EXPECT_GT(shared, 9'800U);  // a late one here or there falls beyond the cut
}

TEST(StreamOrder, EventsBeginAtTheConfiguredStart) {
  GeneratorOptions options = options_with_seed(6);
  options.start_ms = 1'704'067'200'000 + 13 * 3'600'000;  // 2024-01-01T13:00:00Z
  const Sample sample = take_sample(options, 2'000);
  for (const GeneratedRecord& record : sample.records) ASSERT_GE(record.event_time_ms, options.start_ms);
  EXPECT_LT(sample.records.front().event_time_ms, options.start_ms + 600'000);
}

TEST(StreamOrder, TheStreamEndsWithTheYear2199) {
  GeneratorOptions options = options_with_seed(7);
  options.customers = 50;
  options.merchants = 1'000;
  options.payments_per_day = 0.5;
  options.start_ms = 4'102'444'799'999;
  Generator generator(options);
  GeneratedRecord record;
  std::int64_t last_ms = 0;
  std::uint64_t records = 0;
  while (generator.next(record)) {
    last_ms = record.stream_time_ms;
    ++records;
  }
  EXPECT_LT(last_ms, kStreamEndMs);
  EXPECT_GT(last_ms, kStreamEndMs - 86'400'000);
  EXPECT_GT(records, 800'000U);
  EXPECT_FALSE(generator.next(record));
}

TEST(StreamOrder, IdsBeginWhereTheyAreToldTo) {
  constexpr std::uint64_t kFirst = 50'001;
  auto options = options_with_seed(12);
  options.malformed_share = 0.01;
  const auto before = take_sample(options, 20'000);
  options.first_id = kFirst;
  const auto after = take_sample(options, 20'000);
  const auto number_of = [](const GeneratedRecord& record) { return std::stoull(record.id.substr(2)); };
  std::uint64_t first = UINT64_MAX;
  std::uint64_t last = 0;
  for (const auto& record : after.records) {
    if (!record.malformed) first = std::min<std::uint64_t>(first, number_of(record));
  }
  for (const auto& record : before.records) {
    if (!record.malformed) last = std::max<std::uint64_t>(last, number_of(record));
  }
  EXPECT_EQ(first, kFirst);
  EXPECT_LT(last, 20'100U) << "one for each record, and few are under way";
}

}  // namespace
}  // namespace weir::generator
