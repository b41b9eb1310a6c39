#include "ops/command/policy_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/engine/base/scratch_directory.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

const std::string kFirst = "sha256:" + std::string(60, 'a') + "0001";
const std::string kSecond = "sha256:" + std::string(60, 'a') + "0002";
const std::string kOther = "sha256:" + std::string(64, 'b');

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

class PolicyStoreTest : public testing::Test {
 protected:
  void take(const std::string& hash, std::int64_t now_ms) const {
    EXPECT_TRUE(store_.keep(files_, hash).ok());
    EXPECT_TRUE(store_.set_live(hash, now_ms).ok());
  }
  const test::ScratchDirectory root_;
  const PolicyStore store_{root_.path()};
  const std::vector<policy::PolicyFile> files_{{"policy.yaml", "name: a\n"},
                                               {"rules/deep/a.yaml", std::string("\0\n", 2)}};
};

TEST_F(PolicyStoreTest, KeepsFilesByHash) {
  ASSERT_TRUE(store_.keep(files_, kFirst).ok());
  const auto home = store_.path_of(kFirst);
  EXPECT_EQ(home, root_ / ("policies/" + kFirst.substr(7)));
  EXPECT_EQ(text_of(home + "/policy.yaml"), "name: a\n");
  EXPECT_EQ(text_of(home + "/rules/deep/a.yaml"), std::string("\0\n", 2));
}

TEST_F(PolicyStoreTest, WhatNoEngineTookIsNotTold) {
  ASSERT_TRUE(store_.keep(files_, kFirst).ok());
  EXPECT_TRUE(store_.taken().empty());
  EXPECT_FALSE(store_.find(kFirst).ok());
  ASSERT_TRUE(store_.set_live(kFirst, 1000).ok());
  ASSERT_EQ(store_.taken().size(), 1U);
  EXPECT_EQ(store_.taken()[0].hash, kFirst);
  EXPECT_TRUE(store_.find(kFirst).ok());
  ASSERT_TRUE(store_.set_live(kSecond, 2000).ok());
  ASSERT_EQ(store_.taken().size(), 1U) << "its files are not kept";
  fs::remove_all(store_.path_of(kFirst));
  EXPECT_TRUE(store_.taken().empty());
}

TEST_F(PolicyStoreTest, WhatIsKeptStays) {
  ASSERT_TRUE(store_.keep(files_, kFirst).ok());
  ASSERT_TRUE(store_.keep({{"policy.yaml", "name: b\n"}}, kFirst).ok());
  EXPECT_EQ(text_of(store_.path_of(kFirst) + "/policy.yaml"), "name: a\n");
}

TEST_F(PolicyStoreTest, ADraftThatACrashLeftIsNoPolicy) {
  const auto draft = store_.path_of(kFirst) + "." + std::to_string(getpid()) + ".new";
  fs::create_directories(draft);
  std::ofstream(draft + "/leftover.yaml") << "x";
  ASSERT_TRUE(store_.set_live(kFirst, 1000).ok());
  EXPECT_TRUE(store_.taken().empty());
  EXPECT_FALSE(store_.find("aa").ok());
  ASSERT_TRUE(store_.keep(files_, kFirst).ok());
  EXPECT_EQ(store_.taken().size(), 1U);
  EXPECT_FALSE(fs::exists(store_.path_of(kFirst) + "/leftover.yaml"));
}

TEST_F(PolicyStoreTest, WhereNothingCanBeWrittenThatIsAnError) {
  std::ofstream(root_ / "policies") << "a file in the way";
  const auto kept = store_.keep(files_, kFirst);
  ASSERT_FALSE(kept.ok());
  EXPECT_NE(kept.error().message.find("policies"), std::string::npos) << kept.error().message;
  const PolicyStore nowhere(root_ / "no/such/state");
  EXPECT_FALSE(nowhere.wish({kFirst, kSecond}).ok());
  EXPECT_FALSE(nowhere.set_live(kFirst, 1000).ok());
  EXPECT_TRUE(nowhere.taken().empty());
}

TEST_F(PolicyStoreTest, FindsByTheStartOfAHash) {
  for (const auto& hash : {kFirst, kSecond, kOther}) take(hash, 1000);
  EXPECT_EQ(store_.find(kFirst).ok() ? *store_.find(kFirst) : "", kFirst);
  for (const std::string start : {"b", "sha256:b", "bbbbbbbb"}) {
    const auto found = store_.find(start);
    ASSERT_TRUE(found.ok()) << start;
    EXPECT_EQ(*found, kOther);
  }
  for (const std::string start : {"a", "sha256:aa", "", "sha256:"}) {
    const auto found = store_.find(start);
    ASSERT_FALSE(found.ok()) << start;
    EXPECT_NE(found.error().message.find("several policies' hashes begin with sha256:"), std::string::npos);
  }
  for (const auto& start : {std::string("c"), std::string("sha256:sha256:b"), kOther + "b", std::string("..")}) {
    const auto found = store_.find(start);
    ASSERT_FALSE(found.ok()) << start;
    EXPECT_NE(found.error().message.find("ever decided here, or was in the shadow"), std::string::npos);
  }
}

TEST_F(PolicyStoreTest, TheOneThatWasTakenLastComesLast) {
  for (const auto& hash : {kOther, kFirst, kSecond, kOther}) take(hash, 1000);
  std::vector<std::string> hashes;
  for (const auto& kept : store_.taken()) hashes.push_back(kept.hash);
  EXPECT_EQ(hashes, (std::vector<std::string>{kFirst, kSecond, kOther}));
}

TEST_F(PolicyStoreTest, TellsSinceAndUntilWhen) {
  take(kFirst, 1000);
  take(kFirst, 1500);  // a restart changes nothing
  ASSERT_TRUE(store_.keep(files_, kSecond).ok());
  ASSERT_TRUE(store_.set_live_shadow(kSecond, 2000).ok());
  take(kSecond, 3000);
  ASSERT_TRUE(store_.set_live_shadow("", 3000).ok());
  ASSERT_TRUE(store_.set_live_shadow("", 4000).ok());
  const auto taken = store_.taken();
  ASSERT_EQ(taken.size(), 2U);
  ASSERT_TRUE(taken[0].live.has_value());
  EXPECT_EQ(taken[0].live->from_ms, 1000);
  EXPECT_EQ(taken[0].live->until_ms, 3000);
  EXPECT_FALSE(taken[0].shadow.has_value());
  ASSERT_TRUE(taken[1].live.has_value() && taken[1].shadow.has_value());
  EXPECT_EQ(taken[1].live->from_ms, 3000);
  EXPECT_FALSE(taken[1].live->until_ms.has_value());
  EXPECT_EQ(taken[1].shadow->from_ms, 2000);
  EXPECT_EQ(taken[1].shadow->until_ms, 3000);
}

TEST_F(PolicyStoreTest, LinesThatTellNothingArePassedOver) {
  take(kFirst, 1000);
  std::ofstream(root_ / "policies.taken", std::ios::app) << "x\n2000 master " << kFirst << "\n3000 live";
  ASSERT_EQ(store_.taken().size(), 1U);
  EXPECT_FALSE(store_.taken()[0].live->until_ms.has_value());
}

TEST_F(PolicyStoreTest, AWishStandsUntilThereIsAnother) {
  EXPECT_FALSE(store_.wish().has_value());
  ASSERT_TRUE(store_.wish({kFirst, kOther}).ok());
  ASSERT_TRUE(store_.wish().has_value());
  EXPECT_EQ(store_.wish()->hash, kFirst);
  EXPECT_EQ(store_.wish()->instead_of, kOther);
  ASSERT_TRUE(store_.wish({kSecond, kOther}).ok());
  EXPECT_EQ(PolicyStore(root_.path()).wish()->hash, kSecond);
  EXPECT_FALSE(fs::exists(root_ / "policy.wanted.new"));
}

TEST_F(PolicyStoreTest, ADamagedWishIsNone) {
  std::ofstream(root_ / "policy.wanted") << "";
  EXPECT_FALSE(store_.wish().has_value());
  std::ofstream(root_ / "policy.wanted") << "\n" << kOther << "\n";
  EXPECT_FALSE(store_.wish().has_value());
  std::ofstream(root_ / "policy.wanted") << kFirst;
  ASSERT_TRUE(store_.wish().has_value()) << "its second line is missing: it is wanted instead of none";
  EXPECT_EQ(store_.wish()->instead_of, "");
}

TEST_F(PolicyStoreTest, KnowsWhatIsLive) {
  EXPECT_EQ(store_.live(), "");
  ASSERT_TRUE(store_.set_live(kFirst, 1000).ok());
  EXPECT_EQ(store_.live(), kFirst);
  ASSERT_TRUE(store_.set_live(kSecond, 1000).ok());
  EXPECT_EQ(PolicyStore(root_.path()).live(), kSecond);
}

TEST_F(PolicyStoreTest, WhoReadsMeanwhileSeesTheOneOrTheOther) {
  ASSERT_TRUE(store_.wish({kFirst, kFirst}).ok());
  ASSERT_TRUE(store_.set_live(kFirst, 1000).ok());
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    while (!done) {
      const auto wish = store_.wish();
      if (!wish || wish->hash != wish->instead_of || (wish->hash != kFirst && wish->hash != kSecond)) ++torn;
      const auto live = store_.live();
      if (live != kFirst && live != kSecond) ++torn;
    }
  });
  for (int i = 0; i < 500; ++i) {
    const auto& hash = i % 2 == 0 ? kSecond : kFirst;
    EXPECT_TRUE(store_.wish({hash, hash}).ok());
    EXPECT_TRUE(store_.set_live(hash, 1000).ok());
  }
  done = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

TEST_F(PolicyStoreTest, KeepingTwiceAtOnceKeepsOne) {
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) (void)store_.taken();
  });
  for (int i = 0; i < 50; ++i) {
    const auto hash = "sha256:" + std::string(62, 'd') + (i < 10 ? "0" : "") + std::to_string(i);
    EXPECT_TRUE(store_.keep(files_, hash).ok());
    take(hash, 1000);
  }
  other.join();
  EXPECT_EQ(store_.taken().size(), 50U);
}

}  // namespace
}  // namespace weir::command
