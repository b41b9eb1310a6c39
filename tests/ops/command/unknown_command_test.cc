#include "ops/command/unknown_command.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace weir::command {
namespace {

TEST(UnknownCommand, IsNamedWithTheOneThatWasProbablyMeant) {
  CLI::App app("weir");
  app.add_subcommand("init")->add_option("DIR");
  app.add_subcommand("check");
  auto* policy = app.add_subcommand("policy");
  policy->add_subcommand("list");
  policy->add_subcommand("use");
  EXPECT_EQ(unknown_command(app, {"int", "x"}), "unknown command `int`, did you mean `init`?");
  EXPECT_EQ(unknown_command(app, {"chek"}), "unknown command `chek`, did you mean `check`?");
  EXPECT_EQ(unknown_command(app, {"policy", "lst"}), "unknown command `lst`, did you mean `list`?");
  EXPECT_EQ(unknown_command(app, {"conquer"}), "unknown command `conquer`");
  for (const auto& known : std::vector<std::vector<std::string>>{
           {}, {"init", "chek"}, {"policy"}, {"policy", "list", "use"}, {"--int"}, {"policy", "--lst"}}) {
    EXPECT_EQ(unknown_command(app, known), "");
  }
}

}  // namespace
}  // namespace weir::command
