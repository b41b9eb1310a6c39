#include "ops/command/test_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "engine/policy/policy.h"
#include "ops/command/rule_hint.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir test my-policy
      every failed test with what made it fail, and the parts of conditions that no test leads to
  weir test my-policy --rule card-testing
      the tests of one rule

A test stands beside its rule:
  tests:
    - given: { channel: online, amount: 180.00 EUR, card.count_1h: 4 }
      expect: hit
What is not given is absent. Expected is hit, miss or error.

Exit code: 0 all passed, 1 a test failed or the policy has faults, 2 wrong usage.)";

struct Options {
  std::string directory;
  std::string rule;
};

std::string counted(std::size_t count, const char* one, const char* many) {
  return grouped(count) + " " + (count == 1 ? one : many);
}

void print_untested(const std::vector<std::string>& ids) {
  constexpr std::size_t kNamed = 10;
  if (ids.empty()) return;
  std::cout << counted(ids.size(), "rule has", "rules have") << " no test: ";
  for (std::size_t i = 0; i < std::min(ids.size(), kNamed); ++i) std::cout << (i == 0 ? "" : ", ") << ids[i];
  if (ids.size() > kNamed) std::cout << ", ...";
  std::cout << '\n';
}

int run(const Options& options) {
  std::vector<book::TestedRule> rules;
  const auto policy = policy::load_policy_directory(options.directory, &rules);
  if (!policy.ok()) return fail(policy.error());
  if (!options.rule.empty()) {
    const auto meant = did_you_mean_rule(options.rule, *policy->rules);
    std::erase_if(rules, [&](const book::TestedRule& rule) { return rule.id != options.rule; });
    if (rules.empty()) return fail("the policy has no rule `" + options.rule + "`" + meant);
  }
  Issues issues;
  book::TestTally tally;
  std::vector<std::string> untested;
  for (const auto& rule : rules) {
    if (rule.tests.empty()) untested.push_back(rule.id);
    book::run_tests(rule, policy->rules->slot_count(), issues, tally);
  }
  std::cout << issues.render();
  print_untested(untested);
  std::cout << counted(rules.size(), "rule", "rules") << ", " << counted(tally.branches, "branch", "branches") << ", "
            << grouped(tally.unreached) << " of them reached by no test\n"
            << counted(tally.passed + tally.failed, "test", "tests") << ": " << grouped(tally.passed) << " passed, "
            << grouped(tally.failed) << " failed\n";
  return tally.failed == 0 ? kOk : kFailed;
}

}  // namespace

void add_test_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("test", "Run the tests beside the rules, and say what they do not reach");
  command->footer(kExamples);
  command->add_option("DIR", options->directory, "The policy directory")->required();
  command->add_option("--rule", options->rule, "The rule with this id alone");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
