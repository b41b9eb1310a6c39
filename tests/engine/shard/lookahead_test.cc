#include "engine/shard/lookahead.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/shard/history_fetcher.h"
#include "tests/engine/shard/small_shard.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::shard::test {
namespace {

using audit::Kind;
using state::ScratchDirectory;
using state::small_store;
using state::store_of;

constexpr std::int64_t kMostAheadMs = 5 * kMinute;

// Whether a shard that was told what comes says the same as one that was not.
class Twins {
 public:
  void expect(const std::string& value, std::int64_t ahead = 0) { EXPECT_TRUE(told.expect(value, ahead)); }
  const Output& step(const std::string& value) {
    const auto expected = untold.transaction(value).audit;
    const auto& out = told.transaction(value);
    EXPECT_EQ(out.audit, expected);
    EXPECT_EQ(out.decision, untold.last().decision);
    return out;
  }
  void set_clock(std::int64_t clock_ms) { told.clock_ms = untold.clock_ms = clock_ms; }
  SmallShard told;
  SmallShard untold;
};

TEST(Lookahead, ReadsAheadWithoutChangingAByte) {
  Twins twins;
  std::vector<std::string> values;
  for (int i = 0; i < 20; ++i) {
    values.push_back(json({"p" + std::to_string(i), kNoon + i * kSecond, "c" + std::to_string(i % 3), "m1"}));
  }
  values.insert(values.begin() + 7, R"({"id":"broken"})");
  values.push_back(values[3]);  // a duplicate
  values.push_back(json({"q", kNoon, "c1", "m1"}));
  for (std::size_t i = 0; i < values.size(); ++i) twins.expect(values[i], static_cast<std::int64_t>(i));
  for (const auto& value : values) twins.step(value);
}

TEST(Lookahead, WhatWasReadAtAnotherClockIsReadAgain) {
  Twins twins;
  const auto early = json({"p1", kNoon + kMostAheadMs + kMinute});
  const auto second = json({"p2", kNoon + kMostAheadMs + kMinute});
  twins.expect(early);
  twins.expect(second, 1);
  EXPECT_EQ(twins.step(early).kind, Kind::kDeadLetter);
  twins.set_clock(kNoon + kMinute);
  EXPECT_EQ(twins.step(second).kind, Kind::kTransaction) << "not too far ahead any more";
}

TEST(Lookahead, AnotherRecordThanTheExpectedOneIsReadItself) {
  Twins twins;
  const auto one = json({"p1"});
  const auto two = json({"p2", kNoon, "c2", "m2"});
  twins.expect(one, 1);  // is not the next one
  EXPECT_EQ(twins.step(two).kind, Kind::kTransaction);
  EXPECT_EQ(twins.step(one).kind, Kind::kTransaction);
}

TEST(Lookahead, TakesAsManyAsItsBound) {
  SmallShard shard;
  for (std::size_t i = 0; i < Lookahead::kRecords; ++i) {
    EXPECT_TRUE(shard.expect(json({"p" + std::to_string(i)}), static_cast<std::int64_t>(i)));
  }
  EXPECT_FALSE(shard.expect(json({"one more"}), Lookahead::kRecords));
  shard.pay({"p0"});
  EXPECT_TRUE(shard.expect(json({"one more"}), Lookahead::kRecords - 1));
}

// --- HistoryFetcher --------------------------------------------------------------------------------------------------

class HistoryFetcherTest : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr int kEntities = 200;

  HistoryFetcherTest() : store_(store_of(small_store(directory_.path()))) {
    state::Batch batch;
    for (int i = 0; i < kEntities; ++i) {
      const auto key = std::to_string(i);
      batch.append_rows(1, key, 0, i, "rows of " + key);
      batch.put_first_seen(1, key, 1000 + i);
    }
    EXPECT_TRUE(store_->write(batch).ok());
    fetcher_ = GetParam() ? make_threaded_history_fetcher(*store_, 3) : make_inline_history_fetcher(*store_);
  }

  const ScratchDirectory directory_;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<HistoryFetcher> fetcher_;
};

TEST_P(HistoryFetcherTest, GivesWhatTheStoreHolds) {
  for (int i = 0; i < kEntities; ++i) fetcher_->begin(1, std::to_string(i));
  for (int i = kEntities - 1; i >= 0; --i) {
    const auto key = std::to_string(i);
    const auto found = fetcher_->take(1, key);
    ASSERT_TRUE(found.has_value());
    ASSERT_TRUE(found->ok());
    EXPECT_EQ((*found)->chunks, std::vector<std::string>{"rows of " + key});
    EXPECT_EQ((*found)->first_seen_ms, std::optional<std::int64_t>(1000 + i));
  }
}

TEST_P(HistoryFetcherTest, GivesEachOnceAndNothingThatWasNotBegun) {
  EXPECT_FALSE(fetcher_->take(1, "7").has_value());
  fetcher_->begin(1, "7");
  fetcher_->begin(1, "7");
  EXPECT_FALSE(fetcher_->take(2, "7").has_value()) << "another entity";
  EXPECT_TRUE(fetcher_->take(1, "7").has_value());
  EXPECT_FALSE(fetcher_->take(1, "7").has_value());
  fetcher_->begin(1, "nobody");
  const auto nobody = fetcher_->take(1, "nobody");
  ASSERT_TRUE(nobody.has_value() && nobody->ok());
  EXPECT_TRUE((*nobody)->chunks.empty());
  // What nobody takes is no obstacle to an end.
  for (int i = 0; i < kEntities; ++i) fetcher_->begin(1, std::to_string(i));
  fetcher_.reset();
}

INSTANTIATE_TEST_SUITE_P(Kinds, HistoryFetcherTest, ::testing::Bool(),
                         [](const auto& kind) { return kind.param ? "Threaded" : "Inline"; });

}  // namespace
}  // namespace weir::shard::test
