// weir backtest: what a policy would have done to the past.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/command/backtest_rows.h"

namespace CLI {
class App;
}

namespace weir::command {

// As on the command line; what is empty was not given.
struct BacktestOptions {
  std::string policy;
  std::string against;
  std::vector<std::string> in;
  std::vector<std::string> labels;
  std::vector<std::string> decisions;
  std::string token_key;
  std::string from, until, split, labels_until, honest_after, episode_gap;
  std::string amount, card, customer;
  std::vector<std::uint32_t> capacities;
  std::string json, html;
  BacktestRowsOptions rows;
  bool quiet = false;
};

// All but --policy and --against.
void add_backtest_options(CLI::App& command, BacktestOptions& options);
// Gives the exit code.
int run_backtest(const BacktestOptions& options);

void add_backtest_command(CLI::App& app, int& exit_code);

}  // namespace weir::command
