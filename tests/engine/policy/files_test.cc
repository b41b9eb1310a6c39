// Which files of a directory make a policy.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/policy/limits.h"
#include "engine/policy/policy_paths.h"
#include "engine/yaml/document.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

namespace fs = std::filesystem;

// A fresh directory that goes away with the test.
class PolicyDirectory : public testing::Test {
 protected:
  PolicyDirectory() {
    std::string name = (fs::temp_directory_path() / "weir-policy-XXXXXX").string();
    root_ = mkdtemp(name.data());
    for (const auto& file : Sample().files()) write(file.path, file.text);
  }
  ~PolicyDirectory() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
  }
  // The faults without the directory's own name.
  std::string report() {
    const auto files = read_policy_files(root_.string());
    if (files.ok()) return "";
    auto text = files.error().render();
    for (auto at = text.find(root_.string()); at != std::string::npos; at = text.find(root_.string())) {
      text.replace(at, root_.string().size(), "DIR");
    }
    return text;
  }
  std::string hash() {
    const auto policy = load_policy_directory(root_.string());
    return policy.ok() ? policy->hash : policy.error().render();
  }

  fs::path root_;
};

TEST_F(PolicyDirectory, FilesAreReadInTheOrderOfTheirPaths) {
  write("rules/z/last.yaml", "x");
  write("rules/B.yaml", "x");
  const auto files = read_policy_files(root_.string());
  ASSERT_TRUE(files.ok());
  std::string paths;
  for (const auto& file : *files) paths += file.path + " ";
  EXPECT_EQ(paths, "features.yaml policy.yaml rules/B.yaml rules/a.yaml rules/z/last.yaml schema.yaml ");
}

TEST_F(PolicyDirectory, WhatIsNoPartOfItDoesNotChangeTheHash) {
  const auto before = hash();
  ASSERT_TRUE(before.starts_with("sha256:")) << before;
  write(".git/config.yaml", "x: [");
  write(".hidden.yaml", "x: [");
  write("README.md", "text");
  write("policy.yaml~", "x: [");
  write("#schema.yaml#", "x: [");
  write("rules/.a.yaml.swp", "x");
  write("rules/.hidden.yaml", "x: [");
  write("rules/a.yaml.orig", "x");
  write("rules/.old/b.yaml", "x: [");
  write("rules/notes.txt", "x");
  write("notes/plan.yaml", "x: [");
  EXPECT_EQ(hash(), before);
  fs::last_write_time(root_ / "policy.yaml", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(hash(), before);
  const auto moved = root_.string() + "-moved";
  fs::rename(root_, moved);
  root_ = moved;
  EXPECT_EQ(hash(), before);
  write("rules/a.yaml", Sample().rules + "# a note\n");
  EXPECT_NE(hash(), before);
}

TEST_F(PolicyDirectory, ADirectoryThatIsNoneIsAnIssue) {
  const auto missing = load_policy_directory((root_ / "nowhere").string());
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().render().find("there is no such directory"), std::string::npos);
  const auto file = load_policy_directory((root_ / "policy.yaml").string());
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().render().find("this is not a directory"), std::string::npos);
}

TEST_F(PolicyDirectory, SymbolicLinksAreRefused) {
  fs::create_symlink(root_ / "rules/a.yaml", root_ / "rules/b.yaml");
  EXPECT_EQ(report(), "DIR/rules/b.yaml: error: a policy has no symbolic links\n    put the file itself here\n");
  fs::remove(root_ / "rules/b.yaml");
  fs::create_directory_symlink(root_ / "rules", root_ / "rules/more");
  EXPECT_EQ(report(), "DIR/rules/more: error: a policy has no symbolic links\n    put the files themselves here\n");
  fs::remove(root_ / "rules/more");
  fs::create_symlink(root_ / "README.md", root_ / "rules/README.md");
  EXPECT_EQ(report(), "") << "a link by a name that does not count does not count either";
}

TEST_F(PolicyDirectory, ALinkToTheDirectoryItselfIsFine) {
  const auto link = root_.string() + "-link";
  fs::create_directory_symlink(root_, link);
  const auto policy = load_policy_directory(link);
  fs::remove(link);
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->hash, hash());
}

TEST_F(PolicyDirectory, AFileInPlaceOfTheFolderOrASpecialFileIsRefused) {
  fs::remove_all(root_ / "rules");
  write("rules", "id: x\n");
  EXPECT_EQ(report(), "DIR/rules: error: this is not a directory\n    its files go into a folder `rules`\n");
  fs::remove(root_ / "rules");
  fs::remove(root_ / "features.yaml");
  ASSERT_EQ(mkfifo((root_ / "features.yaml").c_str(), 0600), 0);
  EXPECT_EQ(report(), "DIR/features.yaml: error: this is not a regular file\n");
}

TEST_F(PolicyDirectory, AFileMayHaveItsLargestSizeAndNoByteMore) {
  const auto text = Sample().rules;
  const auto pad = [&](std::size_t size) {
    std::string out = text;
    const std::string line = "#" + std::string(1'022, ' ') + "\n";
    while (out.size() + line.size() <= size) out += line;
    return out + std::string(size - out.size(), '\n');
  };
  write("rules/a.yaml", pad(yaml::kMaxFileBytes));
  EXPECT_TRUE(hash().starts_with("sha256:")) << hash();
  write("rules/a.yaml", pad(yaml::kMaxFileBytes + 1));
  EXPECT_EQ(report(), "DIR/rules/a.yaml: error: the file has 4194305 bytes, the limit is 4194304\n");
}

TEST_F(PolicyDirectory, RuleFoldersNestOnlySoDeep) {
  const auto nested = [](std::size_t folders) {
    std::string path = "rules/";
    for (std::size_t i = 1; i < folders; ++i) path += "d/";
    return path;
  };
  write(nested(kMaxRuleFolderDepth) + "deep.txt", "");
  EXPECT_EQ(report(), "");
  write(nested(kMaxRuleFolderDepth + 1) + "deeper.txt", "");
  EXPECT_NE(report().find("rule folders are nested more than 8 deep"), std::string::npos) << report();
}

TEST_F(PolicyDirectory, AnUnreadableFileIsAnIssue) {
  if (geteuid() == 0) GTEST_SKIP() << "skipped: root reads everything";
  fs::permissions(root_ / "policy.yaml", fs::perms::none);
  EXPECT_EQ(report(), "DIR/policy.yaml: error: the file can't be read\n");
}

TEST(PolicyPaths, AreClassified) {
  std::string advice;
  for (const auto* path : {"policy.yaml", "schema.yaml", "features.yaml", "features/cards.yaml", "rules/a.yaml",
                           "rules/a/b-c_1.yaml", "lists/a.yaml"}) {
    EXPECT_EQ(classify_path(path, advice), PathKind::kPart) << path;
  }
  for (const auto* path : {".a.yaml", "README.md", "rules/a.txt", "rules/.a.yaml", "rules/.git/a.yaml", "rules/a.yaml~",
                           "other/a.yaml", "policy", "policy.yaml.bak"}) {
    EXPECT_EQ(classify_path(path, advice), PathKind::kIgnored) << path;
  }
  for (const auto* path : {"policies.yaml", "policy.yml", "rules/a.yml", "rules/a b.yaml", "rules/\xC3\xA9.yaml",
                           "x.yaml", "features/deeper/a.yaml", "features/a.yml", "features/a b.yaml"}) {
    EXPECT_EQ(classify_path(path, advice), PathKind::kSuspicious) << path;
    EXPECT_FALSE(advice.empty());
  }
}

}  // namespace
}  // namespace weir::policy
