// Policies in parts, as the audit stream has them.
#include "engine/shard/recorded_policy.h"

#include <gtest/gtest.h>

#include "tests/engine/shard/world.h"

namespace weir::shard::test {
namespace {

// What records hold of a policy, cut into parts.
std::vector<audit::ParsedRecord> part_records(const policy::Policy& policy, std::size_t part_bytes) {
  std::vector<audit::ParsedRecord> records;
  const auto parts = parts_of(policy, part_bytes);
  for (const auto& part : parts) {
    auto& record = records.emplace_back();
    record.policy = policy.hash;
    record.time_zones = policy.time_zones;
    record.part = static_cast<std::uint32_t>(records.size());
    record.parts = static_cast<std::uint32_t>(parts.size());
    std::size_t bytes = 0;
    for (const auto& file : part) {
      record.files.push_back({std::string(file.path), std::string(file.text)});
      bytes += file.text.size();
    }
    EXPECT_LE(bytes, part_bytes);
  }
  return records;
}

TEST(PolicyParts, MakeTheWholeWhateverTheirSize) {
  policy::Policy policy = *small_policy();
  policy.files.push_back({"rules/empty.yaml", ""});
  policy.files.push_back({"rules/text.yaml", "# \xE2\x82\xAC \xF0\x9F\x98\x80 end"});
  policy.hash = policy::policy_hash(policy.files, policy.time_zones);
  for (const std::size_t size : {4U, 5U, 7U, 100U, 1'000'000U}) {
    SCOPED_TRACE(size);
    PolicyParts parts;
    for (const auto& record : part_records(policy, size)) {
      for (const auto& file : record.files) {
        if (!file.text.empty()) {
          EXPECT_NE(static_cast<unsigned char>(file.text[0]) & 0xC0U, 0x80U) << "within a character";
        }
      }
      EXPECT_FALSE(parts.complete());
      ASSERT_TRUE(parts.add(record).ok());
      EXPECT_NE(parts.begun(), parts.complete());
    }
    ASSERT_TRUE(parts.complete());
    const auto whole = parts.take();
    EXPECT_EQ(policy::policy_hash(whole.files, whole.time_zones), policy.hash);
    EXPECT_FALSE(parts.begun());
  }
}

TEST(PolicyParts, WhatDoesNotFollowIsAnError) {
  const auto records = part_records(*small_policy(), 100);
  ASSERT_GT(records.size(), 3U);
  PolicyParts parts;
  EXPECT_NE(parts.add(records[1]).error().message.find("the first one is missing"), std::string::npos);
  ASSERT_TRUE(parts.add(records[0]).ok());
  EXPECT_NE(parts.add(records[2]).error().message.find("part 2 of"), std::string::npos);
  auto other = records[1];
  other.policy = "sha256:other";
  EXPECT_FALSE(parts.add(other).ok());
  // A first part begins anew, whatever was there.
  for (const auto& record : records) ASSERT_TRUE(parts.add(record).ok());
  EXPECT_TRUE(parts.complete());
  ASSERT_TRUE(parts.add(records[0]).ok());
  EXPECT_TRUE(parts.begun());
  parts.clear();
  EXPECT_FALSE(parts.begun());
}

}  // namespace
}  // namespace weir::shard::test
