#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "ops/command/check_command.h"
#include "ops/command/init_command.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

Ran run(std::vector<std::string> arguments) {
  return run_command({add_init_command, add_check_command}, std::move(arguments));
}

class PolicyCommands : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }

  const test::ScratchDirectory root_;
};

TEST_F(PolicyCommands, WhatInitWritesPassesCheckAsItStands) {
  for (const std::string from : {"template", "retail-bank", "handbook", "sparkov", "card-fraud,aml-typologies"}) {
    const auto made = run({"init", at(from), "--from", from});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    const auto checked = run({"check", at(from)});
    EXPECT_EQ(checked.exit_code, 0) << checked.out;
    EXPECT_TRUE(checked.out.starts_with("ok: ")) << checked.out;
    EXPECT_NE(checked.out.find(" sha256:"), std::string::npos);
  }
}

TEST_F(PolicyCommands, InitBeginsWithTheTemplateAndMakesTheDirectory) {
  EXPECT_EQ(run({"init", at("a/b/c")}).exit_code, 0);
  EXPECT_TRUE(fs::exists(root_ / "a/b/c/rules/cards.yaml"));
  EXPECT_NE(run({"check", at("a/b/c")}).out.find("ok: my-policy"), std::string::npos);
}

TEST_F(PolicyCommands, InitTouchesNothingThatIsThere) {
  std::ofstream(at("note.txt")) << "mine";
  const auto refused = run({"init", root_.path()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.err, "weir init: " + root_.path() + " is not empty: give a new or an empty directory\n");
  EXPECT_FALSE(fs::exists(root_ / "policy.yaml"));
  const auto file = run({"init", at("note.txt")});
  EXPECT_EQ(file.exit_code, 1);
  EXPECT_NE(file.err.find("is there and is not a directory"), std::string::npos);
}

TEST_F(PolicyCommands, InitPutsSchemasWhereAnEditorFindsThem) {
  ASSERT_EQ(run({"init", at("p")}).exit_code, 0);
  for (const auto* path : {"policy.yaml", "schema.yaml", "features.yaml", "rules/cards.yaml"}) {
    std::ifstream in(at("p") + "/" + path);
    std::string line;
    ASSERT_TRUE(std::getline(in, line));
    const std::string start = "# yaml-language-server: $schema=";
    ASSERT_TRUE(line.starts_with(start)) << path << ": " << line;
    // The line is read from where the file is.
    EXPECT_TRUE(fs::exists((fs::path(at("p")) / path).parent_path() / line.substr(start.size()))) << line;
  }
  const auto hash = run({"check", at("p")}).out;
  fs::remove_all(root_ / "p/.schemas");
  EXPECT_EQ(run({"check", at("p")}).out, hash) << "they are no part of the policy";
  EXPECT_EQ(run({"init", at("p"), "--schemas"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(root_ / "p/.schemas/rules.schema.json"));
  EXPECT_EQ(run({"init", at("nowhere"), "--schemas"}).exit_code, 1);
}

TEST_F(PolicyCommands, WrongCommandLinesAreUsageErrors) {
  EXPECT_EQ(run({"init", at("x"), "--from", "nothing"}).exit_code, 2);
  EXPECT_EQ(run({"init"}).exit_code, 2);
  EXPECT_EQ(run({"check"}).exit_code, 2);
  EXPECT_EQ(run({"check", at("x"), "--jsn"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(root_ / "x"));
}

TEST_F(PolicyCommands, CheckListsAllFaultsAndCountsThem) {
  ASSERT_EQ(run({"init", at("p")}).exit_code, 0);
  std::ofstream(at("p/rules/cards.yaml"))
      << "id: x\ndescription: d\nreason: R1\nwhen: chanel == 'x'\nthen: {point: 1}\n";
  const auto checked = run({"check", at("p")});
  EXPECT_EQ(checked.exit_code, 1);
  const auto file = at("p/rules/cards.yaml");
  EXPECT_EQ(checked.out, file +
                             ":4:7: error: `chanel` is not declared\n"
                             "    when: chanel == 'x'\n"
                             "          ^~~~~~\n"
                             "    did you mean `channel`?\n" +
                             file +
                             ":5:8: error: `then` has no key `point`\n"
                             "    then: {point: 1}\n"
                             "           ^~~~~\n"
                             "    did you mean `points`?\n" +
                             at("p") + ": 2 errors\n");
}

TEST_F(PolicyCommands, CheckSpeaksJson) {
  ASSERT_EQ(run({"init", at("p"), "--from", "handbook"}).exit_code, 0);
  const auto sound = run({"check", at("p"), "--json"});
  EXPECT_EQ(sound.exit_code, 0);
  EXPECT_TRUE(sound.out.starts_with("{\"ok\":true,\"name\":\"handbook\",\"hash\":\"sha256:")) << sound.out;
  EXPECT_TRUE(sound.out.ends_with(
      "\"fields\":6,\"entities\":2,\"features\":12,\"rules\":10,\"lists\":0,\"inputs\":0,\"issues\":[]}\n"));

  fs::remove(at("p/schema.yaml"));
  const auto faulty = run({"check", at("p"), "--json"});
  EXPECT_EQ(faulty.exit_code, 1);
  EXPECT_EQ(faulty.out, "{\"ok\":false,\"issues\":[{\"severity\":\"error\",\"file\":\"" + at("p/schema.yaml") +
                            "\",\"line\":0,\"column\":0,\"length\":1,\"message\":\"the policy has no such file\","
                            "\"suggestion\":\"`weir init` writes a template of it\"}]}\n");
}

TEST_F(PolicyCommands, CheckReadsTheEntriesOfListsAndKeepsTheWarnings) {
  ASSERT_EQ(run({"init", at("p"), "--from", "handbook"}).exit_code, 0);
  fs::create_directories(at("p/lists"));
  std::ofstream(at("p/lists/known.yaml")) << "kind: watch\nfield: customer_id\n";
  std::ofstream(at("p/lists/knwon.csv")) << "value,reason,author\nx,a,b\n";
  const auto warned = run({"check", at("p")});
  EXPECT_EQ(warned.exit_code, 0) << warned.out;
  EXPECT_NE(warned.out.find("the policy has no list `knwon`: nobody reads these entries"), std::string::npos);
  EXPECT_NE(warned.out.find("did you mean `known`?"), std::string::npos);
  std::ofstream(at("p/lists/known.csv")) << "value,reason,author\n7,,b\n";
  const auto refused = run({"check", at("p")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.out.find("known.csv:2:3: error: the entry has no reason"), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find("knwon.csv: warning: "), std::string::npos) << refused.out;
  EXPECT_NE(refused.out.find(": 1 error\n"), std::string::npos) << refused.out;
}

TEST_F(PolicyCommands, CheckOfNoDirectorySaysSo) {
  const auto checked = run({"check", at("nowhere")});
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_NE(checked.out.find("there is no such directory"), std::string::npos);
}

}  // namespace
}  // namespace weir::command
