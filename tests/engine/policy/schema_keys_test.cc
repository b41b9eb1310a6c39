// The schemas for editors name the keys and choices that the readers know, no more and no less. The readers are asked
// by a key, or a choice, that nobody knows: their message lists what may stand there.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "engine/model/event_codes.h"
#include "engine/policy/editor_schemas.h"
#include "engine/policy/limits.h"
#include "engine/policy/policy_paths.h"
#include "rules/book/rule_reader.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kUnknown = "qqqqqqqqqqqqqqqq";

dom::element schema_at(std::string_view file, std::string_view pointer) {
  static dom::parser parser;
  static std::string text;
  for (const auto& schema : editor_schemas()) {
    if (schema.name == std::string(file) + ".schema.json") text = schema.text;
  }
  dom::element found;
  EXPECT_EQ(parser.parse(text).at_pointer(pointer).get(found), simdjson::SUCCESS) << file << pointer;
  return found;
}

std::set<std::string> keys_at(std::string_view file, std::string_view pointer) {
  std::set<std::string> keys;
  for (const auto member : dom::object(schema_at(file, pointer))) keys.emplace(member.key);
  return keys;
}

std::set<std::string> choices_at(std::string_view file, std::string_view pointer) {
  std::set<std::string> choices;
  for (const auto item : dom::array(schema_at(file, pointer))) choices.emplace(std::string_view(item));
  return choices;
}

std::set<std::string> split(std::string text, const std::set<std::string>& separators) {
  std::set<std::string> out;
  while (!text.empty()) {
    std::size_t end = text.size();
    std::size_t next = text.size();
    for (const auto& separator : separators) {
      const auto at = text.find(separator);
      if (at < end) {
        end = at;
        next = at + separator.size();
      }
    }
    out.insert(text.substr(0, end));
    text.erase(0, next);
  }
  return out;
}

// What the message about the unknown key or choice lists.
template <class Files>
std::set<std::string> known_of(const Files& sample) {
  const auto policy = sample.load();
  if (policy.ok()) return {"(nobody minds it)"};
  for (const auto& issue : policy.error().all()) {
    if (issue.message.find(kUnknown) == std::string::npos) continue;
    constexpr std::string_view kKeys = "it may have: ";
    constexpr std::string_view kChoices = "can't stand here: write ";
    if (issue.suggestion.starts_with(kKeys)) return split(issue.suggestion.substr(kKeys.size()), {", "});
    const auto at = issue.message.find(kChoices);
    if (at != std::string::npos) return split(issue.message.substr(at + kChoices.size()), {", ", " or "});
  }
  return {policy.error().render()};
}

// The text with Q in it made the unknown name.
std::string asked(std::string text) {
  const auto at = text.find('Q');
  return at == std::string::npos ? text : text.replace(at, 1, kUnknown);
}

Sample with_policy(std::string_view more) {
  Sample sample;
  sample.policy += asked(std::string(more));
  return sample;
}
Sample with_field(std::string_view field) {
  Sample sample;
  sample.schema = with(sample.schema, "event_id:", "  extra: " + asked(std::string(field)) + "\nevent_id:");
  return sample;
}
Sample with_schema(std::string_view more) {
  Sample sample;
  sample.schema += asked(std::string(more));
  return sample;
}
Sample with_feature(std::string_view feature) {
  Sample sample;
  sample.features += "  extra: " + asked(std::string(feature)) + "\n";
  return sample;
}
Sample with_rule(std::string_view from, std::string_view to) {
  Sample sample;
  sample.rules = with(sample.rules, from, asked(std::string(to)));
  return sample;
}

Sample with_inputs(std::string_view inputs) {
  Sample sample;
  sample.inputs = asked(std::string(inputs));
  return sample;
}

// A policy with one list more.
struct Listed : Sample {
  std::string list;
  std::vector<PolicyFile> files() const {
    auto all = Sample::files();
    all.push_back({"lists/extra.yaml", list});
    return all;
  }
  Result<Policy, Issues> load() const { return load_policy(files(), ""); }
};
Listed with_list(std::string_view text) {
  Listed sample;
  sample.list = asked(std::string(text));
  return sample;
}

TEST(EditorSchemas, NameTheKeysOfSettings) {
  EXPECT_EQ(known_of(with_policy("Q: 1\n")), keys_at("policy", "/properties"));
  Sample thresholds;
  thresholds.policy = with(thresholds.policy, "{review", asked("{Q: 1, review"));
  EXPECT_EQ(known_of(thresholds), keys_at("policy", "/properties/thresholds/properties"));
  EXPECT_EQ(known_of(with_policy("limits: {Q: 1}\n")), keys_at("policy", "/properties/limits/properties"));
  EXPECT_EQ(known_of(with_policy("exchange: {Q: 1}\n")), keys_at("policy", "/properties/exchange/properties"));
}

TEST(EditorSchemas, NameTheKeysOfTheSchema) {
  EXPECT_EQ(known_of(with_schema("Q: 1\n")), keys_at("schema", "/properties"));
  EXPECT_EQ(known_of(with_schema("label: {Q: 1}\n")), keys_at("schema", "/properties/label/properties"));
  EXPECT_EQ(known_of(with_schema("event_types: {Q: 1}\n")), keys_at("schema", "/properties/event_types/properties"));
  EXPECT_EQ(known_of(with_schema("  floor: {key: shop, Q: 1}\n")), keys_at("schema", "/$defs/entity/properties"));
  EXPECT_EQ(known_of(with_schema("  floor: {key: shop, zone: {Q: 1}}\n")),
            keys_at("schema", "/$defs/zone_of_field/properties"));
  EXPECT_EQ(known_of(with_field("{type: string, Q: 1}")), keys_at("schema", "/$defs/field/properties"));
  EXPECT_EQ(known_of(with_field("{derive: bin, from: shop, Q: 1}")),
            choices_at("schema", "/$defs/field/then/propertyNames/enum"));
}

TEST(EditorSchemas, NameTheKeysOfFeatures) {
  EXPECT_EQ(known_of(with_feature("{count: events, window: 1h, Q: 1}")),
            keys_at("features", "/$defs/feature/properties"));
  // Each aggregate has its line in the list of which one is needed.
  std::set<std::string> aggregates;
  for (const auto item : dom::array(schema_at("features", "/$defs/feature/oneOf"))) {
    aggregates.emplace(std::string_view(item.at_pointer("/required/0")));
  }
  const auto report = with_feature("{window: 1h}").report();
  const auto at = report.find("give it one of: ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(split(report.substr(at + 16, report.find('\n', at) - at - 16), {", "}), aggregates);
}

TEST(EditorSchemas, NameTheKeysOfRules) {
  EXPECT_EQ(known_of(with_rule("id: rule\n", "id: rule\nQ: 1\n")), keys_at("rules", "/$defs/rule/properties"));
  EXPECT_EQ(known_of(with_rule("{points: 900}", "{points: 900, Q: 1}")), keys_at("rules", "/$defs/effect/properties"));
  EXPECT_EQ(known_of(with_rule("id: rule\n", "id: rule\ntests: [{Q: 1}]\n")),
            keys_at("rules", "/$defs/test/properties"));
  EXPECT_EQ(known_of(with_rule("id: rule\n", "id: rule\nvalid: {Q: 1}\n")),
            keys_at("rules", "/$defs/rule/properties/valid/properties"));
  Sample file;
  file.rules = asked("rules: []\nQ: 1\n");
  EXPECT_EQ(known_of(file), keys_at("rules", "/$defs/file/properties"));
}

TEST(EditorSchemas, NameTheKeysOfLists) {
  EXPECT_EQ(known_of(with_list("kind: watch\nfield: shop\nQ: 1\n")), keys_at("lists", "/properties"));
  EXPECT_EQ(known_of(with_list("kind: Q\nfield: shop\n")), choices_at("lists", "/properties/kind/enum"));
}

TEST(EditorSchemas, NameTheKeysOfInputs) {
  EXPECT_EQ(known_of(with_inputs("Q: 1\n")), keys_at("inputs", "/properties"));
  EXPECT_EQ(known_of(with_inputs("sequence: {of: card, events: 2, fields: {a: {log: count}}, Q: 1}\n")),
            keys_at("inputs", "/properties/sequence/properties"));
  EXPECT_EQ(known_of(with_inputs("sequence: {of: card, events: 2, fields: {a: {log: count, Q: 1}}}\n")),
            keys_at("inputs", "/$defs/field/properties"));
  EXPECT_EQ(known_of(with_inputs("texts: {a: {of: shop, grams: [words], buckets: 2, at_most: 1, Q: 1}}\n")),
            keys_at("inputs", "/$defs/words/properties"));
  EXPECT_EQ(known_of(with_inputs("texts: {a: {of: shop, grams: [Q], buckets: 2, at_most: 1}}\n")),
            choices_at("inputs", "/$defs/words/properties/grams/items/enum"));
  std::set<std::string> codes;
  for (const auto item : dom::array(schema_at("inputs", "/$defs/field/oneOf"))) {
    codes.emplace(std::string_view(item.at_pointer("/required/0")));
  }
  const auto report = with_inputs("sequence: {of: card, events: 2, fields: {a: {}}}\n").report();
  const auto at = report.find("give it one of: ");
  ASSERT_NE(at, std::string::npos) << report;
  EXPECT_EQ(split(report.substr(at + 16, report.find('\n', at) - at - 16), {", "}), codes);
}

TEST(EditorSchemas, NameTheChoices) {
  EXPECT_EQ(known_of(with_field("{type: Q}")), choices_at("schema", "/$defs/field/properties/type/enum"));
  EXPECT_EQ(known_of(with_field("{type: timestamp, format: Q}")),
            choices_at("schema", "/$defs/field/properties/format/enum"));
  EXPECT_EQ(known_of(with_field("{derive: Q, from: shop}")),
            choices_at("schema", "/$defs/field/properties/derive/enum"));
  EXPECT_EQ(known_of(with_feature("{count: Q, window: 1h}")),
            choices_at("features", "/$defs/feature/properties/count/enum"));
  EXPECT_EQ(known_of(with_feature("{first_seen: Q}")),
            choices_at("features", "/$defs/feature/properties/first_seen/enum"));
  EXPECT_EQ(known_of(with_feature("{count: events, window: 1h, current: Q}")),
            choices_at("features", "/$defs/feature/properties/current/enum"));
  EXPECT_EQ(known_of(with_rule("id: rule\n", "id: rule\nmode: Q\n")),
            choices_at("rules", "/$defs/rule/properties/mode/enum"));
  EXPECT_EQ(known_of(with_rule("{points: 900}", "{outcome: Q}")),
            choices_at("rules", "/$defs/effect/properties/outcome/enum"));
  EXPECT_EQ(known_of(with_rule("{points: 900}", "{outcome: review, on_error: Q}")),
            choices_at("rules", "/$defs/effect/properties/on_error/enum"));
  EXPECT_EQ(known_of(with_rule("id: rule\n", "id: rule\ntests: [{given: {}, expect: Q}]\n")),
            choices_at("rules", "/$defs/test/properties/expect/enum"));
}

TEST(EditorSchemas, HaveTheLimitsAndDefaults) {
  const auto number = [](std::string_view file, const std::string& pointer) {
    return static_cast<std::int64_t>(schema_at(file, pointer));
  };
  const event::Limits limits;
  const std::string at = "/properties/limits/properties/";
  EXPECT_EQ(number("policy", at + "record_bytes/minimum"), kMinRecordBytes);
  EXPECT_EQ(number("policy", at + "record_bytes/maximum"), kMaxRecordBytes);
  EXPECT_EQ(number("policy", at + "record_bytes/default"), limits.max_record_bytes);
  EXPECT_EQ(number("policy", at + "string_bytes/maximum"), kMaxStringBytes);
  EXPECT_EQ(number("policy", at + "string_bytes/default"), limits.max_string_bytes);
  EXPECT_EQ(number("policy", at + "nesting/minimum"), kMinNesting);
  EXPECT_EQ(number("policy", at + "nesting/maximum"), kMaxNesting);
  EXPECT_EQ(number("policy", at + "nesting/default"), limits.max_nesting);
  const book::CostLimits costs;
  EXPECT_EQ(number("policy", at + "rule_cost/maximum"), kMaxRuleCost);
  EXPECT_EQ(number("policy", at + "rule_cost/default"), static_cast<std::int64_t>(costs.rule));
  EXPECT_EQ(number("policy", at + "policy_cost/maximum"), kMaxPolicyCost);
  EXPECT_EQ(number("policy", at + "policy_cost/default"), static_cast<std::int64_t>(costs.policy));
  EXPECT_EQ(number("policy", "/$defs/score/maximum"), decide::kMaxScore);
  EXPECT_EQ(number("features", "/$defs/feature/properties/exact_up_to/maximum"), kMaxExactUpTo);
  EXPECT_EQ(number("features", "/$defs/feature/properties/exact_up_to/default"), features::Definition().exact_up_to);
  EXPECT_EQ(number("features", "/$defs/feature/properties/of_last/maximum"), kMaxOfLast);
  EXPECT_EQ(number("features", "/$defs/feature/properties/of_last/default"), features::Definition().of_last);
  EXPECT_EQ(number("inputs", "/properties/features/maxProperties"), static_cast<std::int64_t>(kMaxInputFeatures));
  EXPECT_EQ(number("inputs", "/properties/texts/maxProperties"), static_cast<std::int64_t>(kMaxInputTexts));
  const std::string sequence = "/properties/sequence/properties/";
  EXPECT_EQ(number("inputs", sequence + "events/maximum"), kMaxSequenceEvents);
  EXPECT_EQ(number("inputs", sequence + "fields/maxProperties"), static_cast<std::int64_t>(kMaxEventFields));
  EXPECT_EQ(number("inputs", "/$defs/field/properties/codes/maximum"), model::kMaxHashCodes);
  const std::string words = "/$defs/words/properties/";
  EXPECT_EQ(number("inputs", words + "characters/items/maximum"), kMaxGramLength);
  EXPECT_EQ(number("inputs", words + "buckets/maximum"), kMaxGramBuckets);
  EXPECT_EQ(number("inputs", words + "at_most/maximum"), kMaxGrams);
  EXPECT_EQ(number("schema", "/properties/fields/maxProperties"), static_cast<std::int64_t>(kMaxFields));
  EXPECT_EQ(number("schema", "/properties/entities/maxProperties"), static_cast<std::int64_t>(kMaxEntities));
}

TEST(EditorSchemas, AreFoundFromEachFile) {
  EXPECT_EQ(schema_line("policy.yaml"), "# yaml-language-server: $schema=.schemas/policy.schema.json\n");
  EXPECT_EQ(schema_line("rules/a.yaml"), "# yaml-language-server: $schema=../.schemas/rules.schema.json\n");
  EXPECT_EQ(schema_line("rules/cards/a.yaml"), "# yaml-language-server: $schema=../../.schemas/rules.schema.json\n");
  EXPECT_EQ(schema_line("inputs.yaml"), "# yaml-language-server: $schema=.schemas/inputs.schema.json\n");
  EXPECT_EQ(schema_line("lists/a.yaml"), "# yaml-language-server: $schema=../.schemas/lists.schema.json\n");
  EXPECT_EQ(schema_line("lists/a.csv"), "");
  EXPECT_EQ(schema_line("exchange.csv"), "");
  std::string advice;
  EXPECT_EQ(classify_path(".schemas/rules.schema.json", advice), PathKind::kIgnored) << "no part of the policy";
}

}  // namespace
}  // namespace weir::policy
