#include "engine/shard/memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/shard/history_fetcher.h"
#include "tests/engine/shard/fake_topic.h"
#include "tests/engine/shard/small_shard.h"
#include "tests/engine/shard/world.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::shard::test {
namespace {

using state::ScratchDirectory;
using state::small_store;
using state::store_of;

// A memory in which nothing stays that need not.
CoreOptions forgetful() {
  CoreOptions options;
  options.memory.max_history_bytes = 1;
  options.memory.max_known_ids = 4;
  return options;
}

struct InputRecord {
  bool label = false;
  std::string value;
  std::int64_t clock_ms = 0;
};

// The seeded world's records, its partitions interleaved.
std::vector<InputRecord> seeded_inputs(std::uint64_t seed, int count) {
  World world(seed);
  FakeLog payments("payments", 3);
  FakeLog labels("labels", 1);
  std::vector<InputRecord> inputs;
  std::vector<std::size_t> next(4, 0);
  for (int round = 0; round < count / 20; ++round) {
    world.produce(payments, labels, 20);
    for (std::size_t p = 0; p < 4; ++p) {
      const auto& log = p < 3 ? payments.partitions[p] : labels.partitions[0];
      for (; next[p] < log.size(); ++next[p])
        inputs.push_back({p == 3, log[next[p]].value.value_or(""), world.now_ms()});
    }
  }
  return inputs;
}

std::string stepped(SmallShard& shard, const InputRecord& input) {
  shard.clock_ms = input.clock_ms;
  const auto& out = input.label ? shard.label(input.value) : shard.transaction(input.value);
  return out.audit + "\n" + out.decision;
}

// Whatever is forgotten and fetched again, cut and written early or late, or lost with the process: every record comes
// to the same bytes as with everything in memory.
TEST(Memory, ForgettingChangesNoByte) {
  std::uint64_t fetched_again = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    const auto inputs = seeded_inputs(seed, 300);
    SmallShard all;
    const ScratchDirectory directory;
    auto store = store_of(small_store(directory.path()));
    std::unique_ptr<HistoryFetcher> fetcher;
    std::unique_ptr<SmallShard> cold;
    const auto begin = [&] {
      fetcher = seed % 3 == 0 ? make_threaded_history_fetcher(*store, 2) : make_inline_history_fetcher(*store);
      auto options = forgetful();
      if (seed % 3 != 1) options.memory.fetcher = fetcher.get();
      cold = std::make_unique<SmallShard>(store.get(), options);
    };
    begin();
    std::optional<state::Batch> cut;
    std::size_t expected_below = 0;
    const auto write = [&] {
      ASSERT_TRUE(store->write(*cut).ok());
      cold->core.memory->written();
      cold->core.memory->trim();
      cut.reset();
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      // Some of the next ones are expected: at this clock, which may have moved before their turn comes.
      cold->clock_ms = inputs[i].clock_ms;
      if (expected_below <= i && random.one_in(2)) {
        expected_below = i;
        for (auto ahead = random.below(40); ahead > 0 && expected_below < inputs.size(); --ahead, ++expected_below) {
          const auto& next = inputs[expected_below];
          if (!next.label && !cold->expect(next.value, static_cast<std::int64_t>(expected_below - i))) break;
        }
      }
      const auto expected = stepped(all, inputs[i]);
      ASSERT_EQ(stepped(*cold, inputs[i]), expected) << "seed " << seed << ", record " << i;
      switch (random.below(8)) {
        case 0:
        case 1:  // the epoch is cut now and written some records later
          if (!cut) cold->core.memory->cut(cut.emplace());
          break;
        case 2:
        case 3:
          if (cut) write();
          break;
        case 4:  // written, but Memory does not know yet
          if (cut && random.one_in(2)) {
            ASSERT_TRUE(store->write(*cut).ok());
            cut->clear();
          }
          break;
        case 5:
          if (!random.one_in(6)) break;
          // A clean end of the process and a new one.
          if (cut) write();
          cold->core.memory->cut(cut.emplace());
          write();
          {
            const auto progress = cold->core.step->progress;
            const auto next_offset = cold->next_offset;
            fetched_again += cold->core.memory->figures().history_misses;
            cold.reset();
            fetcher.reset();
            store.reset();
            store = store_of(small_store(directory.path()));
            begin();
            cold->core.step->progress = progress;
            cold->next_offset = next_offset;
          }
          break;
        default:
          break;
      }
    }
    fetched_again += cold->core.memory->figures().history_misses;
  }
  EXPECT_GT(fetched_again, 1000U) << "else nothing was forgotten";
}

// A store with one epoch of `shard` in it.
void write_epoch(state::Store& store, SmallShard& shard) {
  state::Batch batch;
  shard.core.memory->cut(batch);
  batch.put_position("somewhere");
  const auto status = store.write(batch);
  ASSERT_TRUE(status.ok()) << status.error().message;
  shard.core.memory->written();
  shard.core.memory->trim();
}

TEST(Memory, AnEventIdIsFoundBeforeWhileAndAfterItIsWritten) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  SmallShard shard(store.get());
  auto& memory = *shard.core.memory;
  const auto found = [&](std::string_view id) {
    std::string all;
    const auto entries = memory.find_event(id);
    EXPECT_TRUE(entries.ok());
    for (const auto& entry : *entries) all += std::to_string(entry.clock_ms) + ":" + entry.bytes + " ";
    return all;
  };
  EXPECT_EQ(found("x"), "");
  memory.remember_event("x", 1, "one");
  EXPECT_EQ(found("x"), "1:one ");
  state::Batch batch;
  memory.cut(batch);
  EXPECT_EQ(found("x"), "1:one ");
  memory.remember_event("x", 2, "two");  // after the cut
  EXPECT_EQ(found("x"), "1:one 2:two ");
  ASSERT_TRUE(store->write(batch).ok());
  EXPECT_EQ(found("x"), "1:one 2:two ") << "in the store and still here: once";
  memory.written();
  EXPECT_EQ(found("x"), "1:one 2:two ");
  batch.clear();
  memory.cut(batch);
  ASSERT_TRUE(store->write(batch).ok());
  memory.written();
  EXPECT_EQ(found("x"), "1:one 2:two ");
  EXPECT_EQ(found("y"), "");
}

TEST(Memory, WithoutAStoreEverythingStays) {
  SmallShard shard(nullptr, forgetful());
  for (int i = 0; i < 50; ++i) {
    shard.pay({"p" + std::to_string(i), kNoon, "c" + std::to_string(i), "m1"});
    shard.core.memory->trim();
  }
  EXPECT_EQ(shard.core.memory->figures().entities, 51U);
  for (int i = 0; i < 50; ++i) {
    shard.pay({"p" + std::to_string(i), kNoon, "c" + std::to_string(i), "m1"});
    EXPECT_EQ(shard.last().kind, audit::Kind::kDuplicate);
  }
}

TEST(Memory, ForgetsTheLongestUnusedFirstAndNothingUnwritten) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  CoreOptions options;
  SmallShard probe;
  probe.pay({"p1"});
  const auto of_two = probe.core.memory->figures().history_bytes;
  options.memory.max_history_bytes = 2 * of_two;
  SmallShard shard(store.get(), options);
  for (int i = 0; i < 20; ++i) {
    const auto number = std::to_string(i);
    shard.pay({"p" + number, kNoon, "c" + number, "m" + number});
  }
  shard.core.memory->trim();
  EXPECT_EQ(shard.core.memory->figures().entities, 40U) << "all of it is unwritten";
  EXPECT_GT(shard.core.memory->figures().history_bytes, options.memory.max_history_bytes);
  write_epoch(*store, shard);
  const auto figures = shard.core.memory->figures();
  EXPECT_LE(figures.history_bytes, options.memory.max_history_bytes);
  EXPECT_GE(figures.entities, 2U);
  EXPECT_LT(figures.entities, 10U);
  const auto misses = figures.history_misses;
  shard.pay({"q19", kNoon, "c19", "m19"});
  EXPECT_EQ(shard.core.memory->figures().history_misses, misses) << "the last used are here";
  shard.pay({"q0", kNoon, "c0", "m0"});
  EXPECT_EQ(shard.core.memory->figures().history_misses, misses + 2) << "the first are not";
  EXPECT_EQ(shard.member("card.count_1h"), "2") << "and come back with what they had";
}

TEST(Memory, WaitingLabelsSurviveTheProcess) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Progress progress;
  {
    SmallShard shard(store.get());
    shard.label(label_json("p1", "fraud", kNoon));
    shard.label(label_json("p2", "fraud", kNoon));
    EXPECT_EQ(shard.member("waits"), "true");
    shard.pay({"p2", kNoon, "c2", "m2"});  // waits no longer
    write_epoch(*store, shard);
    progress = shard.core.step->progress;
  }
  {
    SmallShard shard(store.get());
    shard.core.step->progress = progress;
    EXPECT_TRUE(shard.core.memory->any_label_waits());
    shard.pay({"p1", kNoon});
    EXPECT_FALSE(shard.core.memory->any_label_waits());
    shard.clock_ms += kHour;
    shard.pay({"p3", kNoon + kHour, "c9", "m1"});
    EXPECT_EQ(shard.member("merchant.fraud_share"), "1.0");
    write_epoch(*store, shard);
    progress = shard.core.step->progress;
  }
  SmallShard shard(store.get());
  shard.core.step->progress = progress;
  EXPECT_FALSE(shard.core.memory->any_label_waits()) << "what was taken does not wait again";
  shard.clock_ms += 2 * kHour;
  shard.pay({"p4", kNoon + 2 * kHour, "c9", "m1"});
  EXPECT_EQ(shard.member("merchant.fraud_share"), "0.5");
}

TEST(Memory, LabelsThatWaitTooLongAreDropped) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  SmallShard shard(store.get());
  auto& memory = *shard.core.memory;
  memory.remember_waiting_label("a", 10, {true, 1});
  memory.remember_waiting_label("b", 10, {true, 1});
  memory.remember_waiting_label("a", 20, {false, 2});
  memory.drop_waiting_labels(9);
  write_epoch(*store, shard);
  const auto check = [](Memory& each) {
    each.drop_waiting_labels(10);
    EXPECT_TRUE(each.take_waiting_labels("b").empty());
    const auto labels = each.take_waiting_labels("a");
    ASSERT_EQ(labels.size(), 1U);
    EXPECT_FALSE(labels[0].fraud);
    EXPECT_EQ(labels[0].known_at_ms, 2);
    EXPECT_FALSE(each.any_label_waits());
    each.drop_waiting_labels(30);
  };
  {
    SmallShard again(store.get());
    EXPECT_EQ(again.core.memory->take_waiting_labels("a").size(), 2U) << "the store keeps them until it compacts";
  }
  SmallShard again(store.get());
  check(*again.core.memory);
  check(memory);
}

TEST(Memory, PermanentNumbersStayWhatTheyAre) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  std::uint32_t number = 0;
  {
    SmallShard shard(store.get());
    auto& catalogue = shard.core.memory->catalogue();
    (void)catalogue.number(history::CatalogueKind::kRule, "another");
    number = catalogue.number(history::CatalogueKind::kRule, "a rule");
    write_epoch(*store, shard);
  }
  SmallShard shard(store.get(), {}, changed_policy());
  EXPECT_EQ(shard.core.memory->catalogue().number(history::CatalogueKind::kRule, "a rule"), number);
}

// A chunk is full at 4 KiB: what is appended then goes to the next one, whoever counted.
TEST(Memory, AFullChunkIsFollowedByAnother) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  auto shard = std::make_unique<SmallShard>(store.get(), forgetful());
  for (int i = 0; i < 400; ++i) {
    shard->pay({"p" + std::to_string(i), kNoon + i, "c1", "m" + std::to_string(i)});
    if (i % 10 == 9) write_epoch(*store, *shard);
    if (i % 100 == 99) {
      const auto progress = shard->core.step->progress;
      shard = std::make_unique<SmallShard>(store.get(), forgetful());
      shard->core.step->progress = progress;
    }
  }
  const auto entity = stored(*store, shard->core.memory->entity_number(0), "c1");
  ASSERT_GE(entity.chunks.size(), 3U);
  for (std::size_t i = 0; i + 1 < entity.chunks.size(); ++i) {
    EXPECT_GE(entity.chunks[i].size(), 4096U);
    EXPECT_LT(entity.chunks[i].size(), 4096U + 1000U) << "an epoch's rows over it at most";
  }
}

TEST(MemoryDeathTest, OneCutAtATime) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  SmallShard shard(store.get());
  shard.pay({"p1"});
  state::Batch batch;
  shard.core.memory->cut(batch);
  EXPECT_DEATH(shard.core.memory->cut(batch), "one cut at a time");
}

}  // namespace
}  // namespace weir::shard::test
