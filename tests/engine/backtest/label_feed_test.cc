// Labels on their way to their events, and what is said of them in the end.
#include "engine/backtest/label_feed.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/civil_time.h"
#include "engine/base/sha256.h"
#include "engine/event/reader.h"
#include "engine/shard/core.h"
#include "tests/engine/backtest/made_ledger.h"

namespace weir::backtest {
namespace {

class LabelFeedTest : public testing::Test {
 protected:
  LabelFeedTest() : policy_(made_policy()), labels_(*policy_->schema, ""), reader_(*policy_->schema, "") {
    shard::CoreOptions options;
    options.clock_source = shard::ClockSource::kEvent;
    auto core = shard::make_core(policy_, nullptr, options);
    EXPECT_TRUE(core.ok());
    core_ = std::move(*core);
  }
  void label(const std::string& id, const std::string& label, std::int64_t known_at_ms) {
    const auto json =
        R"({"event_id":")" + id + R"(","label":")" + label + R"(","known_at":)" + std::to_string(known_at_ms) + "}";
    ASSERT_TRUE(labels_.add(json, "l").ok());
  }
  // A payment of the one card; how many of those before it are known to be fraud.
  std::int64_t pay(LabelFeed& feed, const std::string& id, std::int64_t time_ms, std::size_t labels = 0) {
    const auto json = R"({"id":")" + id + R"(","time":")" + iso8601(time_ms) + R"(","card_id":"c"})";
    event::Reject reject;
    auto& step = *core_.step;
    EXPECT_TRUE(reader_.read(json, event::kNoClock, step.event(), reject)) << reject.detail;
    shard::Output output;
    EXPECT_TRUE(step.parsed(sha256_.hash(json), output).ok());
    if (output.kind == audit::Kind::kDuplicate) return -1;
    const auto given = feed.give(step.event());
    EXPECT_TRUE(given.ok());
    EXPECT_EQ(given->size(), labels) << id;
    return step.event()[policy_->schema->slot_count()].as_int64();
  }
  static void expect_use(const LabelUse& use, std::uint64_t used, std::uint64_t waited, std::uint64_t early,
                         std::uint64_t unmatched) {
    EXPECT_EQ(use.used, used);
    EXPECT_EQ(use.waited, waited);
    EXPECT_EQ(use.early, early);
    EXPECT_EQ(use.unmatched, unmatched);
  }

  std::shared_ptr<const policy::Policy> policy_;
  Labels labels_;
  event::JsonReader reader_;
  shard::Core core_;
  Sha256 sha256_;
};

TEST_F(LabelFeedTest, EventsSeeALabelFromTheMillisecondOnAtWhichItWasKnown) {
  label("a", "fraud", 3'000);
  label("b", "fraud", 3'000);
  label("b", "honest", 5'000);
  LabelFeed feed(&labels_, *core_.step);
  EXPECT_EQ(pay(feed, "a", 1'000, 1), 0);
  EXPECT_EQ(pay(feed, "b", 2'000, 2), 0);
  EXPECT_EQ(pay(feed, "c", 2'999), 0);
  EXPECT_EQ(pay(feed, "d", 3'000), 2);
  EXPECT_EQ(pay(feed, "e", 4'999), 2);
  EXPECT_EQ(pay(feed, "f", 5'000), 1);
  // A late event sees what was known at its own time.
  EXPECT_EQ(pay(feed, "g", 2'500), 0);
  EXPECT_EQ(pay(feed, "h", 3'500), 2);
  expect_use(feed.use(5'000), 3, 0, 0, 0);
}

TEST_F(LabelFeedTest, EachLabelIsCountedOnce) {
  label("a", "fraud", 2'000);   // used
  label("a", "honest", 9'001);  // known too late
  label("b", "fraud", 9'000);   // at the last moment
  label("b", "fraud", 999);     // before its payment
  label("c", "fraud", 3'000);   // there is no such payment
  label("c", "honest", 1);
  label("d", "fraud", 4'000);  // of the first of two with this id
  LabelFeed feed(&labels_, *core_.step);
  EXPECT_EQ(pay(feed, "a", 1'000, 2), 0);
  EXPECT_EQ(pay(feed, "b", 1'000, 1), 0);
  EXPECT_EQ(pay(feed, "a", 1'000), -1) << "the same bytes again";
  EXPECT_EQ(pay(feed, "d", 3'000, 1), 1);
  EXPECT_EQ(pay(feed, "d", 4'500, 0), 2);
  EXPECT_EQ(pay(feed, "z", 9'000), 3);
  EXPECT_EQ(feed.left_out(), 2U);
  expect_use(feed.use(9'000), 3, 1, 1, 2);
}

TEST_F(LabelFeedTest, WithoutLabelsNothingHappens) {
  LabelFeed none(nullptr, *core_.step);
  EXPECT_EQ(pay(none, "a", 1'000), 0);
  expect_use(none.use(1'000), 0, 0, 0, 0);
  LabelFeed empty(&labels_, *core_.step);
  EXPECT_EQ(pay(empty, "b", 1'000), 0);
  expect_use(empty.use(1'000), 0, 0, 0, 0);
}

}  // namespace
}  // namespace weir::backtest
