#include "engine/shard/replay.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/shard/recorded_policy.h"
#include "rules/cel/time_zones.h"
#include "tests/engine/shard/small_shard.h"
#include "tests/engine/shard/world.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::shard::test {
namespace {

// A stream with every kind of record.
std::vector<std::string> stream() {
  std::vector<std::string> records;
  SmallShard shard;
  const auto keep = [&] { records.push_back(shard.enveloped()); };
  shard.start();
  keep();
  shard.policy_record();
  keep();
  for (int i = 0; i < 40; ++i) {
    shard.clock_ms += 10 * kMinute;
    const Payment payment{"p" + std::to_string(i),
                          shard.clock_ms,
                          "c" + std::to_string(i % 3),
                          "m" + std::to_string(i % 2),
                          std::to_string(100 + i * 31) + ".50",
                          i % 2 == 0 ? "online" : "chip"};
    shard.pay(payment);
    keep();
    if (i % 4 == 0) {
      shard.pay(payment);
      keep();
    }
    if (i % 5 == 0) {  // for this event, or for one that comes later
      shard.label(label_json("p" + std::to_string(i + i % 2 * 3), i % 3 == 0 ? "honest" : "fraud", shard.clock_ms));
      keep();
    }
    if (i % 7 == 0) {
      shard.transaction("{\"id\":\"x\"}");
      keep();
    }
    if (i % 6 == 0) {  // late, and with the id of another
      shard.pay({payment.id, shard.clock_ms - kHour, payment.card, "m9", "1.00"});
      keep();
    }
  }
  return records;
}

struct Verdicts {
  std::map<std::string, int> counts;
  ReplayFinding first_bad;  // the first that is not identical
};

Verdicts replayed(const std::vector<std::string>& records) {
  const state::ScratchDirectory directory;
  const auto store = state::store_of(state::small_store(directory.path()));
  Replay replay(*store, {});
  Verdicts verdicts;
  for (const auto& record : records) {
    const auto finding = replay.next(record);
    if (!finding) {
      ++verdicts.counts["failed: " + finding.error().message];
      break;
    }
    if (finding->verdict != ReplayVerdict::kIdentical && verdicts.counts.size() <= 1 &&
        verdicts.first_bad.difference.empty()) {
      verdicts.first_bad = *finding;
    }
    ++verdicts.counts[std::string(replay_verdict_name(finding->verdict))];
  }
  return verdicts;
}

// `text` with its first `from` replaced, and, if asked, the leaf made right again.
std::string altered(const std::string& text, std::string_view from, std::string_view to, bool right_leaf) {
  auto changed = text;
  const auto at = changed.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  changed.replace(at, from.size(), to);
  if (!right_leaf) return changed;
  const auto leaf = changed.rfind(",\"leaf\":\"");
  Sha256 sha256;
  const auto hash = audit::leaf_hash(std::string_view(changed).substr(10, leaf - 10), sha256);
  return changed.replace(leaf + 9, 64, hex(hash));
}

std::size_t index_of(const std::vector<std::string>& records, std::string_view text) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].find(text) != std::string::npos) return i;
  }
  ADD_FAILURE() << "no record holds " << text;
  return 0;
}

TEST(Replay, ItsOwnStreamIsIdentical) {
  const auto records = stream();
  const auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts, (std::map<std::string, int>{{"identical", static_cast<int>(records.size())}}))
      << verdicts.first_bad.difference;
  EXPECT_GT(records.size(), 60U);
}

TEST(Replay, OneAlteredDigitIsFoundByItsLeaf) {
  auto records = stream();
  const auto at = index_of(records, "\"id\":\"p7\"");
  records[at] = altered(records[at], "\"amount\":\"317.50 EUR\"", "\"amount\":\"318.50 EUR\"", false);
  const auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.first_bad.verdict, ReplayVerdict::kAltered);
  EXPECT_EQ(verdicts.first_bad.sequence, at);
  EXPECT_EQ(verdicts.first_bad.difference, "audit record was altered: its leaf is not the hash of its content");
  EXPECT_EQ(verdicts.counts.at("altered"), 1);
}

TEST(Replay, WithARightLeafItIsFoundByWhatTheStepComesTo) {
  const auto records = stream();
  const auto at = index_of(records, "\"id\":\"p10\"");
  const struct {
    const char* from;
    const char* to;
    const char* difference;
  } cases[] = {
      {"\"score\":350", "\"score\":351", "score: recorded 351, computed 350"},
      {"\"card.count_1h\":2", "\"card.count_1h\":3", "features.card.count_1h: recorded 3, computed 2"},
      {"\"outcome\":\"approve\"", "\"outcome\":\"decline\"", "outcome: recorded \"decline\", computed \"approve\""},
      {"\"verdicts\":{\"rules\":", "\"verdicts\":{\"rules\":1", nullptr},
      {"\"semantics\":1", "\"semantics\":2", "semantics: recorded 2, computed 1"},
      {"\"shard\":0", "\"shard\":1", "shard: recorded 1, computed 0"},
      {"\"flags\":[]", "\"flags\":[\"late\"]", "flags: recorded [\"late\"], computed []"},
      {"\"amount\":\"410.50 EUR\"", "\"amount\":\"510.50 EUR\"", nullptr},
      {"\"channel\":\"online\"", "\"channel\":\"chip\"", nullptr},
  };
  for (const auto& c : cases) {
    if (records[at].find(c.from) == std::string::npos) {
      ADD_FAILURE() << c.from << " is not in " << records[at];
      continue;
    }
    auto changed = records;
    changed[at] = altered(records[at], c.from, c.to, true);
    const auto verdicts = replayed(changed);
    EXPECT_EQ(verdicts.first_bad.verdict, ReplayVerdict::kDifferent) << c.to;
    if (c.difference != nullptr) {
      EXPECT_EQ(verdicts.first_bad.difference, c.difference);
      EXPECT_EQ(verdicts.first_bad.sequence, at) << c.to;
    }
  }
}

TEST(Replay, AnAlteredDuplicateLabelOrDeadLetterIsFoundToo) {
  const auto records = stream();
  const struct {
    const char* kind;
    const char* from;
    const char* to;
    bool by_itself;  // else by what comes after it
  } cases[] = {
      {"\"kind\":\"duplicate\"", "\"first_sequence\":", "\"first_sequence\":1", true},
      {"\"kind\":\"label\"", "\"waits\":false", "\"waits\":true", true},
      {"\"kind\":\"dead_letter\"", "\"v\":1,\"semantics\":1", "\"v\":1,\"semantics\":3", true},
  };
  for (const auto& c : cases) {
    auto changed = records;
    const auto at = index_of(records, c.kind);
    changed[at] = altered(records[at], c.from, c.to, true);
    const auto verdicts = replayed(changed);
    EXPECT_EQ(verdicts.first_bad.verdict, ReplayVerdict::kDifferent) << c.to;
    EXPECT_EQ(verdicts.first_bad.sequence, at);
  }
}

TEST(Replay, ARemovedRecordIsMissingAndTheRestIsStillCompared) {
  for (const auto* what : {"\"kind\":\"dead_letter\"", "\"kind\":\"duplicate\"", "\"id\":\"p3\""}) {
    auto records = stream();
    const auto at = index_of(records, what);
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
    const auto verdicts = replayed(records);
    EXPECT_EQ(verdicts.first_bad.verdict, ReplayVerdict::kMissing) << what;
    EXPECT_EQ(verdicts.first_bad.sequence, at + 1);
    EXPECT_EQ(verdicts.first_bad.difference, "record " + std::to_string(at) + " should stand here");
    EXPECT_EQ(verdicts.counts.at("missing"), 1);
    if (std::string(what) == "\"kind\":\"dead_letter\"") {
      EXPECT_EQ(verdicts.counts.size(), 2U) << "a dead letter changes nothing for the others";
    }
  }
}

TEST(Replay, ARecordThatStandsTwiceOrElsewhereIsFound) {
  auto records = stream();
  records.insert(records.begin() + 10, records[5]);
  auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts.at("missing"), 1);
  EXPECT_EQ(verdicts.counts.size(), 2U);
  EXPECT_EQ(verdicts.first_bad.sequence, 5U);
  records = stream();
  std::swap(records[10], records[11]);
  verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts.at("missing"), 2);
}

TEST(Replay, WithoutItsFirstRecordsItIsMissing) {
  auto records = stream();
  records.erase(records.begin());
  const auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts, (std::map<std::string, int>{{"missing", static_cast<int>(records.size())}}));
  EXPECT_EQ(verdicts.first_bad.difference, "a start record comes first");
}

TEST(Replay, ARecordRemovedInFrontOfANewEnginesStartIsMissing) {
  std::vector<std::string> records;
  SmallShard shard;
  const auto keep = [&](std::string_view engine, std::uint64_t generation) {
    records.push_back(shard.enveloped(engine, generation));
  };
  shard.start("engine-1", 1, true);
  keep("engine-1", 1);
  shard.policy_record();
  keep("engine-1", 1);
  shard.pay({"p1"});
  keep("engine-1", 1);
  shard.pay({"p2"});
  keep("engine-1", 1);
  shard.start("engine-2", 2, false);
  keep("engine-2", 2);
  shard.pay({"p3"});
  keep("engine-2", 2);
  EXPECT_EQ(replayed(records).counts, (std::map<std::string, int>{{"identical", 6}}));
  records.erase(records.begin() + 3);
  const auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts.at("missing"), 1);
  EXPECT_EQ(verdicts.first_bad.kind, audit::Kind::kStart);
  EXPECT_EQ(verdicts.counts.count("not counted"), 0U);
}

TEST(Replay, WhatAnOvertakenEngineStillWroteDoesNotCount) {
  std::vector<std::string> records;
  SmallShard shard;
  shard.start("engine-1", 1, true);
  records.push_back(shard.enveloped("engine-1", 1));
  shard.policy_record();
  records.push_back(shard.enveloped("engine-1", 1));
  shard.pay({"p1"});
  records.push_back(shard.enveloped("engine-1", 1));
  // Engine 2 has read so far and begins; engine 1 does not know it yet and writes its record 3.
  auto overtaken = records.back();
  shard.start("engine-2", 2, false);
  records.push_back(shard.enveloped("engine-2", 2));
  records.push_back(altered(overtaken, "\"sequence\":2", "\"sequence\":3", true));
  shard.pay({"p2"});
  records.push_back(shard.enveloped("engine-2", 2));
  // A third one that began at the same record as the second loses too.
  records.push_back(altered(records[3], "\"sequence\":3", "\"sequence\":2", true));
  shard.pay({"p3"});
  records.push_back(shard.enveloped("engine-2", 2));
  const auto verdicts = replayed(records);
  EXPECT_EQ(verdicts.counts, (std::map<std::string, int>{{"identical", 6}, {"not counted", 2}}));
}

TEST(Replay, AnEmptyStartAgainIsNoNewBeginning) {
  std::vector<std::string> records;
  SmallShard shard;
  shard.start("engine-1", 1, true);
  records.push_back(shard.enveloped("engine-1", 1));
  shard.policy_record();
  records.push_back(shard.enveloped("engine-1", 1));
  shard.start("engine-2", 2, true);  // stopped before anything came
  records.push_back(shard.enveloped("engine-2", 2));
  shard.pay({"p1"});
  records.push_back(shard.enveloped("engine-2", 2));
  EXPECT_EQ(replayed(records).counts, (std::map<std::string, int>{{"identical", 4}}));
}

TEST(Replay, AStreamBegunAnewIsReplayedFromThere) {
  std::vector<std::string> records;
  {
    SmallShard shard;
    shard.start("engine-1", 1, true);
    records.push_back(shard.enveloped("engine-1", 1));
    shard.policy_record();
    records.push_back(shard.enveloped("engine-1", 1));
    shard.pay({"p1"});
    records.push_back(shard.enveloped("engine-1", 1));
  }
  SmallShard anew;
  anew.core.step->progress.next_sequence = 3;
  anew.start("engine-2", 2, true);
  records.push_back(anew.enveloped("engine-2", 2));
  anew.policy_record();
  records.push_back(anew.enveloped("engine-2", 2));
  anew.pay({"p2"});
  records.push_back(anew.enveloped("engine-2", 2));
  const auto whole = replayed(records);
  EXPECT_EQ(whole.counts.count("failed: the stream was begun anew at record 3: replay it from there"), 1U);
  records.erase(records.begin(), records.begin() + 3);
  EXPECT_EQ(replayed(records).counts, (std::map<std::string, int>{{"identical", 3}}));
}

TEST(Replay, AChangedPolicyKeepsTheHistories) {
  const state::ScratchDirectory directory;
  const auto live_store = state::store_of(state::small_store(directory.path()));
  std::vector<std::string> records;
  Progress progress;
  {
    SmallShard shard(live_store.get());
    shard.start();
    records.push_back(shard.enveloped());
    shard.policy_record();
    records.push_back(shard.enveloped());
    for (int i = 0; i < 5; ++i) {
      shard.pay({"p" + std::to_string(i), kNoon + i, "c1", "m1", "1.00", "online"});
      records.push_back(shard.enveloped());
    }
    state::Batch batch;
    shard.core.memory->cut(batch);
    ASSERT_TRUE(live_store->write(batch).ok());
    progress = shard.core.step->progress;
  }
  SmallShard shard(live_store.get(), {}, changed_policy());
  shard.core.step->progress = progress;
  shard.policy_record();
  records.push_back(shard.enveloped());
  shard.pay({"p9", kNoon + 9, "c1", "m1", "1.00", "online"});
  EXPECT_EQ(shard.member("merchant.online_1h"), "5");
  records.push_back(shard.enveloped());
  EXPECT_EQ(replayed(records).counts, (std::map<std::string, int>{{"identical", 9}}));

  // A policy whose files are not what its hash says is no policy.
  auto tampered = records;
  tampered[1] = altered(records[1], "history: 2d", "history: 3d", true);
  const auto verdicts = replayed(tampered);
  ASSERT_EQ(verdicts.counts.size(), 2U);
  EXPECT_NE(verdicts.counts.begin()->first.find("was altered: its files have another hash"), std::string::npos);
}

TEST(Replay, OtherTimeZonesAreNoReplay) {
  auto older = std::make_shared<policy::Policy>(*small_policy());
  older->time_zones = "1999z";
  older->hash = policy::policy_hash(older->files, older->time_zones);
  SmallShard shard(nullptr, {}, older);
  std::vector<std::string> records;
  shard.start();
  records.push_back(shard.enveloped());
  shard.policy_record();
  records.push_back(shard.enveloped());
  EXPECT_EQ(replayed(records).counts,
            (std::map<std::string, int>{
                {"failed: the recorded policy " + older->hash +
                     " decided with the time zones of 1999z, and this weir has those of " +
                     std::string(cel::time_zone_version()) + ": only a weir with 1999z can make its decisions again",
                 1},
                {"identical", 1}}));

  // Who only looks at it may.
  auto recorded = read_policy_bytes(policy_bytes(*older));
  ASSERT_TRUE(recorded.ok());
  const auto shown = load_recorded_policy(*recorded, older->hash, PolicyUse::kShow);
  ASSERT_TRUE(shown.ok()) << shown.error().message;
  EXPECT_EQ((*shown)->hash, older->hash);
  EXPECT_EQ((*shown)->time_zones, "1999z");
  // The version can't be passed off as another one.
  recorded->time_zones = cel::time_zone_version();
  const auto altered = load_recorded_policy(*recorded, older->hash);
  ASSERT_FALSE(altered.ok());
  EXPECT_NE(altered.error().message.find("was altered"), std::string::npos);
}

TEST(Replay, GarbageIsAltered) {
  auto records = stream();
  for (const auto* garbage : {"", "{}", "null", "{\"record\":{},\"leaf\":\"\"}"}) {
    auto changed = records;
    changed[20] = garbage;
    const auto verdicts = replayed(changed);
    EXPECT_EQ(verdicts.first_bad.verdict, ReplayVerdict::kAltered) << garbage;
    EXPECT_EQ(verdicts.first_bad.sequence, 20U);
  }
}

}  // namespace
}  // namespace weir::shard::test
