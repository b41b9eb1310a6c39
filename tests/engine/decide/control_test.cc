#include "engine/decide/control.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::decide {
namespace {

constexpr std::uint16_t kEuro = 978;

// One hard rule that has hit, one that failed and asks for a review, and what surrounds them.
struct Case {
  std::unique_ptr<book::Book> rules;
  book::Verdicts verdicts;
  Screening screening = Screening::kClear;
  std::vector<std::uint32_t> suppressed;
  Outcome outcome{book::Outcome::kDecline, 0, {0}};
  Value amount = Value::money(4'999, kEuro);
  std::string id = "p1";
  Control control{1, 0, kEuro, 5'000, "a grain of salt", {}};

  Case() {
    std::vector<book::Rule> made;
    for (const auto* name : {"blocked", "failing", "other"}) {
      book::Rule rule;
      rule.id = name;
      rule.when = std::move(*cel::Expression::check("true", {}, {}, cel::Type::dyn()));
      rule.outcome = book::Outcome::kDecline;
      rule.review_on_error = rule.id == "failing";
      made.push_back(std::move(rule));
    }
    rules = std::make_unique<book::Book>(std::move(made), 0);
    verdicts.hits = {0};
    verdicts.errors.push_back({1, Value::error(ErrorCode::kOverflow)});
  }
  bool chosen() const {
    Sha256 sha256;
    return in_control_share(control, *rules, verdicts, {screening, suppressed}, outcome, id, amount, sha256);
  }
};

TEST(ControlShare, TakesWhatWouldBeStopped) {
  Case c;
  EXPECT_TRUE(c.chosen());
  c.outcome.outcome = book::Outcome::kReview;
  EXPECT_TRUE(c.chosen());
  c.outcome.outcome = book::Outcome::kApprove;
  EXPECT_FALSE(c.chosen());
}

TEST(ControlShare, IsBoundedByTheAmount) {
  Case c;
  for (const auto& [minor, expected] : std::vector<std::pair<std::int64_t, bool>>{
           {0, true}, {1, true}, {4'999, true}, {5'000, false}, {-1, false}, {INT64_MIN, false}}) {
    c.amount = Value::money(minor, kEuro);
    EXPECT_EQ(c.chosen(), expected) << minor;
  }
  c.amount = Value::money(1, 840);
  EXPECT_FALSE(c.chosen()) << "dollars are not bounded by euros";
  c.amount = Value();
  EXPECT_FALSE(c.chosen()) << "nor is what is not known";
}

TEST(ControlShare, NeverTakesAHitOfScreening) {
  for (const auto screening : {Screening::kReview, Screening::kDecline}) {
    Case c;
    c.screening = screening;
    EXPECT_FALSE(c.chosen());
  }
}

TEST(ControlShare, LeavesExceptedRulesAlone) {
  Case c;
  c.control.excepted = {"blocked"};
  EXPECT_FALSE(c.chosen());
  c.control.excepted = {"failing"};
  EXPECT_FALSE(c.chosen()) << "it asks for a review by its failure";
  c.suppressed = {1};
  EXPECT_TRUE(c.chosen()) << "an allow entry has taken the failure out";
  c.control.excepted = {"another", "other"};
  EXPECT_TRUE(c.chosen()) << "these did not hit";
}

TEST(ControlShare, IsChosenByTheHashOfSaltAndId) {
  Case c;
  c.control.one_in = 10;
  std::string taken;
  int count = 0;
  for (int i = 0; i < 20'000; ++i) {
    c.id = "p" + std::to_string(i);
    if (!c.chosen()) continue;
    if (i < 100) taken += c.id + " ";
    ++count;
  }
  // 2,000 are expected; five standard deviations are 212.
  EXPECT_NEAR(count, 2'000, 212);
  // From Python: int.from_bytes(sha256(b"a grain of salt\0p" + n).digest()[:8], "big") % 10 == 0
  EXPECT_EQ(taken, "p29 p34 p48 p70 p87 p92 ");
  c.control.salt = "another grain";
  std::string others;
  for (int i = 0; i < 100; ++i) {
    c.id = "p" + std::to_string(i);
    if (c.chosen()) others += c.id + " ";
  }
  EXPECT_NE(others, taken);
}

}  // namespace
}  // namespace weir::decide
