// The diagnostics of whole policies, word for word. WEIR_UPDATE_GOLDEN=1 writes what is printed now; read the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "engine/policy/list_entries.h"
#include "engine/policy/policy.h"

namespace weir::policy {
namespace {

namespace fs = std::filesystem;

fs::path golden_folder() {
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  return fs::path(source == nullptr ? "." : source) / "tests/engine/policy/golden";
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// What the policy of a case gives; files are named from the golden folder.
std::string diagnostics(const std::string& name) {
  const auto before = fs::current_path();
  fs::current_path(golden_folder());
  auto policy = load_policy_directory(name);
  Issues issues = policy.ok() ? (*policy).warnings : policy.error();
  if (policy.ok()) {
    issues.append(find_stray_entries(name, *policy));
    const auto lists = read_list_contents(name, *policy, {});
    if (!lists.ok()) issues.append(lists.error());
  }
  fs::current_path(before);
  return issues.render() + (issues.has_errors() ? "" : "ok\n");
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(golden_folder(), error)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenPolicy : public testing::TestWithParam<std::string> {};

TEST_P(GoldenPolicy, HasTheExpectedDiagnostics) {
  const auto path = golden_folder() / GetParam() / "expected.txt";
  const auto actual = diagnostics(GetParam());
  if (std::getenv("WEIR_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  EXPECT_EQ(actual, read_file(path)) << "WEIR_UPDATE_GOLDEN=1 rewrites " << path;
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenPolicy, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<std::string>& tested) { return tested.param; });

TEST(Golden, TheFaultyPoliciesShowManyKindsOfFaults) {
  std::set<std::string> kinds;
  for (const auto& name : {"many_errors", "references"}) {
    const auto policy = load_policy_directory((golden_folder() / name).string());
    ASSERT_FALSE(policy.ok());
    for (const auto& issue : policy.error().all()) {
      // Two messages that differ only in what they quote are of one kind.
      std::string kind;
      bool quoted = false;
      for (const char c : issue.message) {
        if (c == '`' || c == '\'') quoted = !quoted;
        if (!quoted) kind.push_back(c);
      }
      kinds.insert(kind);
    }
  }
  EXPECT_GE(kinds.size(), 75U);
}

}  // namespace
}  // namespace weir::policy
