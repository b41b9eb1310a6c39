#include "engine/decide/decision.h"

#include <algorithm>

#include "engine/base/civil_time.h"
#include "engine/base/json_writer.h"

namespace weir::decide {
namespace {

// Hard declines first, then hard reviews, then the rules that only add points.
int rank(const book::Rule& rule) {
  if (!rule.outcome) return 2;
  return *rule.outcome == book::Outcome::kDecline ? 0 : 1;
}

book::Outcome by_score(std::int32_t score, const Thresholds& thresholds) {
  if (score >= thresholds.decline) return book::Outcome::kDecline;
  return score >= thresholds.review ? book::Outcome::kReview : book::Outcome::kApprove;
}

}  // namespace

bool counts(const book::Book& book, std::uint32_t rule, const Circumstances& circumstances) {
  const auto& suppressed = circumstances.suppressed;
  const bool is_live = circumstances.shadow_rules_count || book.rules()[rule].mode == book::Mode::kLive;
  return is_live && !std::binary_search(suppressed.begin(), suppressed.end(), rule);
}

void decide(const book::Book& book, const book::Verdicts& verdicts, const Thresholds& thresholds,
            const Circumstances& circumstances, Outcome& out) {
  const auto& rules = book.rules();
  out.reasons.clear();
  std::int64_t points = 0;
  bool hard_decline = circumstances.screening == Screening::kDecline;
  bool hard_review = false;
  for (const auto hit : verdicts.hits) {
    if (!counts(book, hit, circumstances)) continue;
    points += rules[hit].points;
    hard_decline |= rules[hit].outcome == book::Outcome::kDecline;
    hard_review |= rules[hit].outcome == book::Outcome::kReview;
    out.reasons.push_back(hit);
  }
  for (const auto& failure : verdicts.errors)
    hard_review |= rules[failure.rule].review_on_error && counts(book, failure.rule, circumstances);
  // Rules stand in the order of their ids, so a stable order by rank and points breaks ties by id.
  std::sort(out.reasons.begin(), out.reasons.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int rank_a = rank(rules[a]);
    const int rank_b = rank(rules[b]);
    if (rank_a != rank_b) return rank_a < rank_b;
    if (rules[a].points != rules[b].points) return rules[a].points > rules[b].points;
    return a < b;
  });
  out.score = static_cast<std::int32_t>(std::clamp<std::int64_t>(points, 0, kMaxScore));
  if (circumstances.screening == Screening::kReview) {
    out.outcome = book::Outcome::kReview;
  } else if (hard_decline) {
    out.outcome = book::Outcome::kDecline;
  } else {
    out.outcome = hard_review ? book::Outcome::kReview : by_score(out.score, thresholds);
  }
}

std::string_view flag_name(Flag flag) {
  switch (flag) {
    case kLate:
      return "late";
    case kBeyondHistory:
      return "beyond_history";
    case kIdConflict:
      return "id_conflict";
    case kControl:
      return "control";
  }
  return "unknown";
}

void append_case_key(const Alert& alert, std::uint32_t shard, std::string& out) {
  out.append(alert.subject).append("-").append(std::to_string(shard)).append("-");
  out.append(std::to_string(alert.sequence));
}

namespace {

void append_model(const ModelText& model, JsonWriter& json) {
  json.key("model");
  json.begin_object();
  json.key("sha256");
  json.hex(model.sha256);
  json.key("score");
  json.real(static_cast<double>(model.probability) / 1e9);
  json.key("reasons");
  json.begin_array();
  for (const auto& reason : model.reasons) {
    json.begin_object();
    json.key("name");
    json.string(reason.name);
    json.key("logit");
    json.integer(reason.logit);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

void append_decision_json(const DecisionFacts& facts, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.key("v");
  json.integer(kDecisionVersion);
  json.key("id");
  json.string(facts.id);
  json.key("type");
  json.string(facts.type);
  json.key("time");
  char time[kMaxIso8601Bytes];
  json.string(write_iso8601(time, facts.time_ms));
  json.key("outcome");
  json.string(book::outcome_name(facts.outcome));
  json.key("score");
  json.integer(facts.score);
  json.key("reasons");
  json.begin_array();
  for (const auto& reason : facts.reasons) {
    json.begin_object();
    json.key("code");
    json.string(reason.code);
    json.key("rule");
    json.string(reason.rule);
    json.key("points");
    json.integer(reason.points);
    json.end_object();
  }
  json.end_array();
  json.key("flags");
  json.begin_array();
  for (const Flag flag : kFlags) {
    if ((facts.flags & flag) != 0) json.string(flag_name(flag));
  }
  json.end_array();
  if (facts.model) append_model(*facts.model, json);
  if (facts.alert) {
    std::string case_key;
    append_case_key(*facts.alert, facts.shard, case_key);
    json.key("alert");
    json.begin_object();
    json.key("case");
    json.string(case_key);
    json.key("repeated");
    json.boolean(facts.alert->repeated);
    json.end_object();
  }
  json.key("policy");
  json.string(facts.policy);
  json.key("audit");
  json.begin_object();
  json.key("shard");
  json.unsigned_integer(facts.shard);
  json.key("sequence");
  json.unsigned_integer(facts.sequence);
  json.end_object();
  json.end_object();
}

}  // namespace weir::decide
