// Every limit of a policy, at it and one past it.
#include "engine/policy/limits.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

std::string number(std::size_t i) { return std::to_string(i); }

// The sample with the text in one of its files replaced.
Sample with_policy(std::string_view from, std::string_view to) {
  Sample sample;
  sample.policy = with(sample.policy, from, to);
  return sample;
}
Sample with_schema(std::string_view from, std::string_view to) {
  Sample sample;
  sample.schema = with(sample.schema, from, to);
  return sample;
}
Sample with_features(std::string_view features) {
  Sample sample;
  sample.features += features;
  return sample;
}

void expect_fault(const Sample& sample, std::string_view message) {
  const auto report = sample.report();
  EXPECT_NE(report.find(message), std::string::npos) << "wanted: " << message << "\ngot: " << report;
}

TEST(PolicyLimits, TheSampleIsSound) { EXPECT_EQ(Sample().report(), ""); }

TEST(PolicyLimits, PolicyName) {
  EXPECT_EQ(with_policy("sample", std::string(kMaxNameLength, 'x')).report(), "");
  expect_fault(with_policy("sample", std::string(kMaxNameLength + 1, 'x')), "a policy's name is 1 to 64");
  expect_fault(with_policy("sample", "''"), "a policy's name is 1 to 64");
}

TEST(PolicyLimits, Thresholds) {
  EXPECT_EQ(with_policy("review: 500, decline: 800", "review: 0, decline: 0").report(), "");
  EXPECT_EQ(with_policy("review: 500, decline: 800", "review: 1000, decline: 1000").report().find("error"),
            std::string::npos);
  expect_fault(with_policy("review: 500", "review: -1"), "`-1` is out of range");
  expect_fault(with_policy("decline: 800", "decline: 1001"), "`1001` is out of range");
  expect_fault(with_policy("decline: 800", "decline: 499"), "`decline` is below `review`");
  EXPECT_EQ(with_policy("decline: 800", "decline: 500").report(), "");
}

TEST(PolicyLimits, HistoryAndTheReachOfFeatures) {
  Sample sample;
  sample.policy = with(sample.policy, "90d", "1h");
  EXPECT_EQ(sample.report(), "") << "a window may be as long as the history";
  sample.features = with(sample.features, "window: 1h", "window: 1h1ms");
  expect_fault(sample, "the feature looks back 1h1ms, the history is kept for 1h");
  sample.features = with(sample.features, "window: 1h1ms", "window: 59m, offset: 1m");
  EXPECT_EQ(sample.report(), "");
  sample.features = with(sample.features, "offset: 1m", "offset: 1m1ms");
  expect_fault(sample, "the feature looks back 1h1ms");

  Sample shortest;
  shortest.features = "card: {}\n";
  shortest.rules = with(shortest.rules, "card.count_1h > 3", "flag");
  shortest.policy = with(shortest.policy, "90d", "1s");
  EXPECT_EQ(shortest.report(), "");
  shortest.policy = with(shortest.policy, "1s", "999ms");
  expect_fault(shortest, "a history shorter than 1s holds nothing");
}

TEST(PolicyLimits, RecordLimits) {
  const auto with_limit = [](const std::string& limit) {
    Sample sample;
    sample.policy += "limits: {" + limit + "}\n";
    return sample.report();
  };
  EXPECT_EQ(with_limit("record_bytes: 1024"), "");
  EXPECT_NE(with_limit("record_bytes: 1023"), "");
  EXPECT_EQ(with_limit("record_bytes: 67108864"), "");
  EXPECT_NE(with_limit("record_bytes: 67108865"), "");
  EXPECT_EQ(with_limit("string_bytes: 1"), "");
  EXPECT_NE(with_limit("string_bytes: 0"), "");
  EXPECT_EQ(with_limit("string_bytes: 1048576"), "");
  EXPECT_NE(with_limit("string_bytes: 1048577"), "");
  EXPECT_EQ(with_limit("nesting: 2"), "");
  EXPECT_NE(with_limit("nesting: 1"), "");
  EXPECT_EQ(with_limit("nesting: 256"), "");
  EXPECT_NE(with_limit("nesting: 257"), "");
  EXPECT_EQ(with_limit("duplicates_within: 90d"), "");
  EXPECT_NE(with_limit("duplicates_within: 90d1ms"), "");
}

// `id` has at most 8192 bytes, so the rule costs 1 + 128 units.
TEST(PolicyLimits, CostOfRules) {
  const auto with_limit = [](const std::string& limit) {
    Sample sample;
    sample.policy += "limits: {" + limit + "}\n";
    sample.rules = with(sample.rules, "card.count_1h > 3", "id.matches('a+')");
    return sample;
  };
  EXPECT_EQ(with_limit("rule_cost: 129, policy_cost: 129").report(), "");
  expect_fault(with_limit("rule_cost: 128"),
               "rules/a.yaml:4:7: error: the rule costs 129 units at worst, most of it here; the limit is 128 units");
  expect_fault(with_limit("policy_cost: 128"),
               "policy.yaml: error: all rules together cost 129 units at worst, the limit is 128 units; the costliest: "
               "`rule` (129)");
  EXPECT_EQ(with_limit("rule_cost: 1, string_bytes: 63").report(), "") << "shorter texts cost less";
  EXPECT_EQ(with_limit("rule_cost: 10000000, policy_cost: 1000000000").report(), "");
  expect_fault(with_limit("rule_cost: 10000001"), "`10000001` is out of range");
  expect_fault(with_limit("rule_cost: 0"), "`0` is out of range");
  expect_fault(with_limit("policy_cost: 1000000001"), "`1000000001` is out of range");
  expect_fault(with_limit("policy_cost: 0"), "`0` is out of range");
}

TEST(PolicyLimits, TheFiveCostliestRulesAreNamed) {
  Sample sample;
  sample.policy += "limits: {policy_cost: 1000}\n";
  sample.rules = "rules:\n";
  for (std::size_t i = 1; i <= 7; ++i) {
    std::string when = "id.matches('a')";
    for (std::size_t k = 1; k < i; ++k) when += " || id.matches('a" + number(k) + "')";
    sample.rules +=
        "  - {id: r" + number(i) + ", description: d, reason: R, when: \"" + when + "\", then: {points: 500}}\n";
  }
  expect_fault(sample, "the costliest: `r7` (899), `r6` (771), `r5` (642), `r4` (514), `r3` (386)\n");
}

// 10,000 of the kind that bench/rule_mix.py draws, and the shipped policies, keep within the limits as they are.
TEST(PolicyLimits, TenThousandOrdinaryRulesKeepWithinTheCost) {
  Sample sample;
  sample.rules = "rules:\n";
  for (std::size_t i = 0; i < 10'000; ++i) {
    sample.rules += "  - {id: r" + number(i) + ", description: d, reason: R, when: \"amount > eur('" + number(i) +
                    ".00') && id.matches('(?i)x" + number(i) +
                    "') && ['ab', 'cd', 'ef'].exists(w, id.contains(w))\", then: {points: 500}}\n";
  }
  EXPECT_EQ(sample.report(), "");
}

TEST(PolicyLimits, LimitsAreWhatTheSchemaGets) {
  Sample sample;
  sample.policy += "limits: {record_bytes: 2048, string_bytes: 64, nesting: 4, max_ahead: 1m, duplicates_within: 2h}\n";
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok());
  const auto& limits = policy->schema->limits;
  EXPECT_EQ(limits.max_record_bytes, 2048U);
  EXPECT_EQ(limits.max_string_bytes, 64U);
  EXPECT_EQ(limits.max_nesting, 4U);
  EXPECT_EQ(limits.max_ahead_ms, 60'000);
  EXPECT_EQ(limits.duplicate_horizon_ms, 7'200'000);
}

TEST(PolicyLimits, WithoutASettingDuplicatesAreLookedForNoFurtherThanTheHistory) {
  Sample sample;
  sample.policy = with(sample.policy, "90d", "2h");
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->schema->limits.duplicate_horizon_ms, 7'200'000);
}

TEST(PolicyLimits, NamesOfFieldsAndFeatures) {
  EXPECT_EQ(with_schema("  shop:", "  " + std::string(kMaxNameLength, 'x') + ":").report(), "");
  expect_fault(with_schema("  shop:", "  " + std::string(kMaxNameLength + 1, 'x') + ":"), "at most 64 characters");
  EXPECT_EQ(with_features("  " + std::string(kMaxNameLength, 'x') + ": {count: events, window: 1h}\n").report(), "");
  expect_fault(with_features("  " + std::string(kMaxNameLength + 1, 'x') + ": {count: events, window: 1h}\n"),
               "at most 64 characters");
}

TEST(PolicyLimits, NumberOfFields) {
  const auto sample_of = [](std::size_t fields) {
    std::string more = "fields:\n";
    for (std::size_t i = 9; i < fields; ++i) more += "  f" + number(i) + ": string\n";
    return with_schema("fields:\n", more);
  };
  EXPECT_EQ(sample_of(kMaxFields).report(), "");
  expect_fault(sample_of(kMaxFields + 1), "a schema has at most 1000 fields");
}

TEST(PolicyLimits, NumberOfEventTypes) {
  const auto sample_of = [](std::size_t types) {
    std::string list = "event_types: {path: type, types: [t0";
    for (std::size_t i = 1; i < types; ++i) list += ", t" + number(i);
    return with_schema("fields:\n", list + "]}\nfields:\n  last: {type: string, in: t" + number(types - 1) + "}\n");
  };
  EXPECT_EQ(sample_of(kMaxEventTypes).report(), "");
  expect_fault(sample_of(kMaxEventTypes + 1), "a schema has at most 32 event types");
}

TEST(PolicyLimits, NumberOfEntitiesAndOfTheirKeys) {
  const auto sample_of = [](std::size_t entities) {
    std::string more = "entities:\n";
    for (std::size_t i = 1; i < entities; ++i) more += "  e" + number(i) + ": id\n";
    return with_schema("entities:\n", more);
  };
  EXPECT_EQ(sample_of(kMaxEntities).report(), "");
  expect_fault(sample_of(kMaxEntities + 1), "a schema has at most 32 entities");
  auto most_keys = with_schema("  card: card_number", "  card: [id, shop, count, channel]");
  most_keys.rules = with(most_keys.rules, "card.count_1h > 3", "has(card.count_1h)");
  EXPECT_EQ(most_keys.report(), "");
  expect_fault(with_schema("  card: card_number", "  card: [id, shop, count, channel, card_number]"),
               "a key has 1 to 4 fields");
}

TEST(PolicyLimits, NumberOfEnumValues) {
  const auto sample_of = [](std::size_t values) {
    std::string list = "[v0";
    for (std::size_t i = 1; i < values; ++i) list += (i % 100 == 0 ? ",\n    v" : ", v") + number(i);
    return with_schema("[online, chip]", list + "]");
  };
  EXPECT_EQ(sample_of(kMaxEnumValues).report(), "");
  expect_fault(sample_of(kMaxEnumValues + 1), "an enum has at most 65000 values");
}

TEST(PolicyLimits, LengthOfAPath) {
  const auto sample_of = [](std::size_t parts) {
    std::string path = "p0";
    for (std::size_t i = 1; i < parts; ++i) path += ".p" + number(i);
    return with_schema("card.number", path);
  };
  EXPECT_EQ(sample_of(kMaxPathParts).report(), "");
  expect_fault(sample_of(kMaxPathParts + 1), "a path is 1 to 16 JSON member names");
}

TEST(PolicyLimits, DecimalsOfADouble) {
  EXPECT_EQ(with_schema("rate: {type: double,", "rate: {type: double, decimals: 0,").report(), "");
  EXPECT_EQ(with_schema("rate: {type: double,", "rate: {type: double, decimals: 12,").report(), "");
  expect_fault(with_schema("rate: {type: double,", "rate: {type: double, decimals: 13,"), "`13` is out of range");
  expect_fault(with_schema("rate: {type: double,", "rate: {type: double, decimals: -1,"), "`-1` is out of range");
}

TEST(PolicyLimits, ValuesOfAMedian) {
  EXPECT_EQ(with_features("  d: {median: amount, window: 1h, of_last: 1}\n").report(), "");
  EXPECT_EQ(with_features("  d: {median: amount, window: 1h, of_last: 1024}\n").report(), "");
  expect_fault(with_features("  d: {median: amount, window: 1h, of_last: 0}\n"), "`0` is out of range");
  expect_fault(with_features("  d: {median: amount, window: 1h, of_last: 1025}\n"), "`1025` is out of range");
}

TEST(PolicyLimits, ExactSizeOfADistinctCount) {
  EXPECT_EQ(with_features("  d: {distinct: shop, window: 1h, exact_up_to: 1}\n").report(), "");
  EXPECT_EQ(with_features("  d: {distinct: shop, window: 1h, exact_up_to: 4096}\n").report(), "");
  expect_fault(with_features("  d: {distinct: shop, window: 1h, exact_up_to: 0}\n"), "`0` is out of range");
  expect_fault(with_features("  d: {distinct: shop, window: 1h, exact_up_to: 4097}\n"), "`4097` is out of range");
}

TEST(PolicyLimits, NumberOfFeatures) {
  const auto sample_of = [](std::size_t features) {
    std::string more;
    for (std::size_t i = 1; i < features; ++i) more += "  f" + number(i) + ": {count: events, window: 1h}\n";
    return with_features(more);
  };
  EXPECT_EQ(sample_of(kMaxFeatures).report(), "");
  expect_fault(sample_of(kMaxFeatures + 1), "a policy has at most 2000 features");
}

Sample with_inputs(std::string inputs) {
  Sample sample;
  sample.inputs = std::move(inputs);
  return sample;
}

TEST(PolicyLimits, InputsOfModels) {
  const auto features = [](std::size_t count) {
    std::string text = "features:\n";
    for (std::size_t i = 0; i < count; ++i) text += "  f" + number(i) + ": double(count)\n";
    return with_inputs(text);
  };
  EXPECT_EQ(features(kMaxInputFeatures).report(), "");
  expect_fault(features(kMaxInputFeatures + 1), "a model looks at at most 1000 features");
  const auto fields = [](std::size_t count, std::size_t events) {
    std::string text = "sequence:\n  of: card\n  events: " + number(events) + "\n  fields:\n";
    for (std::size_t i = 0; i < count; ++i) text += "    f" + number(i) + ": {log: count}\n";
    return with_inputs(text);
  };
  EXPECT_EQ(fields(kMaxEventFields, 1).report(), "");
  expect_fault(fields(kMaxEventFields + 1, 1), "a sequence reads at most 32 fields of each event");
  EXPECT_EQ(fields(1, kMaxSequenceEvents).report(), "");
  expect_fault(fields(1, kMaxSequenceEvents + 1), "`257` is out of range");
  expect_fault(fields(1, 0), "`0` is out of range");
  const auto codes = [](const std::string& count) {
    return with_inputs("sequence: {of: card, events: 2, fields: {f: {hash: shop, codes: " + count + "}}}\n");
  };
  EXPECT_EQ(codes("2").report(), "");
  EXPECT_EQ(codes("65536").report(), "");
  expect_fault(codes("1"), "`1` is out of range");
  expect_fault(codes("65537"), "`65537` is out of range");
}

TEST(PolicyLimits, TextsOfModels) {
  const auto texts = [](std::size_t count, const std::string& rest) {
    std::string text = "texts:\n";
    for (std::size_t i = 0; i < count; ++i) text += "  t" + number(i) + ": {of: shop, " + rest + "}\n";
    return with_inputs(text);
  };
  const std::string plain = "grams: [whole], buckets: 2, at_most: 1";
  EXPECT_EQ(texts(kMaxInputTexts, plain).report(), "");
  expect_fault(texts(kMaxInputTexts + 1, plain), "a model looks at at most 16 texts");
  EXPECT_EQ(texts(1, "grams: [words], buckets: 4194304, at_most: 1024").report(), "");
  expect_fault(texts(1, "grams: [words], buckets: 1, at_most: 1"), "`1` is out of range");
  expect_fault(texts(1, "grams: [words], buckets: 8388608, at_most: 1"), "`8388608` is out of range");
  expect_fault(texts(1, "grams: [words], buckets: 3, at_most: 1"), "a power of two");
  expect_fault(texts(1, "grams: [words], buckets: 2, at_most: 0"), "`0` is out of range");
  expect_fault(texts(1, "grams: [words], buckets: 2, at_most: 1025"), "`1025` is out of range");
  const auto characters = [&](const std::string& lengths) {
    return texts(1, "grams: [characters], buckets: 2, at_most: 1, characters: " + lengths);
  };
  EXPECT_EQ(characters("[1, 8]").report(), "");
  expect_fault(characters("[0, 8]"), "`0` is out of range");
  expect_fault(characters("[1, 9]"), "`9` is out of range");
}

TEST(PolicyLimits, CostOfInputs) {
  const auto costs = [](const std::string& limit, const std::string& inputs) {
    auto sample = with_inputs(inputs);
    sample.policy += "limits: {" + limit + "}\n";
    return sample;
  };
  // A match of a text of 8192 bytes costs 128 units and one more; the rule of the sample two.
  const std::string one = "features: {a: shop.matches('a')}\n";
  EXPECT_EQ(costs("rule_cost: 1000", one).report(), "");
  expect_fault(costs("rule_cost: 100", one), "the input may cost more than 100 units, most of it here");
  std::string many = "features:\n";
  for (int i = 0; i < 10; ++i) many += "  f" + number(static_cast<std::size_t>(i)) + ": shop.matches('a')\n";
  EXPECT_EQ(costs("policy_cost: 10000", many).report(), "");
  expect_fault(costs("policy_cost: 1000", many), "all inputs together cost more than 1000 units at worst");
}

TEST(PolicyLimits, NumberOfFiles) {
  const auto report_of = [](std::size_t count) {
    auto files = Sample().files();
    for (std::size_t i = files.size(); i < count; ++i) {
      const auto id = number(i);
      files.push_back(
          {"rules/r" + id + ".yaml", "{id: r" + id + ", description: d, reason: r, when: flag, then: {points: 1}}\n"});
    }
    const auto policy = load_policy(std::move(files), "");
    return policy.ok() ? "" : policy.error().render();
  };
  EXPECT_EQ(report_of(kMaxFiles), "");
  EXPECT_NE(report_of(kMaxFiles + 1).find("a policy has at most 2000 files"), std::string::npos);
}

TEST(PolicyLimits, SizeOfAllFilesTogether) {
  const auto report_of = [](std::size_t bytes) {
    auto files = Sample().files();
    std::size_t left = bytes;
    for (const auto& file : files) left -= file.text.size();
    for (std::size_t i = 0; left > 0; ++i) {
      const auto id = number(i);
      std::string text = "{id: r" + id + ", description: d, reason: r, when: flag, then: {points: 1}}\n";
      const std::string line = "#" + std::string(1'000, ' ') + "\n";
      while (text.size() + line.size() <= std::min<std::size_t>(left, 4'000'000)) text += line;
      if (left < 4'000'000) text += "#" + std::string(left - text.size() - 1, ' ');
      left -= text.size();
      files.push_back({"rules/r" + id + ".yaml", std::move(text)});
    }
    const auto policy = load_policy(std::move(files), "");
    return policy.ok() ? "" : policy.error().render();
  };
  EXPECT_EQ(report_of(kMaxPolicyBytes), "");
  EXPECT_NE(report_of(kMaxPolicyBytes + 1).find("the policy has 16777217 bytes"), std::string::npos);
}

TEST(PolicyLimits, NumberOfReportedIssues) {
  const auto count_of = [](std::size_t faults) {
    std::string more;
    for (std::size_t i = 0; i < faults; ++i) more += "  f" + number(i) + ": {count: events, windw: 1h}\n";
    return with_features(more).load().error().all();
  };
  EXPECT_EQ(count_of(kMaxReportedIssues).size(), kMaxReportedIssues);
  const auto cut = count_of(kMaxReportedIssues + 1);
  EXPECT_EQ(cut.size(), kMaxReportedIssues + 1);
  EXPECT_EQ(cut.back().message, "these are the first 200 of 201 errors");
}

}  // namespace
}  // namespace weir::policy
