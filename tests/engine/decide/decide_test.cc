#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/decide/decision.h"

namespace weir::decide {
namespace {

using book::Outcome;
using book::VerdictKind;

std::unique_ptr<cel::Expression> any_condition() {
  return std::move(*cel::Expression::check("true", {}, {}, cel::Type::dyn()));
}

struct RuleCase {
  std::string id;
  std::int32_t points = 0;
  std::optional<Outcome> outcome = std::nullopt;
  bool review_on_error = false;
  VerdictKind verdict = VerdictKind::kHit;
  bool shadow = false;
  bool suppressed = false;
};

struct Decided {
  Outcome outcome;
  std::int32_t score;
  std::string reasons;  // rule ids with a blank between them
};

Decided decided(std::vector<RuleCase> cases, const Thresholds& thresholds = {},
                Screening screening = Screening::kClear) {
  std::vector<book::Rule> rules;
  for (const auto& c : cases) {
    book::Rule rule;
    rule.id = c.id;
    rule.when = any_condition();
    rule.points = c.points;
    rule.outcome = c.outcome;
    rule.review_on_error = c.review_on_error;
    rule.mode = c.shadow ? book::Mode::kShadow : book::Mode::kLive;
    rules.push_back(std::move(rule));
  }
  const book::Book book(std::move(rules), 0);
  book::Verdicts verdicts;
  std::vector<std::uint32_t> suppressed;
  for (std::uint32_t i = 0; i < book.rules().size(); ++i) {
    const auto& id = book.rules()[i].id;
    const auto& c = *std::find_if(cases.begin(), cases.end(), [&](const auto& each) { return each.id == id; });
    if (c.verdict == VerdictKind::kHit) verdicts.hits.push_back(i);
    if (c.verdict == VerdictKind::kError) verdicts.errors.push_back({i, Value::error(ErrorCode::kOverflow)});
    if (c.suppressed) suppressed.push_back(i);
  }
  // What stood in it before must not matter.
  weir::decide::Outcome out{Outcome::kDecline, 77, {9, 9}};
  decide(book, verdicts, thresholds, {screening, suppressed}, out);
  Decided result{out.outcome, out.score, ""};
  for (const auto reason : out.reasons) {
    if (!result.reasons.empty()) result.reasons += ' ';
    result.reasons += book.rules()[reason].id;
  }
  return result;
}

// Each of: a hard decline, a hard review, a failing hard rule with on_error: review, a failing rule without, and the
// score in each of the three bands. 4 times hit, miss and error, three bands.
TEST(Decide, TheWholeTruthTable) {
  const VerdictKind kinds[] = {VerdictKind::kMiss, VerdictKind::kHit, VerdictKind::kError};
  const struct {
    std::int32_t points;
    Outcome by_score;
  } bands[] = {{499, Outcome::kApprove}, {500, Outcome::kReview}, {800, Outcome::kDecline}};
  int rows = 0;
  for (const auto decline : kinds) {
    for (const auto careful_decline : kinds) {
      for (const auto review : kinds) {
        for (const auto careful_review : kinds) {
          for (const auto points : kinds) {
            for (const auto& band : bands) {
              ++rows;
              const auto result = decided({{"decline", 0, Outcome::kDecline, false, decline},
                                           {"careful-decline", 0, Outcome::kDecline, true, careful_decline},
                                           {"review", 0, Outcome::kReview, false, review},
                                           {"careful-review", 0, Outcome::kReview, true, careful_review},
                                           {"points", band.points, std::nullopt, false, points}});
              const auto hit = [](VerdictKind kind) { return kind == VerdictKind::kHit; };
              const auto error = [](VerdictKind kind) { return kind == VerdictKind::kError; };
              auto wanted = hit(points) ? band.by_score : Outcome::kApprove;
              if (hit(review) || hit(careful_review) || error(careful_review) || error(careful_decline)) {
                wanted = Outcome::kReview;
              }
              if (hit(decline) || hit(careful_decline)) wanted = Outcome::kDecline;
              ASSERT_EQ(result.outcome, wanted) << "row " << rows;
              ASSERT_EQ(result.score, hit(points) ? band.points : 0) << "row " << rows;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(rows, 3 * 3 * 3 * 3 * 3 * 3);
}

TEST(Decide, WithoutHitsItApproves) {
  const auto none = decided({});
  EXPECT_EQ(none.outcome, Outcome::kApprove);
  EXPECT_EQ(none.score, 0);
  EXPECT_EQ(none.reasons, "");
  EXPECT_EQ(decided({{"a", 900, Outcome::kDecline, false, VerdictKind::kMiss}}).outcome, Outcome::kApprove);
}

TEST(Decide, AThresholdBelongsToTheGraverSide) {
  const Thresholds thresholds{300, 301};
  EXPECT_EQ(decided({{"a", 299}}, thresholds).outcome, Outcome::kApprove);
  EXPECT_EQ(decided({{"a", 300}}, thresholds).outcome, Outcome::kReview);
  EXPECT_EQ(decided({{"a", 301}}, thresholds).outcome, Outcome::kDecline);
  EXPECT_EQ(decided({{"a", 0}}, {0, 1}).outcome, Outcome::kReview);
  EXPECT_EQ(decided({{"a", 1000}}, {1000, 1001}).outcome, Outcome::kReview);
  EXPECT_EQ(decided({{"a", 1000}}, {999, 1000}).outcome, Outcome::kDecline);
}

TEST(Decide, TheSumIsClampedAtTheEndAlone) {
  EXPECT_EQ(decided({{"a", 1000}, {"b", 1}}).score, 1000);
  EXPECT_EQ(decided({{"a", 999}, {"b", 1}}).score, 1000);
  EXPECT_EQ(decided({{"a", -1}}).score, 0);
  // Clamped after each rule these would be 600 and 400.
  EXPECT_EQ(decided({{"a", 1000}, {"b", 1000}, {"c", -400}, {"d", -1000}}).score, 600);
  EXPECT_EQ(decided({{"a", -600}, {"b", 400}}).score, 0);
  EXPECT_EQ(decided({{"a", -600}, {"b", 1000}}).score, 400);
}

TEST(Decide, ManyPointsDoNotOverflow) {
  std::vector<RuleCase> many;
  for (int i = 0; i < 3000; ++i) many.push_back({"r" + std::to_string(i), 1'000'000'000});
  EXPECT_EQ(decided(many).score, 1000);
  for (auto& rule : many) rule.points = -1'000'000'000;
  EXPECT_EQ(decided(many).score, 0);
}

TEST(Decide, PointsOfAHardRuleCountToo) {
  const auto result = decided({{"hard", 250, Outcome::kReview}, {"soft", 300}});
  EXPECT_EQ(result.score, 550);
  EXPECT_EQ(result.outcome, Outcome::kReview);
}

TEST(Decide, AFailedRuleGivesNoPointsAndIsNoReason) {
  const auto result = decided({{"failed", 900, std::nullopt, false, VerdictKind::kError},
                               {"failed-hard", 900, Outcome::kReview, true, VerdictKind::kError},
                               {"hit", 10}});
  EXPECT_EQ(result.score, 10);
  EXPECT_EQ(result.outcome, Outcome::kReview);
  EXPECT_EQ(result.reasons, "hit");
}

TEST(Decide, ReasonsAreHardDeclinesThenHardReviewsThenByPointsThenById) {
  const auto result = decided({{"a-low", 10},
                               {"b-high", 400},
                               {"c-review-low", 0, Outcome::kReview},
                               {"d-review-high", 5, Outcome::kReview},
                               {"e-decline", -50, Outcome::kDecline},
                               {"f-tie", 400},
                               {"g-negative", -10},
                               {"h-miss", 900, std::nullopt, false, VerdictKind::kMiss},
                               {"b-tie", 400}});
  EXPECT_EQ(result.reasons, "e-decline d-review-high c-review-low b-high b-tie f-tie a-low g-negative");
}

RC_GTEST_PROP(Decide, TheOrderInWhichRulesAreGivenDoesNotMatter,
              (std::vector<std::pair<std::int16_t, std::uint8_t>> rows)) {
  std::vector<RuleCase> rules;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RuleCase rule{"r" + std::to_string(i)};
    rule.points = rows[i].first % 20;
    if (rows[i].second % 5 == 0) rule.outcome = Outcome::kReview;
    if (rows[i].second % 7 == 0) rule.outcome = Outcome::kDecline;
    rule.verdict = static_cast<VerdictKind>(rows[i].second / 8 % 3);
    rules.push_back(rule);
  }
  const auto forward = decided(rules);
  std::reverse(rules.begin(), rules.end());
  const auto backward = decided(rules);
  RC_ASSERT(forward.outcome == backward.outcome && forward.score == backward.score);
  RC_ASSERT(forward.reasons == backward.reasons);
}

}  // namespace
}  // namespace weir::decide
