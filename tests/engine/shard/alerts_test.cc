// Alerts and their cases, and the control share, as the step makes and records them.
#include "engine/shard/alerts.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/shard/small_shard.h"
#include "tests/engine/shard/world.h"

namespace weir::shard::test {
namespace {

// The small bank: many-payments (from the fourth within an hour) alerts once in an hour per merchant, all others once
// in six hours per card. Amounts of 500 euro and more are never of the control share.
Payment dear(std::string id, std::int64_t time_ms, std::string merchant, std::string channel = "chip") {
  return {std::move(id), time_ms, "c1", std::move(merchant), "600.00", std::move(channel)};
}

// Three payments before `time_ms`: the next one of this card alerts.
void prepare(SmallShard& shard, std::int64_t time_ms, const std::string& prefix) {
  for (int i = 3; i > 0; --i) shard.pay(dear(prefix + std::to_string(i), time_ms - i * kMinute, "m9"));
  ASSERT_EQ(shard.last().outcome, book::Outcome::kApprove);
  ASSERT_FALSE(shard.last().alert.has_value());
}

std::string alert_of(const SmallShard& shard) { return shard.member("alert"); }

TEST(Alerts, AnAlertOpensACaseAndARepetitionJoinsIt) {
  SmallShard shard;
  prepare(shard, kNoon, "a");
  shard.pay(dear("p1", kNoon, "m1"));
  EXPECT_EQ(shard.last().outcome, book::Outcome::kReview);
  EXPECT_EQ(alert_of(shard), R"({"case":"merchant-0-3","repeated":false,"repeated_rules":[]})");
  EXPECT_NE(shard.last().decision.find(R"("alert":{"case":"merchant-0-3","repeated":false})"), std::string::npos);

  shard.pay(dear("p2", kNoon + kMinute, "m1"));
  EXPECT_EQ(shard.last().outcome, book::Outcome::kReview) << "the decision stays what it is";
  EXPECT_EQ(alert_of(shard), R"({"case":"merchant-0-3","repeated":true,"repeated_rules":["many-payments"]})");

  shard.pay(dear("p3", kNoon + 2 * kMinute, "m2"));
  EXPECT_EQ(alert_of(shard), R"({"case":"merchant-0-5","repeated":false,"repeated_rules":[]})") << "another merchant";
}

TEST(Alerts, TheTimeIsMeasuredFromTheAlertThatWasRaised) {
  for (const std::int64_t beyond_ms : {-1, 0}) {
    SmallShard shard;
    shard.clock_ms = kNoon + 2 * kHour;
    prepare(shard, kNoon, "a");
    shard.pay(dear("p1", kNoon, "m1"));
    shard.pay(dear("p2", kNoon + 30 * kMinute, "m1"));
    EXPECT_TRUE(shard.last().alert->repeated);
    for (int i = 0; i < 3; ++i) shard.pay(dear("b" + std::to_string(i), kNoon + 50 * kMinute + i, "m9"));
    shard.pay(dear("p3", kNoon + kHour + beyond_ms, "m1"));
    ASSERT_TRUE(shard.last().alert.has_value());
    EXPECT_EQ(shard.last().alert->repeated, beyond_ms < 0) << "the repetition at 12:30 prolongs nothing";
  }
}

TEST(Alerts, OneThatComesLateIsOfTheCaseOfALaterPayment) {
  SmallShard shard;
  prepare(shard, kNoon, "a");
  shard.pay(dear("p1", kNoon, "m1"));
  shard.pay(dear("p2", kNoon - 30 * kSecond, "m1"));
  EXPECT_EQ(shard.last().flags, decide::kLate);
  ASSERT_TRUE(shard.last().alert.has_value());
  EXPECT_TRUE(shard.last().alert->repeated);
  EXPECT_EQ(shard.last().alert->sequence, 3U);
}

TEST(Alerts, AnotherRuleJoinsTheCaseAndIsNoRepetition) {
  SmallShard shard;
  prepare(shard, kNoon, "a");
  shard.pay(dear("p1", kNoon, "m1"));
  shard.pay(dear("p2", kNoon + kMinute, "m1", "online"));
  EXPECT_EQ(shard.member("reasons"), R"(["many-payments","expensive-online"])");
  EXPECT_EQ(alert_of(shard), R"({"case":"merchant-0-3","repeated":false,"repeated_rules":["many-payments"]})");
  shard.pay(dear("p3", kNoon + 2 * kMinute, "m1", "online"));
  EXPECT_EQ(alert_of(shard),
            R"({"case":"merchant-0-3","repeated":true,"repeated_rules":["expensive-online","many-payments"]})");
  // At another merchant the card's own rule has alerted already, and names the case.
  shard.pay(dear("p4", kNoon + 3 * kMinute, "m2", "online"));
  EXPECT_EQ(alert_of(shard), R"({"case":"merchant-0-3","repeated":false,"repeated_rules":["expensive-online"]})");
}

TEST(Alerts, ADuplicateIsAnsweredWithTheFirstAlertAndRaisesNone) {
  SmallShard shard;
  prepare(shard, kNoon, "a");
  shard.pay(dear("p1", kNoon, "m1"));
  const auto first = shard.last().decision;
  shard.pay(dear("p2", kNoon + kMinute, "m1"));
  const auto second = shard.last().decision;
  shard.pay(dear("p1", kNoon, "m1"));
  EXPECT_EQ(shard.last().decision, first);
  EXPECT_FALSE(shard.last().alert.has_value());
  shard.pay(dear("p2", kNoon + kMinute, "m1"));
  EXPECT_EQ(shard.last().decision, second);
  EXPECT_NE(second.find(R"("repeated":true)"), std::string::npos);
}

TEST(Alerts, WhatIsForgottenAlertsAnew) {
  SmallShard shard;
  prepare(shard, kNoon, "a");
  shard.pay(dear("p1", kNoon, "m1"));
  // By the clock the two days of history have gone, and the marks with them; the events' own times are near each other.
  shard.clock_ms += 2 * kDay + kMinute;
  prepare(shard, kNoon + 10 * kMinute, "b");
  shard.pay(dear("p2", kNoon + 10 * kMinute, "m1"));
  ASSERT_TRUE(shard.last().alert.has_value());
  EXPECT_FALSE(shard.last().alert->repeated);
}

TEST(ControlShare, APaymentOfItIsApprovedFlaggedAndToldInFull) {
  SmallShard shard;
  int controlled = 0;
  int stopped = 0;
  for (int i = 0; i < 200; ++i) {
    const auto card = "c" + std::to_string(i);
    for (int k = 0; k < 4; ++k) shard.pay({card + "-" + std::to_string(k), kNoon + k * kSecond, card, "m1", "400.00"});
    ASSERT_EQ(shard.last().score, 400);
    if ((shard.last().flags & decide::kControl) == 0) {
      EXPECT_EQ(shard.last().outcome, book::Outcome::kReview);
      EXPECT_EQ(shard.member("control"), "");
      ++stopped;
      continue;
    }
    ++controlled;
    EXPECT_EQ(shard.last().outcome, book::Outcome::kApprove);
    EXPECT_FALSE(shard.last().alert.has_value());
    EXPECT_EQ(shard.member("control"), "\"review\"");
    EXPECT_EQ(shard.member("outcome"), "\"approve\"");
    EXPECT_EQ(shard.member("reasons"), R"(["many-payments"])");
    const auto decision = shard.last().decision;
    EXPECT_NE(decision.find(R"("flags":["control"])"), std::string::npos) << decision;
    shard.pay({card + "-3", kNoon + 3 * kSecond, card, "m1", "400.00"});
    EXPECT_EQ(shard.last().kind, audit::Kind::kDuplicate);
    EXPECT_EQ(shard.last().decision, decision);
  }
  // One in five of 200; five standard deviations are 28.
  EXPECT_NEAR(controlled, 40, 28);
  EXPECT_EQ(controlled + stopped, 200);
}

}  // namespace
}  // namespace weir::shard::test
