#include "engine/history/entity_history.h"

#include <gtest/gtest.h>

#include "engine/history/reader.h"
#include "engine/history/verify.h"
#include "tests/engine/history/payment.h"

namespace weir::history {
namespace {

// Rows whose label is "fraud".
class Fraud : public Predicate {
 public:
  explicit Fraud(std::uint32_t label_slot) : label_slot_(label_slot) {}
  bool matches(std::span<const Value> slots) const override {
    return !slots[label_slot_].is_absent() && slots[label_slot_].as_string() == "fraud";
  }

 private:
  std::uint32_t label_slot_;
};

enum Measures : std::uint32_t { kAll, kFrauds, kAmounts, kMerchants };

class EntityHistoryTest : public testing::Test {
 protected:
  explicit EntityHistoryTest(std::uint32_t leaf_rows = 64, std::uint32_t fanout = 16) {
    LayoutSpec spec;
    spec.leaf_rows = leaf_rows;
    spec.fanout = fanout;
    spec.predicates = {{std::make_shared<Fraud>(schema_->label_slot()), true}};
    spec.measures = {{kNone, kNone, 0, 1, 1},
                     {0, kNone, 0, 1, 1},
                     {kNone, kAmount, kPartSum, 1, 1},
                     {kNone, kMerchant, kPartDistinct, 1, 4096}};
    layout_ = std::make_shared<const Layout>(schema_, spec);
    history_ = std::make_unique<EntityHistory>(layout_);
  }

  void append(std::int64_t time_ms) {
    const Payment payment(*schema_, sequence_, kStartMs + time_ms);
    history_->append(payment.slots, kStartMs + time_ms, sequence_, nullptr);
    ++sequence_;
  }
  std::uint64_t count(Measures measure, std::int64_t after_ms, std::int64_t until_ms, std::int64_t at_ms) {
    reader_.open(*history_, kStartMs + at_ms);
    return reader_.numbers(measure, {kStartMs + after_ms, kStartMs + until_ms}, 0, 0).count;
  }
  std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> times;
    history_->visit([&times](const RowView& row) { times.push_back(row.time_ms - kStartMs); });
    return times;
  }

  std::shared_ptr<event::Schema> schema_ = payment_schema();
  std::shared_ptr<const Layout> layout_;
  std::unique_ptr<EntityHistory> history_;
  Reader reader_;
  std::uint64_t sequence_ = 0;
};

class SmallTreeTest : public EntityHistoryTest {
 protected:
  SmallTreeTest() : EntityHistoryTest(3, 4) {}
};

TEST_F(EntityHistoryTest, AnEmptyHistoryAnswersEveryQuestion) {
  EXPECT_EQ(count(kAll, 0, 100, 100), 0U);
  EXPECT_EQ(reader_.first(kAll, {0, kStartMs}).leaf, nullptr);
  EXPECT_EQ(reader_.last(kAll, {0, kStartMs}).leaf, nullptr);
  EXPECT_EQ(reader_.distinct(kMerchants, {0, kStartMs}, 10, Value::absent()).count, 0U);
  EXPECT_EQ(history_->first_seen_ms(), INT64_MAX);
  EXPECT_FALSE(history_->label(kStartMs, 0, {}));
  history_->evict(kStartMs);
  EXPECT_TRUE(times().empty());
}

TEST_F(EntityHistoryTest, AWindowHoldsItsLastMillisecondAndNotTheOneBeforeItsFirst) {
  for (const std::int64_t time : {10, 20, 20, 30}) append(time);
  EXPECT_EQ(count(kAll, 10, 30, 30), 3U);
  EXPECT_EQ(count(kAll, 9, 30, 30), 4U);
  EXPECT_EQ(count(kAll, 10, 29, 30), 2U);
  EXPECT_EQ(count(kAll, 20, 20, 30), 0U);
}

TEST_F(SmallTreeTest, LateRowsLandInTheirPlaceBehindThoseOfTheSameTime) {
  for (std::int64_t i = 0; i < 40; ++i) append(i * 10 % 70);
  std::vector<std::uint64_t> sequences;
  history_->visit([&sequences](const RowView& row) {
    if (row.time_ms == kStartMs + 30) sequences.push_back(row.sequence);
  });
  EXPECT_EQ(sequences, (std::vector<std::uint64_t>{3, 10, 17, 24, 31, 38}));
  const std::vector<std::int64_t> all = times();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_TRUE(verify(*history_).ok());
}

TEST_F(SmallTreeTest, EvictionDropsWholeChunksUpToTheCutoffAndKeepsFirstSeen) {
  for (std::int64_t i = 0; i < 200; ++i) append(i);
  history_->evict(kStartMs + 100);
  EXPECT_TRUE(verify(*history_).ok());
  const std::vector<std::int64_t> left = times();
  EXPECT_GT(left.front(), 97);
  EXPECT_LE(left.front(), 101);
  EXPECT_EQ(left.size(), history_->row_count());
  EXPECT_EQ(history_->first_seen_ms(), kStartMs);
  history_->evict(kStartMs + 1'000);
  EXPECT_EQ(history_->row_count(), 0U);
  EXPECT_EQ(history_->first_seen_ms(), kStartMs);
  append(2'000);
  EXPECT_EQ(count(kAll, 0, 3'000, 3'000), 1U);
}

TEST_F(SmallTreeTest, ALabelCountsFromWhenItIsKnown) {
  for (std::int64_t i = 0; i < 50; ++i) append(i);
  EXPECT_TRUE(history_->label(kStartMs + 20, 20, {true, kStartMs + 500}));
  EXPECT_EQ(count(kFrauds, 0, 100, 499), 0U);
  EXPECT_EQ(count(kFrauds, 0, 100, 500), 1U);
  // A late event looks back to when it was not known.
  EXPECT_EQ(count(kFrauds, 0, 100, 499), 0U);
  EXPECT_TRUE(history_->label(kStartMs + 20, 20, {false, kStartMs + 600}));
  EXPECT_EQ(count(kFrauds, 0, 100, 599), 1U);
  EXPECT_EQ(count(kFrauds, 0, 100, 600), 0U);
  // One known earlier that comes later does not take its place; one of the same time does.
  EXPECT_TRUE(history_->label(kStartMs + 20, 20, {true, kStartMs + 550}));
  EXPECT_EQ(count(kFrauds, 0, 100, 600), 0U);
  EXPECT_TRUE(history_->label(kStartMs + 20, 20, {true, kStartMs + 600}));
  EXPECT_EQ(count(kFrauds, 0, 100, 600), 1U);
  EXPECT_TRUE(verify(*history_).ok());
}

TEST_F(SmallTreeTest, ALabelForARowThatIsNotThereIsRefused) {
  for (std::int64_t i = 0; i < 50; ++i) append(i);
  EXPECT_FALSE(history_->label(kStartMs + 20, 21, {true, kStartMs}));
  EXPECT_FALSE(history_->label(kStartMs + 60, 60, {true, kStartMs}));
  history_->evict(kStartMs + 30);
  EXPECT_FALSE(history_->label(kStartMs + 5, 5, {true, kStartMs}));
}

TEST_F(EntityHistoryTest, AMovedHistoryIsTheSame) {
  for (std::int64_t i = 0; i < 200; ++i) append(i);
  const std::vector<std::int64_t> before = times();
  auto moved = std::make_unique<EntityHistory>(std::move(*history_));
  EXPECT_EQ(history_->row_count(), 0U);
  history_ = std::move(moved);
  EXPECT_EQ(times(), before);
}

TEST_F(EntityHistoryTest, MemoryIsReportedAndSmallForSmallHistories) {
  std::size_t last = history_->memory_bytes();
  const auto grown_to = [&](std::uint64_t rows) {
    while (history_->row_count() < rows) append(static_cast<std::int64_t>(history_->row_count()));
    last = history_->memory_bytes();
    return last;
  };
  const std::size_t one = grown_to(1);
  const std::size_t five = grown_to(5);
  const std::size_t hundred = grown_to(100);
  RecordProperty("bytes_with_1_row", static_cast<int>(one));
  RecordProperty("bytes_with_5_rows", static_cast<int>(five));
  RecordProperty("bytes_with_100_rows", static_cast<int>(hundred));
  EXPECT_LE(one, 320U);
  EXPECT_LE(five, 1'000U);
  EXPECT_LE(hundred, 20'000U);
  history_->evict(kStartMs + 1'000);
  EXPECT_LT(history_->memory_bytes(), hundred / 2);
}

// A checker that finds nothing wrong with anything would pass everything above.
TEST_F(SmallTreeTest, VerifyFindsAWrongSummaryAndRowsOutOfOrder) {
  for (std::int64_t i = 0; i < 200; ++i) append(i);
  ASSERT_TRUE(verify(*history_).ok());
  Node& root = *static_cast<Node*>(history_->trunk().root);
  const Track& amounts = layout_->tracks()[layout_->measures()[kAmounts].base_track];
  Numbers one;
  one.count = 1;
  root.block(amounts).add(0, one);
  EXPECT_EQ(verify(*history_).error().message, "a summary is wrong");
  one.count = ~0ULL;
  root.block(amounts).add(0, one);
  ASSERT_TRUE(verify(*history_).ok());

  Node* lowest = &root;
  while (lowest->level > 1) lowest = lowest->node_child(0);
  std::int64_t* const leaf_times = lowest->leaf_child(1)->array<std::int64_t>(*layout_, 0);
  leaf_times[1] += 100;
  EXPECT_EQ(verify(*history_).error().message, "rows are out of order");
  leaf_times[1] -= 100;

  root.distinct[0].own.dense[0] ^= 1;
  EXPECT_NE(verify(*history_).error().message.find("bitmap is wrong"), std::string::npos);
}

TEST(EntityHistoryDeathTest, RowsOutOfSequenceAndWrongKindsAreOurOwnMistakes) {
  const auto schema = payment_schema();
  EntityHistory history(std::make_shared<const Layout>(schema, LayoutSpec{}));
  Payment payment(*schema, 1, kStartMs);
  history.append(payment.slots, kStartMs, 5, nullptr);
  EXPECT_DEATH(history.append(payment.slots, kStartMs, 5, nullptr), "order of their sequence");
  payment.slots[kAmount] = Value::int64(5);
  EXPECT_DEATH(history.append(payment.slots, kStartMs, 6, nullptr), "its field's type");
  payment.slots[kAmount] = Value::money(5, 840);
  EXPECT_DEATH(history.append(payment.slots, kStartMs, 6, nullptr), "its field's currency");
}

}  // namespace
}  // namespace weir::history
