#include "engine/shard/shadow.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/policy/policy.h"
#include "engine/shard/replay.h"
#include "tests/engine/shard/small_shard.h"
#include "tests/engine/shard/world.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::shard::test {
namespace {

std::shared_ptr<const policy::Policy> with(const policy::Policy& policy, const std::string& path,
                                           const std::string& from, const std::string& to) {
  auto files = policy.files;
  bool found = false;
  for (auto& file : files) {
    if (file.path != path) continue;
    const auto at = file.text.find(from);
    found |= at != std::string::npos;
    if (found) file.text.replace(at, from.size(), to);
  }
  EXPECT_TRUE(found) << path << " has no " << from;
  auto loaded = policy::load_policy(std::move(files), "");
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().render());
  return loaded ? std::make_shared<const policy::Policy>(std::move(*loaded)) : nullptr;
}

TEST(ShadowPolicy, MustSeeTheSamePast) {
  const auto live = small_policy();
  EXPECT_EQ(no_shadow_because(*live, *live), "");
  EXPECT_EQ(no_shadow_because(*changed_policy(), *live), "");
  EXPECT_EQ(no_shadow_because(*slimmer_policy(), *live),
            "its schema.yaml, base currency or time zones differ from those of the policy that decides");
  const auto longer = with(*live, "policy.yaml", "history: 2d", "history: 2d1ms");
  EXPECT_EQ(no_shadow_because(*longer, *live),
            "it looks back on a history of 2d1ms, and 2d are held for the policy that decides");
  EXPECT_EQ(no_shadow_because(*live, *longer), "");
  const auto other_field = with(*live, "lists/known.yaml", "field: merchant_id", "field: card_id");
  EXPECT_EQ(no_shadow_because(*other_field, *live),
            "its list `known` is none of the policy that decides, or holds another field there");
  const auto refused = make_core(live, nullptr, {}, nullptr, longer);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("can't be in the shadow of " + live->hash), std::string::npos);
}

TEST(ShadowPolicy, OnlyFeaturesOfItsOwnAreAdded) {
  const auto live = small_policy();
  EXPECT_EQ(features_of_both(*live, nullptr).size(), live->features.size());
  EXPECT_EQ(features_of_both(*live, live.get()).size(), live->features.size());
  const auto both = features_of_both(*live, changed_policy().get());
  ASSERT_EQ(both.size(), live->features.size() + 1);
  EXPECT_EQ(both.back().name, "online_1h");
  // The same name with another meaning is another feature, the same meaning by another name is not.
  const auto wider =
      with(*live, "features.yaml", "count_1h: {count: events, window: 1h", "count_1h: {count: events, window: 2h");
  EXPECT_EQ(features_of_both(*live, wider.get()).size(), live->features.size() + 1);
}

// The hashed part without what the shadow said.
std::string without_shadow(std::string audit) {
  const auto at = audit.find(",\"shadow\":{\"policy\"");
  return at == std::string::npos ? audit : audit.substr(0, at) + "}";
}

TEST(ShadowPolicy, ChangesNothing) {
  FakeLog payments("payments", 1);
  FakeLog labels("labels", 1);
  World world(5);
  world.produce(payments, labels, 2'000);
  SmallShard plain;
  const auto wider = with(*changed_policy(), "features.yaml", "count_1h: {count: events, window: 1h",
                          "count_1h: {count: events, window: 2h");
  SmallShard shadowed(nullptr, {}, nullptr, wider);
  plain.clock_ms = shadowed.clock_ms = world.now_ms();
  int others = 0;
  for (const auto& record : payments.partitions[0]) {
    const auto& bare = plain.transaction(*record.value);
    const auto& both = shadowed.transaction(*record.value);
    ASSERT_EQ(without_shadow(both.audit), bare.audit);
    ASSERT_EQ(both.decision, bare.decision);
    ASSERT_EQ(bare.shadow_weighed, nullptr);
    if (both.kind != audit::Kind::kTransaction) continue;
    ASSERT_NE(both.audit.find("\"shadow\":{\"policy\":\"" + wider->hash + "\""), std::string::npos);
    if (both.shadow_weighed->score != both.score) ++others;
  }
  EXPECT_GT(others, 20) << "the shadow is another policy";
}

TEST(ShadowPolicy, SeesThePastFromItsFirstPaymentOnAndIsReplayed) {
  const state::ScratchDirectory directory;
  const auto store = state::store_of(state::small_store(directory.path()));
  std::vector<std::string> records;
  Progress progress;
  std::int64_t offset = 0;
  {
    SmallShard shard(store.get());
    const auto keep = [&] { records.push_back(shard.enveloped()); };
    shard.start();
    keep();
    shard.policy_record();
    keep();
    for (int i = 0; i < 3; ++i) {
      shard.pay({"p" + std::to_string(i), kNoon + i, "c1", "m1", "1.00", "online"});
      keep();
    }
    state::Batch batch;
    shard.core.memory->cut(batch);
    ASSERT_TRUE(store->write(batch).ok());
    progress = shard.core.step->progress;
    offset = shard.next_offset;
  }
  {
    SmallShard shard(store.get(), {}, small_policy(), changed_policy());
    const auto keep = [&] { records.push_back(shard.enveloped()); };
    shard.core.step->progress = progress;
    shard.next_offset = offset;
    shard.shadow_record();
    keep();
    shard.pay({"p9", kNoon + 9, "c2", "m1", "1.00", "online"});
    EXPECT_EQ(shard.member("merchant.online_1h"), "3") << shard.last().audit;
    EXPECT_EQ(shard.last().shadow_weighed->score, 50);
    EXPECT_EQ(shard.last().score, 0);
    keep();
    // The audit record tells of it, and of the policy that decided, apart from each other.
    audit::RecordReader reader;
    audit::ParsedRecord parsed;
    ASSERT_TRUE(reader.read(records.back(), parsed).ok());
    const auto details = reader.details();
    ASSERT_TRUE(details.ok());
    EXPECT_EQ(details->policy, small_policy()->hash);
    ASSERT_EQ(details->rules.size(), 1U);
    EXPECT_EQ(details->rules[0].rule, "far-above-mean") << "it fails at a card's first merchant";
    ASSERT_TRUE(details->shadow.has_value());
    EXPECT_EQ(details->shadow->policy, changed_policy()->hash);
    EXPECT_EQ(details->shadow->score, 50);
    EXPECT_EQ(details->shadow->reasons, std::vector<std::string>{"busy-online"});
    ASSERT_EQ(details->shadow->rules.size(), 2U);
    EXPECT_EQ(details->shadow->rules[0].rule, "busy-online");
    ASSERT_EQ(details->shadow->rules[0].values.size(), 1U);
    EXPECT_EQ(details->shadow->rules[0].values[0].text, "3");
    const auto alone = reader.judged(true);
    ASSERT_TRUE(alone.ok() && alone->has_value());
    EXPECT_EQ((*alone)->reasons, details->shadow->reasons);
    EXPECT_EQ((*reader.judged(false))->policy, details->policy);
    state::Batch batch;
    shard.core.memory->cut(batch);
    ASSERT_TRUE(store->write(batch).ok());
    progress = shard.core.step->progress;
    offset = shard.next_offset;
  }
  SmallShard shard(store.get());
  shard.core.step->progress = progress;
  shard.next_offset = offset;
  shard.shadow_record();  // of none
  records.push_back(shard.enveloped());
  shard.pay({"p10", kNoon + 10, "c2", "m1", "1.00", "online"});
  EXPECT_EQ(shard.last().audit.find("\"shadow\""), std::string::npos);
  records.push_back(shard.enveloped());

  const state::ScratchDirectory scratch;
  const auto replay_store = state::store_of(state::small_store(scratch.path()));
  Replay replay(*replay_store, {});
  for (const auto& record : records) {
    const auto finding = replay.next(record);
    ASSERT_TRUE(finding.ok()) << finding.error().message;
    EXPECT_EQ(finding->verdict, ReplayVerdict::kIdentical) << finding->difference;
  }
}

}  // namespace
}  // namespace weir::shard::test
