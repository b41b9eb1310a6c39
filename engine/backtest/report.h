// Everything that a backtest found out, in one place: what text, JSON and page are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backtest/figures.h"
#include "engine/backtest/ledger.h"
#include "engine/backtest/pass.h"
#include "engine/backtest/rule_figures.h"

namespace weir::backtest {

// One policy over the whole period, and over its two halves.
struct SideReport {
  std::string name;
  std::string hash;
  std::int32_t review = 0;
  std::int32_t decline = 0;
  Figures all;
  Figures tuning;  // before the split
  Figures later;   // from the split on: what the rules were not made on, if they were made before it
  std::vector<RuleFigures> rules;
  std::vector<CurvePoint> curve;
  std::vector<QueuePoint> queue;
};

struct ReportOptions {
  Period period;
  std::optional<std::int64_t> split_ms;  // else the middle of the period
  EpisodeOptions episodes;
  std::vector<std::uint32_t> capacities{10, 20, 50, 100, 200, 500, 1000};
};

struct Report {
  // What was in the shadow beside what was decided: `before` is then what the audit stream tells, by `deciders`.
  bool shadow = false;
  std::vector<Decider> deciders;
  std::vector<std::string> sources;
  std::string amount_field;  // empty: there is none
  std::string currency;      // code of ISO 4217
  int currency_exponent = 0;
  std::string card;  // names of entities, or empty
  std::string customer;
  Maturity maturity;
  bool has_decisions = false;
  std::int64_t split_ms = 0;
  std::int64_t episode_gap_ms = 0;

  Counts counts;
  std::vector<Failure> failures;
  std::int64_t labels_known_ms = INT64_MIN;
  std::int64_t seen_until_ms = INT64_MIN;  // the age of payments is counted back from here
  std::uint64_t unaligned = 0;             // rows that only one of the policies could screen

  SideReport now;                    // --policy
  std::optional<SideReport> before;  // --against
  Flips flips;
};

// Whether unreported fraud shifts precision and recall of the policy in a known direction: only if silence counts, and
// nothing was left out because it was declined.
bool has_bounds(const Report& report);
inline constexpr std::string_view kBounds =
    "Unreported fraud counts as honest here: as far as labels of fraud are right, precision is a lower bound; recall "
    "is an "
    "upper one, unless alerts meet unreported fraud more often than reported fraud.";

// Says in the report what its figures are about.
void name_subjects(const event::Schema& schema, const Subjects& subjects, Report& report);

// `before` may be nullptr; else it is aligned with `now`. What depends on how the ledgers were made is left to the
// caller: sources, subjects' names, counts of `before`.
Report make_report(const Ledger& now, const Ledger* before, const ReportOptions& options);

void append_report_json(const Report& report, std::string& out);

}  // namespace weir::backtest
