#include "engine/state/keys.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace weir::state {
namespace {

std::string prefix(char table, std::uint32_t entity, std::string_view key) {
  std::string out;
  append_entity_prefix(out, table, entity, key);
  return out;
}

TEST(Keys, AnEntitysPrefixIsTableEntityLengthAndKey) {
  EXPECT_EQ(prefix('H', 0x01020304, "ab"), std::string("H\x01\x02\x03\x04\0\x02"
                                                       "ab",
                                                       9));
  EXPECT_EQ(prefix('F', 0, ""), std::string("F\0\0\0\0\0\0", 7));
  EXPECT_EQ(prefix('H', 0, std::string(0xffff, 'k')).size(), 7U + 0xffff);
}

TEST(KeysDeathTest, AKeyLongerThanItsLengthCanSayIsRefused) {
  EXPECT_DEATH(prefix('H', 0, std::string(0x10000, 'k')), "bounded");
}

TEST(Keys, BigEndianNumbersSortAsBytesDo) {
  std::string before;
  for (const std::uint32_t number : {0U, 1U, 255U, 256U, 65536U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    std::string bytes;
    append_big_endian(bytes, number);
    EXPECT_EQ(bytes.size(), 4U);
    EXPECT_EQ(read_big_endian(bytes), number);
    if (number > 0) {
      EXPECT_LT(before, bytes);
    }
    before = bytes;
  }
}

RC_GTEST_PROP(Keys, NoEntitysPrefixIsAPrefixOfAnothers,
              (std::uint8_t entity_a, const std::string& a, std::uint8_t entity_b, const std::string& b)) {
  const auto key_a = prefix('H', entity_a, a);
  const auto key_b = prefix('H', entity_b, b);
  RC_ASSERT(key_b.starts_with(key_a) == (entity_a == entity_b && a == b));
  auto chunk = key_a;
  append_big_endian(chunk, 7);
  RC_ASSERT(entity_prefix_length(chunk) == key_a.size());
  RC_ASSERT(entity_prefix_length(key_a) == key_a.size());
}

TEST(Keys, OnlyHistoryAndFirstSeenKeysHaveAnEntityPrefix) {
  const auto key = prefix('H', 1, "abc");
  EXPECT_EQ(entity_prefix_length(key), key.size());
  EXPECT_EQ(entity_prefix_length(prefix('F', 1, "abc")), key.size());
  for (const char table : {kEventTable, kLabelTable, kCatalogueTable, kMetaTable}) {
    auto other = key;
    other[0] = table;
    EXPECT_EQ(entity_prefix_length(other), 0U);
  }
  for (std::size_t cut = 0; cut < key.size(); ++cut) EXPECT_EQ(entity_prefix_length(key.substr(0, cut)), 0U) << cut;
}

RC_GTEST_PROP(Frames, ConcatenatedOnesComeBackInOrder,
              (const std::vector<std::pair<std::int64_t, std::string>>& frames)) {
  std::string bytes;
  for (const auto& [time_ms, content] : frames) append_frame(bytes, time_ms, content);
  std::string_view rest = bytes;
  for (const auto& [time_ms, content] : frames) {
    const auto frame = take_frame(rest);
    RC_ASSERT(frame.has_value());
    RC_ASSERT(frame->time_ms == time_ms);
    RC_ASSERT(frame->bytes == content);
  }
  RC_ASSERT(rest.empty());
}

TEST(Frames, ACutFrameIsNone) {
  std::string bytes;
  append_frame(bytes, -1, "content");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::string_view rest = std::string_view(bytes).substr(0, cut);
    EXPECT_FALSE(take_frame(rest).has_value()) << cut;
    EXPECT_EQ(rest.size(), cut) << "nothing is taken";
  }
  auto longer = bytes;
  longer[8] = static_cast<char>(longer[8] + 1);
  std::string_view rest = longer;
  EXPECT_FALSE(take_frame(rest).has_value());
}

}  // namespace
}  // namespace weir::state
