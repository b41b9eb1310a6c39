#include "engine/shard/event_entry.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "engine/base/varint.h"

namespace weir::shard {
namespace {

std::string bytes_of(const EventEntry& entry) {
  std::string bytes;
  append_event_entry(entry, bytes);
  return bytes;
}

EventEntry full_entry() {
  EventEntry entry;
  entry.digest = "0123456789abcdef";
  entry.sequence = std::numeric_limits<std::uint64_t>::max();
  entry.time_ms = -1;
  entry.type = std::numeric_limits<std::uint32_t>::max();
  entry.policy = 7;
  entry.outcome = book::Outcome::kDecline;
  entry.score = 1000;
  entry.flags = 255;
  entry.reasons = {{3, "R03", -1000}, {std::numeric_limits<std::uint32_t>::max(), "", 1000}};
  entry.alert = {std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint64_t>::max(), true};
  entry.keys = {{0, "card"}, {1, std::string("\0\xff", 2)}};
  return entry;
}

bool equal(const EventEntry& a, const EventEntry& b) {
  // The encoding is one to one, so this compares every member.
  return bytes_of(a) == bytes_of(b) && a.digest == b.digest && a.keys.size() == b.keys.size();
}

TEST(EventEntry, ReadsBack) {
  const auto entry = full_entry();
  const auto back = read_event_entry(bytes_of(entry));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->digest, entry.digest);
  EXPECT_EQ(back->sequence, entry.sequence);
  EXPECT_EQ(back->time_ms, -1);
  EXPECT_EQ(back->type, entry.type);
  EXPECT_EQ(back->policy, 7U);
  EXPECT_EQ(back->outcome, book::Outcome::kDecline);
  EXPECT_EQ(back->score, 1000);
  EXPECT_EQ(back->flags, 255);
  ASSERT_EQ(back->reasons.size(), 2U);
  EXPECT_EQ(back->reasons[0].rule, 3U);
  EXPECT_EQ(back->reasons[0].code, "R03");
  EXPECT_EQ(back->reasons[0].points, -1000);
  ASSERT_TRUE(back->alert.has_value());
  EXPECT_EQ(back->alert->subject, std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(back->alert->sequence, std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(back->alert->repeated);
  ASSERT_EQ(back->keys.size(), 2U);
  EXPECT_EQ(back->keys[1].entity, 1U);
  EXPECT_EQ(back->keys[1].key, std::string("\0\xff", 2));
}

RC_GTEST_PROP(EventEntry, EveryEntryReadsBack,
              (std::uint64_t sequence, std::int64_t time_ms, std::uint32_t type, std::int32_t score,
               const std::vector<std::tuple<std::uint32_t, std::string, std::int32_t>>& reasons,
               const std::vector<std::pair<std::uint32_t, std::string>>& keys)) {
  EventEntry entry;
  entry.digest = std::string(kEntryDigestBytes, static_cast<char>(score));
  entry.sequence = sequence;
  entry.time_ms = time_ms;
  entry.type = type;
  entry.policy = type / 2;
  entry.score = score;
  entry.flags = static_cast<std::uint8_t>(type);
  entry.outcome = static_cast<book::Outcome>(type % 3);
  if (type % 5 > 1) entry.alert = {type, sequence / 2, type % 5 > 2};
  for (const auto& [rule, code, points] : reasons) entry.reasons.push_back({rule, code, points});
  for (const auto& [number, key] : keys) entry.keys.push_back({number, key});
  const auto back = read_event_entry(bytes_of(entry));
  RC_ASSERT(back.ok());
  RC_ASSERT(equal(*back, entry));
}

TEST(EventEntry, DamagedBytesAreAnError) {
  const auto bytes = bytes_of(full_entry());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = read_event_entry(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(cut.ok()) << length;
    ASSERT_EQ(cut.error().message, "state store: damaged entry of an event id");
  }
  EXPECT_FALSE(read_event_entry(bytes + '\0').ok());
  // An outcome that is none, and numbers that don't fit.
  auto entry = full_entry();
  entry.outcome = static_cast<book::Outcome>(3);
  EXPECT_FALSE(read_event_entry(bytes_of(entry)).ok());
  const auto with_type = [](std::uint64_t type, std::uint64_t flags, std::int64_t score, std::uint64_t alert = 0) {
    std::string made(kEntryDigestBytes, 'd');
    append_varint(made, 0);
    append_zigzag(made, 0);
    append_varint(made, type);
    append_varint(made, 0);
    append_varint(made, 0);
    append_zigzag(made, score);
    append_varint(made, flags);
    append_varint(made, 0);
    append_varint(made, alert);
    if (alert > 0) append_varint(made, 1);
    if (alert > 0) append_varint(made, 1);
    append_varint(made, 0);
    return read_event_entry(made).ok();
  };
  EXPECT_TRUE(with_type(0xffff'ffff, 255, 2'147'483'647));
  EXPECT_TRUE(with_type(0, 0, 0, 1));
  EXPECT_TRUE(with_type(0, 0, 0, 2));
  EXPECT_FALSE(with_type(0, 0, 0, 3));
  EXPECT_FALSE(with_type(0x1'0000'0000, 255, 0));
  EXPECT_FALSE(with_type(0, 256, 0));
  EXPECT_FALSE(with_type(0, 0, 2'147'483'648));
}

TEST(EventEntry, ACountThatIsFarTooGreatIsAnErrorAtOnce) {
  std::string bytes(kEntryDigestBytes, 'd');
  for (int i = 0; i < 7; ++i) append_varint(bytes, 0);
  append_varint(bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_FALSE(read_event_entry(bytes).ok());
}

TEST(EventEntry, GivesTheFirstDecisionAgainByteForByte) {
  using history::CatalogueKind;
  history::Catalogue catalogue;
  (void)catalogue.number(CatalogueKind::kRule, "other");
  EventEntry entry;
  entry.digest = std::string(kEntryDigestBytes, 'd');
  entry.sequence = 42;
  entry.time_ms = 1'767'225'600'001;
  entry.type = catalogue.number(CatalogueKind::kEventType, "card_payment");
  entry.policy = catalogue.number(CatalogueKind::kPolicy, "sha256:00");
  entry.outcome = book::Outcome::kReview;
  entry.score = 350;
  entry.flags = decide::kLate;
  entry.reasons = {{catalogue.number(CatalogueKind::kRule, "hard"), "R02", 0},
                   {catalogue.number(CatalogueKind::kRule, "soft"), "R01", 350}};
  const auto back = read_event_entry(bytes_of(entry));
  ASSERT_TRUE(back.ok());
  std::string again;
  append_first_decision(*back, "id \"1\"", 3, catalogue, again);

  const std::vector<decide::ReasonText> reasons{{"hard", "R02", 0}, {"soft", "R01", 350}};
  decide::DecisionFacts facts;
  facts.id = "id \"1\"";
  facts.type = "card_payment";
  facts.time_ms = 1'767'225'600'001;
  facts.outcome = book::Outcome::kReview;
  facts.score = 350;
  facts.flags = decide::kLate;
  facts.policy = "sha256:00";
  facts.shard = 3;
  facts.sequence = 42;
  facts.reasons = reasons;
  std::string first;
  decide::append_decision_json(facts, first);
  EXPECT_EQ(again, first);
}

}  // namespace
}  // namespace weir::shard
