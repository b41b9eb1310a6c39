#include "engine/backtest/truth.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/engine/backtest/made_ledger.h"
#include "tests/engine/base/scratch_directory.h"

namespace weir::backtest {
namespace {

TEST(Truth, TheLabelThatBecameKnownLastCounts) {
  const auto truth_of = [](std::vector<std::pair<bool, std::int64_t>> labels, std::int64_t until_ms = INT64_MAX) {
    Verity verity;
    for (const auto& [fraud, known_at_ms] : labels) verity.add(fraud, known_at_ms, {until_ms, {}});
    return verity.truth();
  };
  EXPECT_EQ(truth_of({}), Truth::kUnknown);
  EXPECT_EQ(truth_of({{true, 5}}), Truth::kFraud);
  EXPECT_EQ(truth_of({{true, 5}, {false, 9}}), Truth::kHonest);
  EXPECT_EQ(truth_of({{false, 9}, {true, 5}}), Truth::kHonest) << "whatever the order in which they come";
  EXPECT_EQ(truth_of({{true, 5}, {false, 5}}), Truth::kHonest) << "of equal ones the later";
  EXPECT_EQ(truth_of({{true, 5}, {false, 9}}, 8), Truth::kFraud) << "what is known later does not count";
  EXPECT_EQ(truth_of({{true, 5}}, 5), Truth::kFraud);
  EXPECT_EQ(truth_of({{true, 5}}, 4), Truth::kUnknown);
}

TEST(Truth, SilenceSaysSomethingOfWhatIsOldEnough) {
  auto ledger = made_ledger({{0, 1, Truth::kUnknown},
                             {10, 1, Truth::kUnknown},
                             {11, 1, Truth::kUnknown},
                             {11, 1, Truth::kFraud},
                             {0, 1, Truth::kFraud},
                             {0, 1, Truth::kUnknown, 0, kNobody, Then::kDecline}});
  auto& payments = ledger.payments;
  judge_silence(payments, 30, {});
  EXPECT_EQ(payments.standing(0), Standing::kUnknown) << "nobody said how long silence takes";
  EXPECT_EQ(payments.standing(3), Standing::kScored);
  judge_silence(payments, 30, {INT64_MAX, 20});
  EXPECT_EQ(payments.truth[1], Truth::kHonest) << "just old enough";
  EXPECT_EQ(payments.standing(1), Standing::kScored);
  EXPECT_EQ(payments.standing(2), Standing::kTooYoung);
  EXPECT_EQ(payments.standing(3), Standing::kTooYoung) << "though it was reported";
  EXPECT_EQ(payments.truth[3], Truth::kFraud);
  EXPECT_EQ(payments.standing(4), Standing::kScored);
  EXPECT_EQ(payments.standing(5), Standing::kDeclinedThen);
  EXPECT_EQ(payments.truth[5], Truth::kUnknown) << "nobody complains of what was declined";
}

TEST(Truth, ThePastEndsWhereTwoHaveReached) {
  Horizon horizon;
  horizon.see(50);
  EXPECT_EQ(horizon.end_ms({}), INT64_MIN);
  horizon.see(40);
  EXPECT_EQ(horizon.end_ms({}), 40);
  horizon.see(50);
  EXPECT_EQ(horizon.end_ms({}), 50);
  EXPECT_EQ(horizon.end_ms({45, {}}), 45);
  Horizon labels;
  labels.see(4'000'000'000'000);
  labels.see(60);
  horizon.see(labels);
  EXPECT_EQ(horizon.end_ms({}), 60) << "one wrong date moves nothing";
}

TEST(Truth, DecisionsAreFoundByTheirIds) {
  Decisions decisions;
  ASSERT_TRUE(decisions.add(R"({"v":1,"id":"p1","outcome":"decline","score":900})", "d:1").ok());
  ASSERT_TRUE(decisions.add(R"({"id":"p2","outcome":"review"})", "d:2").ok());
  ASSERT_TRUE(decisions.add(R"({"id":"p1","outcome":"approve"})", "d:3").ok());
  EXPECT_EQ(decisions.of("p1"), Then::kDecline) << "a repeat is the first one's answer";
  EXPECT_EQ(decisions.of("p2"), Then::kReview);
  EXPECT_EQ(decisions.of("p3"), Then::kUnknown);
  for (const auto* bad :
       {"{", R"({"id":"p1"})", R"({"id":1,"outcome":"approve"})", R"({"id":"p","outcome":"maybe"})"}) {
    const auto status = decisions.add(bad, "d:4");
    ASSERT_FALSE(status.ok()) << bad;
    EXPECT_TRUE(status.error().message.starts_with("d:4: no decision")) << status.error().message;
  }
}

TEST(Truth, LabelsNameTheirPlaceIfTheyAreNone) {
  const auto policy = made_policy();
  Labels labels(*policy->schema, "");
  ASSERT_TRUE(labels.add(R"({"event_id":"p1","label":"fraud","known_at":1000})", "l:1").ok());
  ASSERT_TRUE(labels.add(R"({"event_id":"p1","label":"honest","known_at":2000})", "l:2").ok());
  EXPECT_EQ(labels.of("p1").size(), 2U);
  EXPECT_TRUE(labels.of("p2").empty());
  const auto bad = labels.add(R"({"event_id":"p1","label":"bad","known_at":2000})", "l:3");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("l:3: no label: `label`"), std::string::npos) << bad.error().message;
}

TEST(Truth, LabelsAreReadFromFilesOfLinesAndOfRows) {
  const auto policy = made_policy();
  const test::ScratchDirectory root;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(root / name, std::ios::binary) << text;
    return root / name;
  };
  Labels labels(*policy->schema, "");
  ASSERT_TRUE(labels
                  .add_file(write("a.jsonl", R"({"event_id":"p1","label":"fraud","known_at":1000})"
                                             "\n"))
                  .ok());
  ASSERT_TRUE(labels
                  .add_file(write("b.csv",
                                  "known_at,by,event_id,label\n2000,us,p1,honest\n"
                                  "1970-01-01T00:00:03Z,\"us, too\",p2,fraud\n"))
                  .ok());
  EXPECT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels.known().end_ms({}), 2000) << "two have reached it";
  ASSERT_EQ(labels.of("p1").size(), 2U);
  EXPECT_TRUE(labels.of("p1")[0].fraud);
  EXPECT_FALSE(labels.of("p1")[1].fraud);
  EXPECT_EQ(labels.of("p1")[1].known_at_ms, 2000);
  ASSERT_EQ(labels.of("p2").size(), 1U);

  const auto message = [&](const std::string& path) { return labels.add_file(path).error().message; };
  EXPECT_EQ(message(write("c.csv", "event_id,label\n")),
            root / "c.csv" + ": the CSV header has no column `known_at`: a label has event_id, label and known_at");
  EXPECT_EQ(message(write("d.csv", "event_id,label,known_at\np3,fraud,0\np3,Fraud,0\n")),
            root / "d.csv" + ":3: no label: `label`: `Fraud` is neither fraud nor honest");
  EXPECT_FALSE(labels.add_file(root / "none.csv").ok());
}

}  // namespace
}  // namespace weir::backtest
