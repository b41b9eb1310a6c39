#include "engine/shard/step.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/shard/small_shard.h"

namespace weir::shard::test {
namespace {

using audit::Kind;

// --- Duplicates ------------------------------------------------------------------------------------------------------

TEST(Step, ADuplicateIsAnsweredWithTheFirstDecisionsBytesAndCountedOnce) {
  SmallShard shard;
  const Payment payment{"p1", kNoon, "c1", "m1", "450.00", "online"};
  const auto first = shard.pay(payment).decision;
  EXPECT_EQ(shard.last().kind, Kind::kTransaction);
  EXPECT_EQ(shard.last().score, 350);
  EXPECT_EQ(shard.member("card.count_1h"), "1");
  shard.clock_ms += kMinute;
  const auto& again = shard.pay(payment);
  EXPECT_EQ(again.kind, Kind::kDuplicate);
  EXPECT_EQ(again.decision, first);
  EXPECT_EQ(again.score, 350);
  EXPECT_EQ(again.outcome, book::Outcome::kApprove);
  EXPECT_EQ(again.sequence, 1U);
  EXPECT_EQ(shard.member("first_sequence"), "0");
  EXPECT_EQ(shard.member("event_id"), "\"p1\"");
  shard.pay({"p2", kNoon + kMinute});
  EXPECT_EQ(shard.member("card.count_1h"), "2") << "not three";
}

TEST(Step, ADuplicateKeepsTheFlagsOfTheFirst) {
  SmallShard shard;
  shard.pay({"p1", kNoon});
  const Payment late{"p2", kNoon - kMinute};
  const auto first = shard.pay(late).decision;
  EXPECT_NE(first.find("\"flags\":[\"late\"]"), std::string::npos);
  EXPECT_EQ(shard.pay(late).decision, first);
  EXPECT_EQ(shard.last().flags, decide::kLate);
}

TEST(Step, TheDuplicateHorizonIsTheLastMomentAtWhichItIsOne) {
  for (const std::int64_t beyond : {0, 1}) {
    SmallShard shard;
    const Payment payment{"p1", kNoon};
    shard.pay(payment);
    shard.clock_ms += kDay + beyond;
    shard.pay(payment);
    EXPECT_EQ(shard.last().kind, beyond == 0 ? Kind::kDuplicate : Kind::kTransaction);
    EXPECT_EQ(shard.last().flags & decide::kIdConflict, 0);
  }
}

TEST(Step, TheSameIdWithOtherBytesIsDecidedAfreshAndFlagged) {
  SmallShard shard;
  const Payment first{"p1", kNoon};
  auto other = first;
  other.amount = "500.00";
  other.channel = "online";
  const auto first_decision = shard.pay(first).decision;
  const auto second_decision = shard.pay(other).decision;
  EXPECT_EQ(shard.last().kind, Kind::kTransaction);
  EXPECT_EQ(shard.last().flags, decide::kIdConflict);
  EXPECT_EQ(shard.member("flags"), "[\"id_conflict\"]");
  EXPECT_EQ(shard.last().score, 350);
  EXPECT_EQ(shard.member("card.count_1h"), "2") << "both are counted";
  // From now on each of the two has its own answer.
  EXPECT_EQ(shard.pay(first).decision, first_decision);
  EXPECT_EQ(shard.last().flags, 0);
  EXPECT_EQ(shard.member("first_sequence"), "0");
  EXPECT_EQ(shard.pay(other).decision, second_decision);
  EXPECT_EQ(shard.last().flags, decide::kIdConflict);
  EXPECT_EQ(shard.member("first_sequence"), "1");
}

TEST(Step, ABlankMoreIsOtherBytes) {
  SmallShard shard;
  shard.pay({"p1"});
  shard.transaction(json({"p1"}) + " ");
  EXPECT_EQ(shard.last().kind, Kind::kTransaction);
  EXPECT_EQ(shard.last().flags, decide::kIdConflict);
}

// --- Flags of time ---------------------------------------------------------------------------------------------------

TEST(Step, LateIsWhatComesBehindANewerEventOfOneOfItsEntities) {
  SmallShard shard;
  shard.pay({"p1", kNoon, "c1", "m1"});
  shard.pay({"p2", kNoon, "c1", "m1"});
  EXPECT_EQ(shard.last().flags, 0) << "the same time is not late";
  shard.pay({"p3", kNoon - 1, "c1", "m2"});
  EXPECT_EQ(shard.last().flags, decide::kLate) << "for the card";
  shard.pay({"p4", kNoon - 1, "c2", "m1"});
  EXPECT_EQ(shard.last().flags, decide::kLate) << "for the merchant";
  shard.pay({"p5", kNoon - kHour, "c3", "m3"});
  EXPECT_EQ(shard.last().flags, 0) << "for nobody";
  shard.pay({"p6", kNoon - kMinute, "c1", "m9"});
  EXPECT_EQ(shard.member("card.count_1h"), "1") << "late events see what was before them";
  shard.pay({"p7", kNoon + 1, "c1", "m9"});
  EXPECT_EQ(shard.member("card.count_1h"), "5") << "and are in their place afterwards";
}

// The policy's history is two days, its furthest window reaches back one day and ten minutes.
TEST(Step, BeyondHistoryIsAnEventWhoseWindowsReachBackTooFar) {
  const std::int64_t edge = kNoon - 2 * kDay + kDay + 10 * kMinute;
  SmallShard shard;
  shard.pay({"p1", edge});
  EXPECT_EQ(shard.last().flags, 0);
  shard.pay({"p2", edge - 1, "c2", "m2"});
  EXPECT_EQ(shard.last().flags, decide::kBeyondHistory);
  EXPECT_EQ(shard.last().kind, Kind::kTransaction) << "it is decided";
}

TEST(Step, RowsAtTheHistorysEdgeAreNotSeen) {
  for (const std::int64_t before : {0, 1}) {
    SmallShard shard;
    shard.clock_ms = kNoon;
    shard.pay({"old", kNoon - kMinute});
    shard.clock_ms = kNoon - kMinute + 2 * kDay - before;
    shard.pay({"late", kNoon});
    EXPECT_EQ(shard.member("card.count_1h"), before == 0 ? "1" : "2")
        << "the cutoff is the row's time, or just before it";
  }
}

TEST(Step, TheClockNeverGoesBack) {
  SmallShard shard;
  shard.pay({"p1"});
  EXPECT_EQ(shard.core.step->progress.clock_ms, kNoon);
  shard.clock_ms = kNoon - kHour;
  shard.pay({"p2"});
  EXPECT_EQ(shard.core.step->progress.clock_ms, kNoon);
  EXPECT_EQ(shard.member("clock_ms"), std::to_string(kNoon));
}

TEST(Step, ALongerHistoryBringsNothingBackThatWasGone) {
  SmallShard shard;
  shard.pay({"p1"});
  EXPECT_EQ(shard.core.step->progress.history_cutoff_ms, kNoon - 2 * kDay);
  shard.clock_ms += kHour;
  shard.pay({"p2", kNoon + kHour});
  EXPECT_EQ(shard.core.step->progress.history_cutoff_ms, kNoon + kHour - 2 * kDay);
  // As if a policy with a shorter history had been live before this one.
  shard.core.step->progress.history_cutoff_ms = kNoon + kHour - 5 * kMinute;
  shard.pay({"p3", kNoon + kHour});
  EXPECT_EQ(shard.member("flags"), "[\"beyond_history\"]");
  EXPECT_EQ(shard.core.step->progress.history_cutoff_ms, kNoon + kHour - 5 * kMinute);
}

// --- The events' own clock -------------------------------------------------------------------------------------------

CoreOptions event_clock() {
  CoreOptions options;
  options.clock_source = ClockSource::kEvent;
  return options;
}

TEST(EventClock, StandsWhereTwoEventsHaveBeen) {
  SmallShard shard(nullptr, event_clock());
  const auto clock = [&] { return shard.core.step->progress.clock_ms; };
  shard.pay({"p1", kNoon});
  EXPECT_EQ(clock(), 0) << "one event moves nothing";
  shard.pay({"p2", kNoon + kHour});
  EXPECT_EQ(clock(), kNoon);
  shard.pay({"p3", kNoon + kHour});
  EXPECT_EQ(clock(), kNoon + kHour);
  shard.pay({"p4", kNoon});
  EXPECT_EQ(clock(), kNoon + kHour) << "it does not go back";
  EXPECT_EQ(shard.member("clock_ms"), std::to_string(kNoon + kHour));
}

TEST(EventClock, OneWrongDateMovesNothingHoweverOftenItIsSent) {
  SmallShard shard(nullptr, event_clock());
  const auto clock = [&] { return shard.core.step->progress.clock_ms; };
  shard.pay({"p1", kNoon});
  shard.pay({"p2", kNoon + kMinute});
  const Payment wrong{"p3", kNoon + 3650 * kDay, "c1", "m7"};
  shard.pay(wrong);
  EXPECT_EQ(shard.last().kind, Kind::kTransaction) << "nothing is too far ahead of this clock";
  EXPECT_EQ(clock(), kNoon + kMinute);
  shard.pay(wrong);
  EXPECT_EQ(shard.last().kind, Kind::kDuplicate);
  EXPECT_EQ(clock(), kNoon + kMinute) << "the same event again is not a second one";
  shard.pay({"p4", kNoon + 2 * kMinute, "c1"});
  EXPECT_EQ(clock(), kNoon + 2 * kMinute);
  EXPECT_EQ(shard.member("card.count_1h"), "3") << "nothing was evicted";
  shard.pay({"p5", kNoon + 3650 * kDay});
  EXPECT_EQ(clock(), kNoon + 3650 * kDay) << "a second one does";
}

TEST(EventClock, DoesNotListenToTheGivenOne) {
  SmallShard shard(nullptr, event_clock());
  shard.clock_ms = kNoon + 999 * kDay;
  shard.pay({"p1", kNoon});
  shard.label(label_json("p1", "fraud", kNoon));
  shard.transaction("broken");
  EXPECT_EQ(shard.core.step->progress.clock_ms, 0);
}

// --- Labels ----------------------------------------------------------------------------------------------------------

// The share of fraud at the merchant is over one day that ends ten minutes before the event.
std::string share_at(SmallShard& shard, std::string id, std::int64_t time_ms) {
  shard.clock_ms = std::max(shard.clock_ms, time_ms);
  shard.pay({std::move(id), time_ms, "c9", "m1"});
  return shard.member("merchant.fraud_share");
}

TEST(Labels, CountOnceTheyAreKnown) {
  SmallShard shard;
  shard.pay({"p1", kNoon});
  shard.label(label_json("p1", "fraud", kNoon + kHour));
  EXPECT_EQ(shard.last().kind, Kind::kLabel);
  EXPECT_EQ(shard.member("waits"), "false");
  EXPECT_EQ(shard.member("label"), "\"fraud\"");
  EXPECT_EQ(shard.last().decision, "");
  EXPECT_EQ(share_at(shard, "p2", kNoon + kHour - 1), "0.0");
  EXPECT_EQ(share_at(shard, "p3", kNoon + kHour), "1.0");
  EXPECT_EQ(shard.last().outcome, book::Outcome::kReview);
}

TEST(Labels, WaitForAnEventThatComesLater) {
  SmallShard shard;
  shard.label(label_json("p1", "fraud", kNoon));
  EXPECT_EQ(shard.member("waits"), "true");
  shard.pay({"p1", kNoon});
  EXPECT_EQ(share_at(shard, "p2", kNoon + 10 * kMinute), "1.0");
  // It waits no longer: another event of that id is not labelled, but gets what comes from now on.
  shard.label(label_json("p1", "honest", kNoon + 20 * kMinute));
  EXPECT_EQ(shard.member("waits"), "false");
  EXPECT_EQ(share_at(shard, "p3", kNoon + 20 * kMinute), "0.0");
}

TEST(Labels, OfSeveralTheLastKnownCounts) {
  SmallShard shard;
  shard.pay({"p1", kNoon});
  shard.label(label_json("p1", "fraud", kNoon + kHour));
  shard.label(label_json("p1", "honest", kNoon + 2 * kHour));
  shard.label(label_json("p1", "honest", kNoon + kMinute));  // comes late, was known early
  EXPECT_EQ(share_at(shard, "a", kNoon + 30 * kMinute), "0.0");
  // Besides p1 the window now holds what asked before, unlabelled.
  EXPECT_EQ(share_at(shard, "b", kNoon + 90 * kMinute), "0.5");
  EXPECT_EQ(share_at(shard, "c", kNoon + 2 * kHour), "0.0");
}

TEST(Labels, SeveralMayWaitAndAllArrive) {
  SmallShard shard;
  shard.label(label_json("p1", "honest", kNoon + kMinute));
  shard.label(label_json("p1", "fraud", kNoon + 2 * kMinute));
  shard.pay({"p1", kNoon});
  EXPECT_EQ(share_at(shard, "a", kNoon + 10 * kMinute), "1.0");
}

TEST(Labels, ForADuplicateIsCountedOnce) {
  SmallShard shard;
  shard.pay({"p1", kNoon});
  shard.pay({"p1", kNoon});
  shard.pay({"p2", kNoon});
  shard.label(label_json("p1", "fraud", kNoon));
  EXPECT_EQ(share_at(shard, "a", kNoon + 10 * kMinute), "0.5");
}

TEST(Labels, OneThatHasWaitedLongerThanTheHistoryIsGone) {
  for (const std::int64_t beyond : {0, 1}) {
    SmallShard shard;
    shard.label(label_json("p1", "fraud", kNoon));
    shard.clock_ms = kNoon + 2 * kDay + beyond;
    shard.pay({"p1", shard.clock_ms - kHour});
    EXPECT_EQ(share_at(shard, "p2", shard.clock_ms), beyond == 0 ? "1.0" : "0.0");
  }
}

TEST(Labels, AnEventOlderThanTheHistoryIsNotFoundAnyMore) {
  for (const std::int64_t beyond : {0, 1}) {
    SmallShard shard;
    shard.pay({"p1", kNoon});
    shard.clock_ms = kNoon + 2 * kDay + beyond;
    shard.label(label_json("p1", "fraud", kNoon));
    EXPECT_EQ(shard.member("waits"), beyond == 0 ? "false" : "true");
  }
}

// --- Dead letters ----------------------------------------------------------------------------------------------------

TEST(DeadLetters, HaveAnAuditRecordAndNoDecision) {
  SmallShard shard;
  shard.pay({"p1"});
  const auto& out = shard.transaction("{\"id\":\"p2\",\"time\":\"2026-02-30T00:00:00Z\"}");
  EXPECT_EQ(out.kind, Kind::kDeadLetter);
  EXPECT_EQ(out.reject.reason, event::RejectReason::kImpossibleTime);
  EXPECT_EQ(out.decision, "");
  EXPECT_EQ(out.flags, 0);
  EXPECT_EQ(out.sequence, 1U);
  EXPECT_EQ(shard.member("reason"), "\"impossible_time\"");
  EXPECT_EQ(shard.member("field"), "\"time\"");
  EXPECT_EQ(shard.member("offset"), "1");
  EXPECT_EQ(shard.member("previous"), "0");
  shard.pay({"p3"});
  EXPECT_EQ(shard.member("card.count_1h"), "2") << "the stream goes on, and it left no trace";
}

TEST(DeadLetters, ATombstoneIsAnEmptyRecord) {
  SmallShard shard;
  EXPECT_EQ(shard.transaction("").reject.reason, event::RejectReason::kEmptyRecord);
  EXPECT_EQ(shard.label("").reject.reason, event::RejectReason::kEmptyRecord);
  EXPECT_EQ(shard.last().kind, Kind::kDeadLetter);
}

TEST(DeadLetters, ATimeTooFarAheadIsMeasuredFromTheClock) {
  SmallShard shard;
  const std::int64_t most = kNoon + 5 * kMinute;
  EXPECT_EQ(shard.pay({"p1", most}).kind, Kind::kTransaction);
  EXPECT_EQ(shard.pay({"p2", most + 1}).kind, Kind::kDeadLetter);
  EXPECT_EQ(shard.last().reject.reason, event::RejectReason::kTimeTooFarAhead);
}

TEST(DeadLetters, ABadLabelIsOne) {
  SmallShard shard;
  shard.label(label_json("p1", "perhaps", kNoon));
  EXPECT_EQ(shard.last().kind, Kind::kDeadLetter);
  EXPECT_EQ(shard.last().reject.reason, event::RejectReason::kLabelUnknownValue);
  shard.pay({"p1"});
  EXPECT_EQ(shard.last().kind, Kind::kTransaction);
}

// --- Records ---------------------------------------------------------------------------------------------------------

TEST(Step, EveryRecordHasTheNextSequenceAndItsOwnLeaf) {
  SmallShard shard;
  std::uint64_t sequence = 0;
  Sha256 sha256;
  const auto check = [&](const Output& out, Kind kind) {
    EXPECT_EQ(out.kind, kind);
    EXPECT_EQ(out.sequence, sequence++);
    EXPECT_EQ(out.leaf, audit::leaf_hash(out.audit, sha256));
    EXPECT_EQ(shard.member("sequence"), std::to_string(out.sequence));
    audit::RecordReader reader;
    audit::ParsedRecord parsed;
    const auto text = shard.enveloped();
    EXPECT_TRUE(reader.read(text, parsed).ok());
    EXPECT_EQ(parsed.kind, kind);
  };
  check(shard.start(), Kind::kStart);
  check(shard.policy_record(), Kind::kPolicy);
  check(shard.pay({"p1"}), Kind::kTransaction);
  check(shard.pay({"p1"}), Kind::kDuplicate);
  check(shard.label(label_json("p1", "fraud", kNoon)), Kind::kLabel);
  check(shard.transaction("{}"), Kind::kDeadLetter);
  EXPECT_EQ(shard.core.step->progress.next_sequence, 6U);
}

TEST(Step, HardRulesAndFailedOnesStandInDecisionAndRecord) {
  SmallShard shard;
  const auto& out = shard.pay({"p1", kNoon, "c1", "m1", "400.00", "online"});
  EXPECT_EQ(out.score, 350);
  EXPECT_NE(out.decision.find(R"("reasons":[{"code":"R02","rule":"expensive-online","points":350}])"),
            std::string::npos);
  EXPECT_NE(out.audit.find(R"({"rule":"far-above-mean","verdict":{"error":"divide_by_zero","detail":"/"})"),
            std::string::npos);
  EXPECT_EQ(shard.member("reasons"), R"(["expensive-online"])");
}

TEST(Step, TheSameInputsGiveTheSameBytes) {
  const auto run = [] {
    SmallShard shard;
    std::string all;
    for (int i = 0; i < 60; ++i) {
      shard.clock_ms += kMinute;
      shard.pay({"p" + std::to_string(i % 40), kNoon + i * kMinute, "c" + std::to_string(i % 3),
                 "m" + std::to_string(i % 2), std::to_string(i * 7) + ".00", i % 2 == 0 ? "online" : "chip"});
      all += shard.last().audit + shard.last().decision;
      if (i % 5 == 0) all += shard.label(label_json("p" + std::to_string(i), "fraud", kNoon + i * kMinute)).audit;
    }
    return all;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace weir::shard::test
