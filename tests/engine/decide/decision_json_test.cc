#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/base/civil_time.h"
#include "engine/decide/decision.h"

namespace weir::decide {
namespace {

std::string json(const DecisionFacts& facts) {
  std::string out;
  append_decision_json(facts, out);
  return out;
}

TEST(DecisionJson, TheseAreItsBytes) {
  const std::vector<ReasonText> reasons{{"night-spree", "R07", 400}, {"\"quoted\"", "Zürich", -5}};
  DecisionFacts facts;
  facts.id = "tx-\"1\"";
  facts.type = "card_payment";
  facts.time_ms = 1'772'184'600'125;
  facts.outcome = book::Outcome::kReview;
  facts.score = 395;
  facts.flags = kLate | kBeyondHistory | kIdConflict;
  facts.policy = "sha256:00";
  facts.shard = 4'294'967'295U;
  facts.sequence = 18'446'744'073'709'551'615U;
  facts.reasons = reasons;
  EXPECT_EQ(json(facts),
            R"({"v":1,"id":"tx-\"1\"","type":"card_payment","time":"2026-02-27T09:30:00.125Z","outcome":"review",)"
            R"("score":395,"reasons":[{"code":"R07","rule":"night-spree","points":400},)"
            R"({"code":"Zürich","rule":"\"quoted\"","points":-5}],"flags":["late","beyond_history","id_conflict"],)"
            R"("policy":"sha256:00","audit":{"shard":4294967295,"sequence":18446744073709551615}})");
}

TEST(DecisionJson, WithoutReasonsAndFlagsTheirListsAreEmpty) {
  DecisionFacts facts;
  facts.id = "1";
  facts.type = "t";
  facts.policy = "p";
  EXPECT_EQ(json(facts),
            R"({"v":1,"id":"1","type":"t","time":"1970-01-01T00:00:00Z","outcome":"approve","score":0,"reasons":[],)"
            R"("flags":[],"policy":"p","audit":{"shard":0,"sequence":0}})");
}

TEST(DecisionJson, EachFlagHasItsName) {
  EXPECT_EQ(flag_name(kLate), "late");
  EXPECT_EQ(flag_name(kBeyondHistory), "beyond_history");
  EXPECT_EQ(flag_name(kIdConflict), "id_conflict");
  DecisionFacts facts;
  facts.flags = kBeyondHistory;
  EXPECT_NE(json(facts).find(R"("flags":["beyond_history"])"), std::string::npos);
  facts.flags = kLate | kIdConflict;
  EXPECT_NE(json(facts).find(R"("flags":["late","id_conflict"])"), std::string::npos);
}

TEST(DecisionJson, IsAppendedAndHoldsAnyTimeOfAnEvent) {
  std::string out = "x";
  DecisionFacts facts;
  facts.time_ms = kMinTimeMs;
  append_decision_json(facts, out);
  EXPECT_TRUE(out.starts_with("x{"));
  EXPECT_NE(out.find(R"("time":"0001-01-01T00:00:00Z")"), std::string::npos);
  facts.time_ms = kMaxTimeMs;
  EXPECT_NE(json(facts).find(R"("time":"9999-12-31T23:59:59.999Z")"), std::string::npos);
}

}  // namespace
}  // namespace weir::decide
