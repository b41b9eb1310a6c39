// The rules of a policy, and their evaluation for one event.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/program.h"
#include "rules/cel/scratch.h"

namespace weir::book {

enum class Outcome : std::uint8_t { kApprove, kReview, kDecline };
std::string_view outcome_name(Outcome outcome);  // "approve", "review", "decline"
std::optional<Outcome> outcome_by_name(std::string_view name);

// A rule as read from rules/*.yaml. A hit adds its points to the score, or forces its outcome (a hard rule), or both.
struct Rule {
  std::string id;  // [a-z0-9-]+, unique in the policy
  std::string description;
  std::string owner;                    // documentation, may be empty
  std::string reason;                   // the code that stands in decisions, e.g. "R12"
  std::vector<std::string> references;  // documentation
  std::string when_text;
  std::shared_ptr<const cel::Program> when;
  std::int32_t points = 0;         // -1000 to 1000
  std::optional<Outcome> outcome;  // kReview or kDecline
  // What an evaluation error of a hard rule does; it is a recorded verdict in either case.
  bool review_on_error = false;
};

enum class VerdictKind : std::uint8_t { kMiss, kHit, kError };

struct Verdict {
  VerdictKind kind = VerdictKind::kMiss;
  Value error;  // of kind kError, if that is the verdict; its detail lives as long as the Book
};

// Immutable; any number of threads may evaluate it, each with a Scratch of its own.
class Book {
 public:
  // In any order; their ids are unique and each has a program of type bool.
  explicit Book(std::vector<Rule> rules);
  // In the order of id, bytewise.
  const std::vector<Rule>& rules() const { return rules_; }

  // One verdict per rule, in the order of rules(). `out` is resized once.
  void evaluate(std::span<const Value> slots, cel::Scratch& scratch, std::vector<Verdict>& out) const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace weir::book
