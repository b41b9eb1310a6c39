// What each rule of a policy did.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/backtest/figures.h"
#include "engine/backtest/ledger.h"

namespace weir::backtest {

struct RuleFigures {
  std::string rule;
  std::string reason;
  bool shadow = false;
  std::uint64_t cost = 0;  // at worst, in units of rules/cel/limits.h

  std::uint64_t hits = 0;
  std::uint64_t failures = 0;
  std::uint64_t fraud = 0;  // of the hits that are scored (figures.h)
  std::uint64_t honest = 0;
  // Hits that are not scored.
  std::uint64_t declined_then = 0;
  std::uint64_t too_young = 0;
  std::uint64_t unknown = 0;
  std::uint64_t left_out() const { return declined_then + too_young + unknown; }
  std::int64_t fraud_amount = 0;
  Interval precision;  // share(): rules have too few hits for resampling to say more
  Interval recall;     // of all frauds; not known if there are hits and none of them is scored
  double lift = 0;     // precision in parts of the share of fraud among all scored payments; 0 if either is not known

  // Alerts that would be none without this rule, and the frauds among them: 0 for a rule that others make redundant.
  std::uint64_t decisive = 0;
  std::uint64_t decisive_fraud = 0;
  // The rule that hits most of the same payments, and how many of this one's.
  std::string overlaps;
  std::uint64_t overlap = 0;
};

// In the order of the policy's rules.
std::vector<RuleFigures> rule_figures(const Payments& payments, const Verdict& verdict, const Period& period);

}  // namespace weir::backtest
