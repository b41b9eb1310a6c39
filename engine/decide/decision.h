// From verdicts to a decision: who wins, the score, the reasons in order; and the decision as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/book/book.h"

namespace weir::decide {

inline constexpr std::int32_t kMaxScore = 1000;

// Score thresholds: below `review` approve, below `decline` review, else decline.
struct Thresholds {
  std::int32_t review = 500;
  std::int32_t decline = 800;
};

struct Outcome {
  book::Outcome outcome = book::Outcome::kApprove;
  std::int32_t score = 0;              // 0 to 1000
  std::vector<std::uint32_t> reasons;  // indices into Book::rules()
};

// What a hit of sanctions screening asks for.
enum class Screening : std::uint8_t { kClear, kReview, kDecline };

// What besides the rules' verdicts decides.
struct Circumstances {
  Screening screening = Screening::kClear;
  std::span<const std::uint32_t> suppressed;  // rules that an allow entry takes out for this event; ascending
  bool shadow_rules_count = false;            // what if they were live
};

// Whether a verdict of the rule counts: it is live, and no allow entry takes it out.
bool counts(const book::Book& rules, std::uint32_t rule, const Circumstances& circumstances);

// Who wins, in this order: a screening hit; a hit hard decline; a hit hard review, or a hard rule that failed and says
// on_error: review; the score by thresholds. Points of all hits add up, clamped to 0..1000 at the end. Shadow rules and
// suppressed ones count for nothing; nothing suppresses screening. Reasons are the hits that count: hard declines, hard
// reviews, then by points, greatest first; equal ones by rule id.
void decide(const book::Book& rules, const book::Verdicts& verdicts, const Thresholds& thresholds,
            const Circumstances& circumstances, Outcome& out);

// Facts about how the event came and was decided, recorded in decision and audit record.
enum Flag : std::uint8_t {
  kLate = 1,           // an entity had a newer event already
  kBeyondHistory = 2,  // a window reaches back beyond the history that is held
  kIdConflict = 4,     // the event id was seen within the horizon, with other bytes
  kControl = 8,        // it would have been stopped and is let through for the control share
};
inline constexpr Flag kFlags[] = {kLate, kBeyondHistory, kIdConflict, kControl};
std::string_view flag_name(Flag flag);  // "late", "beyond_history", "id_conflict", "control"

// A payment that is not approved raises an alert. Alerts of one case are about the same, within the time that its rules
// say; one all of whose rules raised an alert of the case before is repeated, and needs nobody's attention anew.
struct Alert {
  std::string_view subject;    // the entity that the case is about; "payment" if it is this one alone
  std::uint64_t sequence = 0;  // of the audit record that opened the case
  bool repeated = false;
};
// "card-0-4711": subject, shard, sequence.
void append_case_key(const Alert& alert, std::uint32_t shard, std::string& out);

// What a decision tells of one rule.
struct ReasonText {
  std::string_view rule;
  std::string_view code;
  std::int32_t points = 0;
};

// What a decision tells of the model's score.
struct ModelReason {
  std::string_view name;   // of a group of inputs
  std::int64_t logit = 0;  // how much it raised the score's logit, in 2^-24
};
inline constexpr std::size_t kMaxModelReasons = 3;
struct ModelText {
  std::string_view sha256;               // of the model's file, 32 bytes
  std::int32_t probability = 0;          // in billionths
  std::span<const ModelReason> reasons;  // of a payment that is not approved: what raised the score, most first
};

// Everything that stands in a decision; the same facts give the same bytes.
struct DecisionFacts {
  std::string_view id;
  std::string_view type;
  std::int64_t time_ms = 0;
  book::Outcome outcome = book::Outcome::kApprove;
  std::int32_t score = 0;
  std::uint8_t flags = 0;
  std::string_view policy;
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;  // of the audit record
  std::span<const ReasonText> reasons;
  std::optional<ModelText> model;  // nothing if no model looked at it
  std::optional<Alert> alert;
};

inline constexpr int kDecisionVersion = 1;

// Appends the decision as canonical JSON (engine/decide/decision.schema.json).
void append_decision_json(const DecisionFacts& facts, std::string& out);

}  // namespace weir::decide
