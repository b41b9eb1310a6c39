#include "engine/state/store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/state/keys.h"
#include "engine/state/rocksdb_options.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::state {
namespace {

TEST(Store, AFreshDirectoryIsEmpty) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  const auto position = store->position();
  ASSERT_TRUE(position.ok());
  EXPECT_FALSE(position->has_value());
  const auto entity = stored(*store, 0, "nobody");
  EXPECT_TRUE(entity.chunks.empty());
  EXPECT_EQ(entity.open_chunk, 0U);
  EXPECT_EQ(entity.open_chunk_bytes, 0U);
  EXPECT_FALSE(entity.first_seen_ms.has_value());
  EXPECT_TRUE(entries(*store, "none").empty());
  EXPECT_TRUE(store->read_waiting_labels()->empty());
  EXPECT_TRUE(store->read_catalogue()->empty());
  EXPECT_FALSE(store->read_policy("sha256:0")->has_value());
}

TEST(Store, AppendsConcatenateWithinABatchAcrossBatchesAndAcrossOpenings) {
  const ScratchDirectory directory;
  {
    const auto store = store_of(small_store(directory.path()));
    Batch batch;
    batch.append_rows(1, "card", 0, 10, "aa");
    batch.append_rows(1, "card", 0, 20, "bb");
    write(*store, batch);
    batch.append_rows(1, "card", 0, 15, "cc");
    write(*store, batch);
    EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"aabbcc"});
  }
  {
    const auto store = store_of(small_store(directory.path()));
    EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"aabbcc"});
    Batch batch;
    batch.append_rows(1, "card", 0, 30, "dd");
    write(*store, batch);
    ASSERT_TRUE(store->settle().ok());
    batch.append_rows(1, "card", 0, 30, "ee");
    write(*store, batch);
  }
  const auto store = store_of(small_store(directory.path()));
  const auto entity = stored(*store, 1, "card");
  EXPECT_EQ(entity.chunks, std::vector<std::string>{"aabbccddee"});
  EXPECT_EQ(entity.open_chunk, 0U);
}

TEST(Store, ChunksComeInTheOrderOfTheirNumbersAndTheLastIsOpen) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  for (const std::uint32_t chunk : {256U, 0U, 255U, 1U}) {
    batch.append_rows(1, "card", chunk, 10, "<" + std::to_string(chunk) + ">");
  }
  write(*store, batch);
  const auto entity = stored(*store, 1, "card");
  EXPECT_EQ(entity.chunks, (std::vector<std::string>{"<0>", "<1>", "<255>", "<256>"}));
  EXPECT_EQ(entity.open_chunk, 256U);
  EXPECT_EQ(entity.open_chunk_bytes, 5U) << "of the entries, as its writer counts them";
}

TEST(Store, EntitiesWhoseKeysBeginAlikeNeverMix) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  // Also keys that look like another's key, length and chunk number.
  const std::vector<std::string> keys{"",
                                      "a",
                                      "aa",
                                      "aaa",
                                      std::string("a\0", 2),
                                      std::string("a\0\0\0\0", 5),
                                      std::string("a\0\0\0\0\0", 6),
                                      std::string("\0\1a", 3),
                                      "\xff",
                                      "\xff\xff",
                                      std::string(300, 'a')};
  Batch batch;
  for (std::uint32_t entity = 0; entity < 3; ++entity) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      batch.append_rows(entity, keys[i], 0, 1, std::to_string(entity) + "/" + std::to_string(i) + ";");
      if (i % 2 == 0) batch.append_rows(entity, keys[i], 1, 1, "second");
      batch.put_first_seen(entity, keys[i], static_cast<std::int64_t>(entity * 100 + i));
    }
  }
  write(*store, batch);
  for (int settled = 0; settled < 2; ++settled) {
    for (std::uint32_t entity = 0; entity < 3; ++entity) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto found = stored(*store, entity, keys[i]);
        ASSERT_EQ(found.chunks.size(), i % 2 == 0 ? 2U : 1U) << entity << " " << i;
        EXPECT_EQ(found.chunks[0], std::to_string(entity) + "/" + std::to_string(i) + ";");
        EXPECT_EQ(found.first_seen_ms, static_cast<std::int64_t>(entity * 100 + i));
      }
    }
    EXPECT_TRUE(stored(*store, 3, "a").chunks.empty());
    EXPECT_TRUE(stored(*store, 0, "aaaa").chunks.empty());
    ASSERT_TRUE(store->settle().ok());
  }
}

TEST(Store, AFirstSeenTimeIsReplaced) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.put_first_seen(1, "card", -5);
  write(*store, batch);
  EXPECT_EQ(stored(*store, 1, "card").first_seen_ms, -5);
  EXPECT_TRUE(stored(*store, 1, "card").chunks.empty()) << "it needs no rows";
  batch.put_first_seen(1, "card", -7);
  write(*store, batch);
  EXPECT_EQ(stored(*store, 1, "card").first_seen_ms, -7);
}

TEST(Store, SaysOfAnEntityThatIsNewThatItHoldsNothing) {
  const ScratchDirectory directory;
  for (const bool reopened : {false, true}) {
    const auto store = store_of(small_store(directory.path()));
    if (!reopened) {
      Batch batch;
      for (int i = 0; i < 500; ++i) {
        batch.append_rows(1, "old" + std::to_string(i), 0, 5, "rows");
        batch.put_first_seen(1, "old" + std::to_string(i), 5);
      }
      ASSERT_TRUE(store->write(batch).ok());
    } else {
      ASSERT_TRUE(store->settle().ok());  // out of memory, into files with filters
    }
    int wrongly = 0;
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(store->may_hold_entity(1, "old" + std::to_string(i)));
      wrongly += store->may_hold_entity(1, "new" + std::to_string(i)) ? 1 : 0;
      wrongly += store->may_hold_entity(2, "old" + std::to_string(i)) ? 1 : 0;
    }
    EXPECT_LT(wrongly, 100) << "it may be wrong, but seldom";
  }
}

TEST(Store, WhatIsInABatchIsNotThereBeforeItIsWritten) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_rows(1, "card", 0, 10, "aa");
  batch.append_event("id", 5, "entry");
  batch.append_waiting_label("id", 5, "label");
  batch.put_catalogue(0, 0, "amount");
  batch.put_position("here");
  batch.put_policy("sha256:0", "files");
  EXPECT_GT(batch.bytes(), 0U);
  EXPECT_TRUE(stored(*store, 1, "card").chunks.empty());
  EXPECT_TRUE(entries(*store, "id").empty());
  EXPECT_TRUE(store->read_waiting_labels()->empty());
  EXPECT_TRUE(store->read_catalogue()->empty());
  EXPECT_FALSE(store->position()->has_value());

  auto other = std::move(batch);
  other.clear();
  write(*store, other);
  EXPECT_TRUE(stored(*store, 1, "card").chunks.empty()) << "a cleared batch writes nothing";
  EXPECT_FALSE(store->position()->has_value());
}

TEST(Store, PositionAndPoliciesReadBack) {
  const ScratchDirectory directory;
  const std::string binary("\0\xff\n", 3);
  {
    const auto store = store_of(small_store(directory.path()));
    Batch batch;
    batch.put_position("first");
    batch.put_policy("sha256:0", "old");
    batch.put_policy("sha256:1", binary);
    write(*store, batch);
    batch.put_position(binary);
    write(*store, batch);
    ASSERT_TRUE(store->sync().ok());
  }
  const auto store = store_of(small_store(directory.path()));
  EXPECT_EQ(**store->position(), binary);
  EXPECT_EQ(**store->read_policy("sha256:0"), "old");
  EXPECT_EQ(**store->read_policy("sha256:1"), binary);
  EXPECT_FALSE(store->read_policy("sha256:")->has_value());
}

TEST(Store, EntriesOfAnEventIdComeOldestFirstEachWithItsClock) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_event("id", 100, "first");
  batch.append_event("id2", 100, "other");
  write(*store, batch);
  batch.append_event("id", 50, "");
  batch.append_event("id", -7, "third");
  write(*store, batch);
  EXPECT_EQ(entries(*store, "id"), (std::vector<std::string>{"100:first", "50:", "-7:third"}));
  EXPECT_EQ(entries(*store, "id2"), std::vector<std::string>{"100:other"});
  EXPECT_TRUE(entries(*store, "i").empty());
  EXPECT_TRUE(entries(*store, "").empty());
}

TEST(Store, LabelsWaitUntilTheyAreRemoved) {
  const ScratchDirectory directory;
  {
    const auto store = store_of(small_store(directory.path()));
    Batch batch;
    batch.append_waiting_label("b", 2, "one");
    batch.append_waiting_label("a", 1, "x");
    batch.append_waiting_label("b", 3, "two");
    write(*store, batch);
    // Within one batch: gone, and then another one.
    batch.append_waiting_label("c", 1, "gone");
    batch.remove_waiting_labels("c");
    batch.append_waiting_label("c", 2, "stays");
    batch.append_waiting_label("d", 2, "gone");
    batch.remove_waiting_labels("d");
    batch.remove_waiting_labels("a");
    batch.append_event("e", 1, "no label");
    write(*store, batch);
  }
  const auto store = store_of(small_store(directory.path()));
  const auto labels = store->read_waiting_labels();
  ASSERT_TRUE(labels.ok());
  ASSERT_EQ(labels->size(), 2U);
  EXPECT_EQ((*labels)[0].event_id, "b");
  ASSERT_EQ((*labels)[0].entries.size(), 2U);
  EXPECT_EQ((*labels)[0].entries[0].bytes, "one");
  EXPECT_EQ((*labels)[0].entries[1].bytes, "two");
  EXPECT_EQ((*labels)[0].entries[1].clock_ms, 3);
  EXPECT_EQ((*labels)[1].event_id, "c");
  ASSERT_EQ((*labels)[1].entries.size(), 1U);
  EXPECT_EQ((*labels)[1].entries[0].bytes, "stays");
}

TEST(Store, TheCatalogueComesInTheOrderOfKindAndNumber) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.put_catalogue(1, 0, "second kind");
  for (const std::uint32_t number : {300U, 2U, 0U, 255U, 256U})
    batch.put_catalogue(0, number, "n" + std::to_string(number));
  batch.put_catalogue(255, 0, "");
  write(*store, batch);
  const auto catalogue = store->read_catalogue();
  ASSERT_TRUE(catalogue.ok());
  std::vector<std::string> texts;
  for (const auto& entry : *catalogue) {
    texts.push_back(std::to_string(entry.kind) + "/" + std::to_string(entry.number) + "=" + entry.name);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"0/0=n0", "0/2=n2", "0/255=n255", "0/256=n256", "0/300=n300",
                                             "1/0=second kind", "255/0="}));
}

// Random epochs against a plain map, with flushes, compactions and openings in between.
TEST(Store, IsAMapOfConcatenations) {
  std::mt19937_64 random(20260227);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  for (int run = 0; run < 20; ++run) {
    const ScratchDirectory directory;
    auto options = small_store(directory.path());
    options.write_buffer_bytes = 64U << 10U;
    auto store = store_of(options);
    std::map<std::pair<std::uint32_t, std::string>, std::map<std::uint32_t, std::string>> expected;
    std::map<std::string, std::vector<std::string>> events;
    Batch batch;
    for (auto epoch = 1 + below(12); epoch > 0; --epoch) {
      for (auto writes = below(20); writes > 0; --writes) {
        const auto entity = static_cast<std::uint32_t>(below(3));
        const std::string key(below(4), 'k');
        const auto chunk = static_cast<std::uint32_t>(below(3));
        const std::string bytes(below(2000), static_cast<char>('a' + writes));
        batch.append_rows(entity, key, chunk, static_cast<std::int64_t>(writes), bytes);
        expected[{entity, key}][chunk] += bytes;
        batch.append_event(key, static_cast<std::int64_t>(epoch), bytes);
        events[key].push_back(std::to_string(epoch) + ":" + bytes);
      }
      write(*store, batch);
      const auto then = below(6);
      if (then == 0) {
        ASSERT_TRUE(store->settle().ok());
      }
      if (then == 1) {
        store.reset();
        store = store_of(options);
      }
    }
    for (const auto& [place, chunks] : expected) {
      const auto found = stored(*store, place.first, place.second);
      std::vector<std::string> texts;
      for (const auto& [number, bytes] : chunks) texts.push_back(bytes);
      ASSERT_EQ(found.chunks, texts);
      ASSERT_EQ(found.open_chunk, chunks.rbegin()->first);
      ASSERT_EQ(found.open_chunk_bytes, texts.back().size());
    }
    for (const auto& [key, texts] : events) ASSERT_EQ(entries(*store, key), texts);
  }
}

// --- Damage ----------------------------------------------------------------------------------------------------------

// Writes past the store, with its own set-up of RocksDB.
void put_raw(const std::string& directory, const std::string& key, const std::string& value) {
  auto options = rocksdb_options(small_store(directory), std::make_shared<SharedExpiry>());
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, directory, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  ASSERT_TRUE(db->Put({}, key, value).ok());
}

TEST(Store, DamagedValuesAreErrorsThatSayWhereTheyAre) {
  const ScratchDirectory directory;
  { const auto store = store_of(small_store(directory.path())); }
  std::string history;
  append_entity_prefix(history, kHistoryTable, 1, "card");
  append_big_endian(history, 0);
  std::string frame;
  append_frame(frame, 1, "rows");
  put_raw(directory.path(), history, frame + "x");
  std::string first_seen;
  append_entity_prefix(first_seen, kFirstSeenTable, 1, "shop");
  put_raw(directory.path(), first_seen, "short");
  put_raw(directory.path(), "Eid", frame.substr(0, frame.size() - 1));
  put_raw(directory.path(), "Lid", "x");
  put_raw(directory.path(), "Cxx", "x");
  const auto store = store_of(small_store(directory.path()));
  EXPECT_EQ(store->read_entity(1, "card").error().message, "state store: damaged history of entity card");
  EXPECT_EQ(store->read_entity(1, "shop").error().message, "state store: damaged first-seen time of entity shop");
  EXPECT_EQ(store->read_event("id").error().message, "state store: damaged entry of event id id");
  EXPECT_EQ(store->read_waiting_labels().error().message, "state store: damaged entry of a waiting label");
  EXPECT_EQ(store->read_catalogue().error().message, "state store: damaged catalogue key");
}

TEST(Store, FiguresCountWhatIsWrittenAndRead) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  for (int i = 0; i < 200; ++i) batch.append_rows(1, "card" + std::to_string(i), 0, 1, std::string(1000, 'r'));
  write(*store, batch);
  const auto before = store->figures();
  EXPECT_GE(before.bytes_written, 200'000U) << "the write-ahead file counts";
  ASSERT_TRUE(store->settle().ok());
  EXPECT_EQ(stored(*store, 1, "card7").chunks.size(), 1U);
  const auto after = store->figures();
  EXPECT_GT(after.bytes_on_disk, 0U);
  EXPECT_GT(after.bytes_written, before.bytes_written);
  EXPECT_GT(after.bytes_read, 0U);
}

}  // namespace
}  // namespace weir::state
