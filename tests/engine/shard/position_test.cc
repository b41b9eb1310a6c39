#include "engine/shard/position.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace weir::shard {
namespace {

Position full_position() {
  Position position;
  position.progress.next_sequence = std::numeric_limits<std::uint64_t>::max();
  position.progress.clock_ms = 1'767'225'600'000;
  position.progress.greatest_event_ms = std::numeric_limits<std::int64_t>::min();
  position.progress.history_cutoff_ms = 5;
  position.progress.event_cutoff_ms = -6;
  position.next_audit_offset = 77;
  position.engine = "engine-1";
  position.generation = 3;
  position.policy = "sha256:0";
  position.token_key_id = "0123456789abcdef";
  position.policy_recorded = true;
  position.empty_memory = false;
  position.consumed = {{{"labels", 0}, 4}, {{"payments", 0}, 0}, {{"payments", 2'147'483'647}, 9'000'000'000}};
  return position;
}

TEST(Position, ReadsBack) {
  const auto position = full_position();
  const auto back = read_position(position_text(position));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->progress.next_sequence, position.progress.next_sequence);
  EXPECT_EQ(back->progress.clock_ms, position.progress.clock_ms);
  EXPECT_EQ(back->progress.greatest_event_ms, position.progress.greatest_event_ms);
  EXPECT_EQ(back->progress.history_cutoff_ms, 5);
  EXPECT_EQ(back->progress.event_cutoff_ms, -6);
  EXPECT_EQ(back->next_audit_offset, 77);
  EXPECT_EQ(back->engine, "engine-1");
  EXPECT_EQ(back->generation, 3U);
  EXPECT_EQ(back->policy, "sha256:0");
  EXPECT_EQ(back->token_key_id, "0123456789abcdef");
  EXPECT_TRUE(back->policy_recorded);
  EXPECT_FALSE(back->empty_memory);
  EXPECT_EQ(back->consumed, position.consumed);
}

TEST(Position, AFreshOneReadsBack) {
  Position fresh;
  fresh.empty_memory = true;
  const auto back = read_position(position_text(fresh));
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(back->empty_memory);
  EXPECT_FALSE(back->policy_recorded);
  EXPECT_TRUE(back->consumed.empty());
  EXPECT_EQ(position_text(*back), position_text(fresh));
}

RC_GTEST_PROP(Position, EveryPositionReadsBack,
              (std::uint64_t sequence, std::int64_t clock_ms, const std::string& engine, bool flag,
               const std::vector<std::tuple<std::string, std::int32_t, std::int64_t>>& consumed)) {
  Position position;
  position.progress.next_sequence = sequence;
  position.progress.clock_ms = clock_ms;
  position.engine = engine;
  position.empty_memory = flag;
  position.policy_recorded = !flag;
  for (const auto& [topic, partition, offset] : consumed) position.consumed[{topic, partition}] = offset;
  const auto back = read_position(position_text(position));
  RC_ASSERT(back.ok());
  RC_ASSERT(position_text(*back) == position_text(position));
  RC_ASSERT(back->consumed == position.consumed);
}

TEST(Position, DamagedBytesAreAnError) {
  const auto text = position_text(full_position());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto cut = read_position(text.substr(0, length));
    ASSERT_FALSE(cut.ok()) << length;
    ASSERT_EQ(cut.error().message, "state store: damaged position");
  }
  EXPECT_FALSE(read_position(text + '\0').ok());
}

}  // namespace
}  // namespace weir::shard
