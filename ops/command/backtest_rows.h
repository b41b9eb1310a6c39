// A backtest's payments one by one, as CSV: of one rule with the values that decided, or all of them.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/backtest/ledger.h"
#include "engine/backtest/pass.h"
#include "engine/base/result.h"

namespace weir::command {

struct BacktestRowsOptions {
  std::string rule;      // hits of it, frauds that it misses, flips that it is part of; empty: none
  std::string hits_out;  // where they go
  std::string rows_out;  // where all payments go; empty: nowhere
};

// Fed by a second pass of the same policy over the same source.
class BacktestRows {
 public:
  // The ledgers are aligned, and outlive this; `before` may be nullptr.
  static Result<std::unique_ptr<BacktestRows>> open(const BacktestRowsOptions& options, const backtest::Ledger& now,
                                                    const backtest::Ledger* before);

  void take(const backtest::Row& row);
  Status close();

  // Column names and the first rows of hits, for the page.
  static constexpr std::size_t kKept = 1'000;
  const std::vector<std::string>& kept() const { return kept_; }
  std::uint64_t hits_written() const { return hits_written_; }

 private:
  BacktestRows(const BacktestRowsOptions& options, const backtest::Ledger& now, const backtest::Ledger* before)
      : options_(options), now_(now), before_(before) {}

  void append_facts(std::size_t number, const backtest::Row& row);
  void append_currency(const Value& value);
  void take_rule(std::size_t number, const backtest::Row& row);

  const BacktestRowsOptions& options_;
  const backtest::Ledger& now_;
  const backtest::Ledger* before_;
  std::uint32_t rule_ = 0;
  std::vector<std::uint32_t> slots_;  // that the rule names, but lists
  std::ofstream hits_;
  std::ofstream rows_;
  std::string line_;
  std::vector<std::string> kept_;
  std::uint64_t hits_written_ = 0;
  std::size_t next_ = 0;  // row of the ledgers
};

}  // namespace weir::command
