// What weir backtest asks of its command line and of the past, before it tells figures.
#include "ops/command/backtest_command.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ops/command/init_command.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

constexpr const char* kHeader = "tx_id,datetime,customer_id,terminal_id,amount,fraud\n";

class BacktestCommand : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }
  void SetUp() override {
    ASSERT_EQ(run_command({add_init_command}, {"init", at("policy"), "--from", "handbook"}).exit_code, 0);
    std::ofstream(at("past.csv")) << kHeader
                                  << "1,2026-01-05 10:00:00,1,1,10.00,0\n2,2026-01-06 10:00:00,1,1,12.00,1\n";
    std::ofstream(at("unlabelled.csv")) << kHeader << "1,2026-01-05 10:00:00,1,1,10.00,\n";
    std::ofstream(at("broken.csv")) << kHeader << "x,2026-01-05 10:00:00,1,1,10.00,0\n2,y,1,1,12.00,1\n";
  }
  Ran backtest(const std::string& in, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"backtest", "--policy", at("policy"), "--in", at(in)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command({add_backtest_command}, arguments);
  }
  const test::ScratchDirectory root_;
};

TEST_F(BacktestCommand, WrongUsageEndsWithTwo) {
  for (const auto& more : std::vector<std::vector<std::string>>{{"--honest-after", "7"},
                                                                {"--from", "08.01.2026"},
                                                                {"--from", "2026-02-01", "--until", "2026-01-01"},
                                                                {"--amount", "x"},
                                                                {"--capacity", "0"},
                                                                {"--hits-out", "x.csv"}}) {
    EXPECT_EQ(backtest("past.csv", more).exit_code, 2) << more[0];
  }
  const auto hits = backtest("past.csv", {"--hits", "amount-hig"});
  EXPECT_EQ(hits.exit_code, 2);
  EXPECT_NE(hits.err.find("--hits: the policy has no rule `amount-hig`, did you mean `amount-high`?"),
            std::string::npos)
      << hits.err;
  EXPECT_EQ(backtest("past.csv", {"--quiet"}).exit_code, 0);
}

TEST_F(BacktestCommand, NothingToLookAtIsAFailure) {
  const auto later = backtest("past.csv", {"--from", "2027-01-01"});
  EXPECT_EQ(later.exit_code, 1);
  EXPECT_EQ(later.out, "");
  EXPECT_NE(later.err.find("there is no payment to look at: of 2 records 0 could not be read, and the others are not "
                           "between --from and --until"),
            std::string::npos)
      << later.err;
  const auto broken = backtest("broken.csv");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_NE(broken.err.find("of 2 records 2 could not be read (the first: "), std::string::npos) << broken.err;
}

TEST_F(BacktestCommand, ASplitOutsideOfThePastIsAFailure) {
  for (const auto* split : {"2026-01-05", "2026-01-07"}) {
    const auto ran = backtest("past.csv", {"--split", split});
    EXPECT_EQ(ran.exit_code, 1) << split;
    EXPECT_NE(ran.err.find("leaves a half without a payment"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(backtest("past.csv", {"--split", "2026-01-06", "--quiet"}).exit_code, 0);
}

TEST_F(BacktestCommand, SaysWhatNoLabelsLeaveUntold) {
  EXPECT_TRUE(backtest("unlabelled.csv").out.starts_with("No payment has a label that counts: "));
  EXPECT_EQ(backtest("past.csv").out.find("No payment has a label"), std::string::npos);
}

}  // namespace
}  // namespace weir::command
