// A rule as read from rules/*.yaml.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/expression.h"

namespace weir::book {

enum class Outcome : std::uint8_t { kApprove, kReview, kDecline };
std::string_view outcome_name(Outcome outcome);  // "approve", "review", "decline"
std::optional<Outcome> outcome_by_name(std::string_view name);

// A shadow rule is evaluated and recorded like any other, and changes nothing.
enum class Mode : std::uint8_t { kLive, kShadow };

// The times of events that a rule is for, from the first up to, and without, the second.
struct Validity {
  std::int64_t from_ms = INT64_MIN;
  std::int64_t until_ms = INT64_MAX;

  bool holds_at(const Value& time) const {
    return !time.is(ValueKind::kTimestamp) || (time.as_ms() >= from_ms && time.as_ms() < until_ms);
  }
};

// Whom an alert by a rule is about, and how long the rule raises no second one about the same.
struct AlertScope {
  std::uint32_t entity = 0;     // index into the schema's entities
  std::int64_t once_in_ms = 0;  // by the events' own times
};

// A hit adds its points to the score, or forces its outcome (a hard rule), or both.
struct Rule {
  std::string id;  // [a-z0-9-]+, unique in the policy
  std::string description;
  std::string owner;                    // documentation, may be empty
  std::string reason;                   // the code that stands in decisions, e.g. "R12"
  std::vector<std::string> references;  // documentation
  Mode mode = Mode::kLive;
  Validity valid;  // it misses all other events
  std::string when_text;
  std::unique_ptr<cel::Expression> when;  // of type bool; what the Book is made of, and not there any more in it
  std::uint64_t cost = 0;                 // of one evaluation at worst, in units of rules/cel/limits.h
  std::vector<std::uint32_t> slots;       // that `when` names, ascending: what an audit record shows beside a verdict
  std::int32_t points = 0;                // -1000 to 1000
  std::optional<Outcome> outcome;         // kReview or kDecline
  // What an evaluation error of a hard rule does; it is a recorded verdict in either case.
  bool review_on_error = false;
  std::optional<AlertScope> alert;  // nothing: each of its alerts stands for itself
};

}  // namespace weir::book
