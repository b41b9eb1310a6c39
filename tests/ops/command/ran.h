// A subcommand as a user runs it, in this process.
#pragma once

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace weir::command {

struct Ran {
  int exit_code = 0;
  std::string out;
  std::string err;
};

using AddCommand = void (*)(CLI::App& app, int& exit_code);

// `weir` with these arguments and no other commands than these; 2 if the command line is wrong.
inline Ran run_command(const std::vector<AddCommand>& commands, std::vector<std::string> arguments) {
  CLI::App app("weir");
  app.require_subcommand(1);
  Ran ran;
  for (const auto add : commands) add(app, ran.exit_code);
  std::reverse(arguments.begin(), arguments.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError&) {
    ran.exit_code = 2;
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace weir::command
