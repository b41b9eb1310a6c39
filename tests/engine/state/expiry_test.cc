#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/state/scratch_store.h"

namespace weir::state {
namespace {

// RocksDB merges appended rows in one compaction and asks whether they have expired in the next.
void settle(Store& store) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.settle().ok());
}

TEST(Expiry, DropsAChunkOnlyWhenItsNewestEventIsAtOrBeforeTheCutoff) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_rows(1, "card", 0, 999, "old");
  batch.append_rows(1, "card", 1, 1000, "at the cutoff");
  batch.append_rows(1, "card", 2, 500, "old ");
  batch.append_rows(1, "card", 2, 1001, "beside new");
  batch.append_rows(1, "card", 3, 1500, "new ");
  batch.append_rows(1, "card", 3, 10, "then late");
  batch.append_rows(2, "gone", 0, -5, "old");
  batch.put_first_seen(2, "gone", -5);
  write(*store, batch);
  settle(*store);
  EXPECT_EQ(stored(*store, 1, "card").chunks.size(), 4U) << "without a cutoff nothing goes";
  store->set_expiry({1000, INT64_MIN});
  settle(*store);
  const auto card = stored(*store, 1, "card");
  EXPECT_EQ(card.chunks, (std::vector<std::string>{"old beside new", "new then late"}));
  EXPECT_EQ(card.open_chunk, 3U);
  const auto gone = stored(*store, 2, "gone");
  EXPECT_TRUE(gone.chunks.empty());
  EXPECT_EQ(gone.first_seen_ms, -5) << "first seen survives";
}

TEST(Expiry, EventsAndLabelsGoByTheirOwnCutoff) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_event("before", 99, "e");
  batch.append_event("at", 100, "e");
  batch.append_event("after", 101, "e");
  batch.append_event("both", 50, "old");
  batch.append_event("both", 101, "new");
  batch.append_waiting_label("before", 99, "l");
  batch.append_waiting_label("after", 101, "l");
  batch.append_rows(1, "card", 0, 50, "rows");
  batch.put_catalogue(0, 0, "name");
  batch.put_position("here");
  batch.put_policy("sha256:0", "files");
  write(*store, batch);
  store->set_expiry({INT64_MIN, 100});
  settle(*store);
  EXPECT_TRUE(entries(*store, "before").empty());
  EXPECT_TRUE(entries(*store, "at").empty());
  EXPECT_EQ(entries(*store, "after"), std::vector<std::string>{"101:e"});
  EXPECT_EQ(entries(*store, "both"), (std::vector<std::string>{"50:old", "101:new"}));
  const auto labels = store->read_waiting_labels();
  ASSERT_EQ(labels->size(), 1U);
  EXPECT_EQ((*labels)[0].event_id, "after");
  EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"rows"});
  EXPECT_EQ(store->read_catalogue()->size(), 1U);
  EXPECT_EQ(**store->position(), "here");
  EXPECT_EQ(**store->read_policy("sha256:0"), "files");
}

TEST(Expiry, IsForgottenWithTheProcess) {
  const ScratchDirectory directory;
  {
    const auto store = store_of(small_store(directory.path()));
    Batch batch;
    batch.append_rows(1, "card", 0, 50, "rows");
    write(*store, batch);
    store->set_expiry({100, 100});
  }
  const auto store = store_of(small_store(directory.path()));
  settle(*store);
  EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"rows"});
}

TEST(Expiry, RowsAppendedToADroppedChunkStay) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_rows(1, "card", 0, 50, "old");
  write(*store, batch);
  store->set_expiry({100, 100});
  settle(*store);
  EXPECT_TRUE(stored(*store, 1, "card").chunks.empty());
  batch.append_rows(1, "card", 0, 200, "new");
  write(*store, batch);
  settle(*store);
  EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"new"});
}

}  // namespace
}  // namespace weir::state
