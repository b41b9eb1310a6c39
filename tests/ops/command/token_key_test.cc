#include "ops/command/token_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace weir::command {
namespace {

class TokenKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-key-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string file(const std::string& bytes, mode_t mode) const {
    const auto made = path("key");
    std::ofstream(made, std::ios::binary | std::ios::trunc) << bytes;
    ::chmod(made.c_str(), mode);
    return made;
  }

 private:
  std::filesystem::path directory_;
};

TEST_F(TokenKeyTest, AMadeKeyIsItsOwnersAloneAndReadsBack) {
  ASSERT_TRUE(make_token_key(path("new")).ok());
  struct stat info {};
  ASSERT_EQ(::stat(path("new").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_EQ(info.st_size, 32);
  const auto key = read_token_key(path("new"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->bytes.size(), 32U);
  ASSERT_TRUE(make_token_key(path("other")).ok());
  const auto other = read_token_key(path("other"));
  EXPECT_NE(other->bytes, key->bytes);
  EXPECT_NE(other->id, key->id);
}

TEST_F(TokenKeyTest, AKeyThatIsThereIsNeverOverwritten) {
  ASSERT_TRUE(make_token_key(path("key")).ok());
  const auto before = read_token_key(path("key"))->bytes;
  const auto again = make_token_key(path("key"));
  EXPECT_EQ(again.error().message, "token key " + path("key") + ": File exists");
  EXPECT_EQ(read_token_key(path("key"))->bytes, before);
}

TEST_F(TokenKeyTest, ItsIdIsTheBeginningOfItsHash) {
  const auto key = read_token_key(file("0123456789abcdef0123456789abcdef", 0600));
  ASSERT_TRUE(key.ok());
  // printf 0123456789abcdef0123456789abcdef | sha256sum
  EXPECT_EQ(key->id, "3eb1bd439947eb76");
}

TEST_F(TokenKeyTest, ThirtyTwoBytesAreEnoughAndOneLessIsNot) {
  EXPECT_TRUE(read_token_key(file(std::string(32, 'k'), 0600)).ok());
  EXPECT_TRUE(read_token_key(file(std::string(100, '\0'), 0400)).ok());
  const auto path = file(std::string(31, 'k'), 0600);
  EXPECT_EQ(read_token_key(path).error().message, "token key " + path + " is shorter than 32 bytes");
}

TEST_F(TokenKeyTest, AKeyThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    const auto path = file(std::string(32, 'k'), mode);
    EXPECT_EQ(read_token_key(path).error().message,
              "token key " + path + " may be read by others than its owner: chmod 600 " + path);
  }
}

TEST_F(TokenKeyTest, NoPathIsNoKeyAndAMissingFileIsAnError) {
  const auto none = read_token_key("");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->bytes, "");
  EXPECT_EQ(none->id, "");
  EXPECT_EQ(
      read_token_key(path("none")).error().message,
      "token key " + path("none") +
          ": No such file or directory; `weir config --new weir.yaml` makes one beside it, or copy the one in use");
}

}  // namespace
}  // namespace weir::command
