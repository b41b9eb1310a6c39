// What a policy made of the past: a row for each payment that was screened, in the order of the past.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace weir::backtest {

// What is known of a payment by now.
enum class Truth : std::uint8_t { kUnknown, kHonest, kFraud };
// What was decided at the time.
enum class Then : std::uint8_t { kUnknown, kApprove, kReview, kDecline };

// Whether a payment counts in the figures, and if not, why not.
enum class Standing : std::uint8_t { kScored, kDeclinedThen, kTooYoung, kUnknown };

inline constexpr std::uint32_t kNobody = UINT32_MAX;

// The facts, which are the same whatever policy looks at them.
struct Payments {
  std::vector<std::uint64_t> record;    // which record of the source, from 1
  std::vector<std::int64_t> time_ms;    // the event's own
  std::vector<std::int64_t> amount;     // minor units; 0 if there is none
  std::vector<Truth> truth;             // by the labels that count
  std::vector<Then> then;               // from the decisions that were given
  std::vector<std::uint8_t> young;      // its labels, and its silence, say nothing yet: judge_silence()
  std::vector<std::uint32_t> card;      // whose episodes are counted: a dense number, or kNobody
  std::vector<std::uint32_t> customer;  // who flips: likewise
  std::uint32_t cards = 0;
  std::uint32_t customers = 0;

  std::size_t size() const { return record.size(); }
  // Of what was declined at the time, or is too young, the label alone is no answer: whoever has none by then may be
  // of either kind, so that frauds would be counted and their honest neighbours not.
  Standing standing(std::size_t row) const {
    if (then[row] == Then::kDecline) return Standing::kDeclinedThen;
    if (young[row] != 0) return Standing::kTooYoung;
    return truth[row] == Truth::kUnknown ? Standing::kUnknown : Standing::kScored;
  }
};

// One policy's view of them.
class Verdict {
 public:
  std::shared_ptr<const policy::Policy> policy;
  std::vector<std::int16_t> score;
  std::vector<book::Outcome> outcome;
  std::vector<std::uint8_t> forced;    // a hard rule, or its error, decided: whatever the score
  std::vector<std::uint8_t> repeated;  // an alert of a case that was open, all of whose rules had alerted

  bool alerts(std::size_t row) const { return outcome[row] != book::Outcome::kApprove; }

  // Rules that hit and counted, as indices into the policy's rules.
  std::span<const std::uint32_t> reasons(std::size_t row) const { return row_of(reasons_, reasons_first_, row); }
  // Shadow rules that hit.
  std::span<const std::uint32_t> shadows(std::size_t row) const { return row_of(shadows_, shadows_first_, row); }
  // By rule: how often it failed.
  std::vector<std::uint64_t> failures;

  void add(std::int32_t score, book::Outcome outcome, bool forced, std::span<const std::uint32_t> reasons,
           std::span<const std::uint32_t> shadows);
  // The row that was added last is a repeated alert.
  void mark_repeated() { repeated.back() = 1; }
  // Keeps the rows whose number is in `kept`, ascending.
  void keep(const std::vector<std::size_t>& kept);

 private:
  static std::span<const std::uint32_t> row_of(const std::vector<std::uint32_t>& all,
                                               const std::vector<std::uint64_t>& first, std::size_t row) {
    return std::span(all).subspan(first[row], first[row + 1] - first[row]);
  }

  std::vector<std::uint32_t> reasons_;
  std::vector<std::uint64_t> reasons_first_{0};
  std::vector<std::uint32_t> shadows_;
  std::vector<std::uint64_t> shadows_first_{0};
};

// A record that a policy could not read.
struct Failure {
  std::string origin;  // "payments.csv:17", "transactions/2@4711"
  std::string what;
};

struct Counts {
  std::uint64_t records = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t failed = 0;
  std::uint64_t other_types = 0;   // events that are not payments: they have a past, and no amount
  std::uint64_t repeated_ids = 0;  // records with an id that an earlier one had, and other content
  std::uint64_t early_labels = 0;  // known before the event happened whose id they name, and so not of it
};

struct Ledger {
  Payments payments;
  Verdict verdict;
  Counts counts;
  std::vector<Failure> failures;             // the first kKeptFailures
  std::int64_t labels_known_ms = INT64_MIN;  // of the labels that count, the latest
  std::int64_t seen_until_ms = INT64_MIN;    // where the past that is at hand ends: Horizon

  static constexpr std::size_t kKeptFailures = 1'000;
};

// A policy that decided some of the payments, at the time.
struct Decider {
  std::string name;
  std::string hash;
  std::uint64_t payments = 0;
};

// Keeps the rows that both have, so that row i of one is row i of the other; how many were dropped.
std::uint64_t align(Ledger& a, Ledger& b);

}  // namespace weir::backtest
