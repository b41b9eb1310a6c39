// weir policy, without an engine that runs.
#include "ops/command/policy_command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/policy/policy.h"
#include "ops/command/init_command.h"
#include "ops/command/policy_store.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

class PolicyCommand : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }
  // A policy that decides, and a directory that can't be in its shadow.
  void SetUp() override {
    ASSERT_EQ(run_command({add_init_command}, {"init", at("live")}).exit_code, 0);
    fs::copy(at("live"), at("other"), fs::copy_options::recursive);
    std::ofstream(at("other/schema.yaml"), std::ios::app) << "# another\n";
    fs::create_directories(at("state"));
  }
  std::string hash_of(const std::string& directory) const {
    const auto files = policy::read_policy_files(at(directory));
    return files.ok() ? policy::policy_hash(*files) : "";
  }
  void take(const std::string& directory, std::int64_t now_ms) const {
    const auto files = policy::read_policy_files(at(directory));
    ASSERT_TRUE(files.ok());
    const PolicyStore store(at("state"));
    ASSERT_TRUE(store.keep(*files, hash_of(directory)).ok());
    ASSERT_TRUE(store.set_live(hash_of(directory), now_ms).ok());
  }
  Ran policy(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "policy");
    for (const auto& setting : {"state=" + at("state"), "policy=" + at("live")}) {
      arguments.insert(arguments.end(), {"--set", setting});
    }
    return run_command({add_policy_command}, arguments);
  }
  const test::ScratchDirectory root_;
};

TEST_F(PolicyCommand, WithoutConfigurationNothingIsWritten) {
  const auto before = fs::current_path();
  fs::create_directories(at("empty"));
  fs::current_path(at("empty"));
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"policy", "use", at("live")},
                                                                     {"policy", "shadow", at("live")},
                                                                     {"policy", "shadow", "off"},
                                                                     {"policy", "list"},
                                                                     {"policy", "show", "sha256:1"}}) {
    const auto ran = run_command({add_policy_command}, arguments);
    EXPECT_EQ(ran.exit_code, 2) << ran.out;
    EXPECT_TRUE(ran.err.starts_with("weir: no weir.yaml here: ")) << ran.err;
  }
  EXPECT_TRUE(fs::is_empty(at("empty")));
  fs::current_path(before);
}

TEST_F(PolicyCommand, ARefusedCandidateIsNoPolicyOfTheState) {
  take("live", 1000);
  const auto refused = policy({"shadow", at("other")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("can't be in the shadow: its schema.yaml"), std::string::npos) << refused.err;
  EXPECT_EQ(policy({"list"}).out, "* " + hash_of("live") + "  live since 1970-01-01T00:00:01Z\n");
  EXPECT_FALSE(fs::exists(PolicyStore(at("state")).path_of(hash_of("other"))));
  const auto used = policy({"use", hash_of("other")});
  EXPECT_EQ(used.exit_code, 1);
  EXPECT_NE(used.err.find("ever decided here"), std::string::npos) << used.err;
}

TEST_F(PolicyCommand, ThePolicyThatDecidesIsNoShadow) {
  take("live", 1000);
  for (const auto& asked : {at("live"), hash_of("live")}) {
    const auto refused = policy({"shadow", asked});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.err.find("it is the policy that decides"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(PolicyStore(at("state")).shadow_wish(), "");
}

TEST_F(PolicyCommand, ListTellsUntilWhenWhatDecidesNoMore) {
  take("other", 1000);
  take("live", 2000);
  EXPECT_EQ(policy({"list"}).out, "  " + hash_of("other") + "  live until 1970-01-01T00:00:02Z\n* " + hash_of("live") +
                                      "  live since 1970-01-01T00:00:02Z\n");
  EXPECT_EQ(policy({"show", hash_of("other")}).exit_code, 0);
}

}  // namespace
}  // namespace weir::command
