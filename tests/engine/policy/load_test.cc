#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "engine/policy/policy.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

using features::Aggregate;

Policy loaded(const Sample& sample) {
  auto policy = sample.load();
  EXPECT_TRUE(policy.ok()) << policy.error().render();
  return *std::move(policy);
}

TEST(LoadPolicy, ReadsTheSchema) {
  Sample sample;
  sample.schema =
      "event_types: {path: head.kind, types: {payment: P, transfer: T}}\n"
      "fields:\n"
      "  id: {path: head.id, type: int64, required: true, column: tx}\n"
      "  at: {type: timestamp, format: epoch_us, required: true}\n"
      "  amount: {type: money, currency_from: currency, in: payment}\n"
      "  currency: {type: enum, values: [EUR, JPY]}\n"
      "  email: {path: [payer, \"e.mail\"], type: string, personal: true, token_domain: mail, in: [transfer]}\n"
      "  domain: {derive: email_domain, from: email, history: false}\n"
      "  born: {type: string, personal: true, protected: true}\n"
      "  year: {derive: birth_year, from: born}\n"
      "  rate: {type: double, decimals: 3, history: false}\n"
      "  shop: string\n"
      "event_id: id\n"
      "event_time: at\n"
      "entities:\n"
      "  payer: email\n"
      "  place: [shop, currency]\n";
  sample.features = "place: {n: {count: events, window: 1d}}\n";
  sample.rules = with(sample.rules, "card.count_1h > 3", "has(place.n) && place.n > 1");
  const auto policy = loaded(sample);
  const auto& schema = *policy.schema;
  EXPECT_EQ(schema.name, "sample");
  ASSERT_EQ(schema.event_types.size(), 2U);
  EXPECT_EQ(schema.event_types[1].name, "transfer");
  EXPECT_EQ(schema.event_types[1].value, "T");
  EXPECT_EQ(schema.type_path, (std::vector<std::string>{"head", "kind"}));
  ASSERT_EQ(schema.fields.size(), 10U);
  EXPECT_EQ(schema.fields[0].path, (std::vector<std::string>{"head", "id"}));
  EXPECT_EQ(schema.fields[0].column, "tx");
  EXPECT_TRUE(schema.fields[0].required);
  EXPECT_EQ(schema.fields[1].time_format, event::TimeFormat::kEpochMicroseconds);
  EXPECT_EQ(schema.fields[2].currency, 0);
  EXPECT_EQ(schema.fields[2].currency_field, "currency");
  EXPECT_EQ(schema.fields[2].event_types, 1U);
  EXPECT_EQ(schema.fields[3].enum_values, (std::vector<std::string>{"EUR", "JPY"}));
  EXPECT_EQ(schema.fields[4].path, (std::vector<std::string>{"payer", "e.mail"}));
  EXPECT_EQ(schema.fields[4].token_domain, "mail");
  EXPECT_EQ(schema.fields[4].event_types, 2U);
  EXPECT_FALSE(schema.fields[4].is_protected);
  EXPECT_EQ(schema.fields[5].derivation, event::Derivation::kEmailDomain);
  EXPECT_EQ(schema.fields[5].derived_from, "email");
  EXPECT_EQ(schema.fields[5].event_types, 2U) << "a derived field is where its source is";
  EXPECT_FALSE(schema.fields[5].history);
  EXPECT_TRUE(schema.fields[5].path.empty());
  EXPECT_EQ(schema.fields[6].token_domain, "born");
  EXPECT_TRUE(schema.fields[6].is_protected);
  EXPECT_EQ(schema.fields[7].type, event::FieldType::kInt64);
  EXPECT_TRUE(schema.fields[7].is_protected) << "it is derived from one that is";
  EXPECT_EQ(schema.fields[8].decimals, 3);
  EXPECT_EQ(schema.fields[9].type, event::FieldType::kString);
  EXPECT_EQ(schema.fields[9].line, 12U);
  EXPECT_EQ(schema.id_slot, 0U);
  EXPECT_EQ(schema.time_slot, 1U);
  ASSERT_EQ(schema.entities.size(), 2U);
  EXPECT_EQ(schema.entities[1].key_slots, (std::vector<std::uint32_t>{9, 3}));
  EXPECT_TRUE(policy.has_personal_fields());
}

TEST(LoadPolicy, AStreamOfOneTypeNeedsNoEventTypes) {
  const auto policy = loaded({});
  ASSERT_EQ(policy.schema->event_types.size(), 1U);
  EXPECT_TRUE(policy.schema->type_path.empty());
  EXPECT_EQ(policy.schema->limits.max_record_bytes, event::Limits().max_record_bytes);
}

TEST(LoadPolicy, TwoFieldsMayReadOnePathInDifferentEventTypes) {
  Sample sample;
  sample.schema = "event_types: {path: type, types: [a, b]}\n" + sample.schema;
  sample.schema = with(sample.schema, "  shop: {type: string, required: true}\n",
                       "  shop: {path: place, type: string, in: a}\n  branch: {path: place, type: int64, in: b}\n");
  EXPECT_EQ(sample.report(), "");
  sample.schema = with(sample.schema, "in: b", "in: [a, b]");
  EXPECT_NE(sample.report().find("`shop` reads the same path"), std::string::npos);
}

TEST(LoadPolicy, ReadsEveryAggregate) {
  Sample sample;
  sample.features =
      "card:\n"
      "  count: {count: events, window: 1h, current: include}\n"
      "  sum: {sum: amount, window: 1h, offset: 30m}\n"
      "  mean: {mean: rate, window: 1h, default: 0.5}\n"
      "  min: {min: amount, window: 1h, default: 12.50}\n"
      "  max: {max: count, window: 1h, default: -3, where: channel == 'online'}\n"
      "  deviation: {standard_deviation: amount, window: 1h}\n"
      "  distinct: {distinct: shop, window: 1h, exact_up_to: 10}\n"
      "  first: {first: shop, window: 1h, default: nowhere}\n"
      "  last: {last: channel, window: 1h, default: chip}\n"
      "  share: {share: label == 'fraud', window: 1h, default: 0, where: amount > eur('1.00')}\n"
      "  gap: {time_since_last: event, window: 1d, default: 1d12h}\n"
      "  seen: {first_seen: event}\n"
      "  flag: {last: flag, window: 1h, default: true}\n"
      "  median: {median: amount, window: 1h, of_last: 99, default: 12.5}\n"
      "  usual: {median: count, window: 1h, current: include}\n";
  sample.rules = with(sample.rules, "card.count_1h > 3", "card.usual > 2.5 && card.last == 'online'");
  const auto policy = loaded(sample);
  const auto& f = policy.features;
  ASSERT_EQ(f.size(), 15U);
  const auto minutes = [](std::int64_t n) { return n * 60'000; };
  EXPECT_EQ(f[0].aggregate, Aggregate::kCount);
  EXPECT_TRUE(f[0].include_current);
  EXPECT_EQ(f[0].window_ms, minutes(60));
  EXPECT_EQ(f[1].aggregate, Aggregate::kSum);
  EXPECT_EQ(f[1].offset_ms, minutes(30));
  EXPECT_EQ(f[1].slot, policy.schema->find("amount"));
  EXPECT_FALSE(f[1].include_current);
  EXPECT_TRUE(identical(*f[2].default_value, Value::real(0.5)));
  EXPECT_TRUE(identical(*f[3].default_value, Value::money(1250, 978)));
  EXPECT_TRUE(identical(*f[4].default_value, Value::int64(-3)));
  EXPECT_EQ(f[4].where_text, "channel == 'online'");
  ASSERT_NE(f[4].where, nullptr);
  EXPECT_FALSE(f[4].uses_label);
  EXPECT_EQ(f[5].aggregate, Aggregate::kStandardDeviation);
  EXPECT_EQ(f[6].exact_up_to, 10U);
  EXPECT_TRUE(identical(*f[7].default_value, Value::string("nowhere")));
  EXPECT_TRUE(identical(*f[8].default_value, Value::enumeration("chip", 1)));
  EXPECT_EQ(f[9].aggregate, Aggregate::kShare);
  EXPECT_EQ(f[9].share_of_text, "label == 'fraud'");
  EXPECT_TRUE(f[9].uses_label);
  EXPECT_NE(f[9].where, nullptr);
  EXPECT_TRUE(identical(*f[10].default_value, Value::duration_ms(minutes(36 * 60))));
  EXPECT_EQ(f[11].aggregate, Aggregate::kFirstSeen);
  EXPECT_TRUE(identical(*f[12].default_value, Value::boolean(true)));
  EXPECT_EQ(f[13].aggregate, Aggregate::kMedian);
  EXPECT_EQ(f[13].of_last, 99U);
  EXPECT_TRUE(identical(*f[13].default_value, Value::real(12.5)));
  EXPECT_EQ(f[14].of_last, 256U);
  EXPECT_TRUE(f[14].include_current);
}

TEST(LoadPolicy, DefaultsOfTextOutliveThePolicy) {
  Sample sample;
  sample.features =
      "card:\n  first: {first: shop, window: 1h, default: a-shop-with-a-name-too-long-to-be-stored-inline}\n"
      "  last: {last: channel, window: 1h, default: chip}\n";
  sample.rules = with(sample.rules, "card.count_1h > 3", "flag");
  std::shared_ptr<const event::Schema> schema;
  std::vector<features::Definition> definitions;
  {
    const auto policy = loaded(sample);
    schema = policy.schema;
    definitions = policy.features;
  }
  EXPECT_EQ(definitions[0].default_value->as_string(), "a-shop-with-a-name-too-long-to-be-stored-inline");
  EXPECT_EQ(definitions[1].default_value->as_string(), "chip");
}

TEST(LoadPolicy, ReadsALabelColumn) {
  Sample sample;
  sample.schema += "label: {field: count, fraud_value: 1, known_after: 7d}\n";
  const auto policy = loaded(sample);
  ASSERT_TRUE(policy.schema->inline_label.has_value());
  EXPECT_EQ(policy.schema->inline_label->slot, policy.schema->find("count"));
  EXPECT_EQ(policy.schema->inline_label->fraud_value, "1");
  EXPECT_EQ(policy.schema->inline_label->delay_ms, 604'800'000);
  const auto environment = rule_environment(*policy.schema, policy.features);
  EXPECT_EQ(environment.find("count"), nullptr) << "rules never see the answer";
}

TEST(LoadPolicy, RulesMayNameFieldsTheEventTypeAndFeatures) {
  const auto policy = loaded({});
  const auto environment = rule_environment(*policy.schema, policy.features);
  const auto* amount = environment.find("amount");
  ASSERT_NE(amount, nullptr);
  EXPECT_EQ(amount->type.kind(), cel::TypeKind::kMoney);
  EXPECT_EQ(amount->slot, policy.schema->find("amount"));
  EXPECT_EQ(environment.find("card_number")->type.kind(), cel::TypeKind::kString);
  EXPECT_EQ(environment.find("event_type")->slot, policy.schema->event_type_slot());
  EXPECT_EQ(environment.find("card.count_1h")->slot, policy.schema->slot_count());
  EXPECT_EQ(environment.find("label"), nullptr);
  EXPECT_EQ(environment.find("outcome"), nullptr);
}

TEST(LoadPolicy, FeaturesAndRulesAreOptional) {
  const Sample sample;
  const auto policy = load_policy({{"policy.yaml", sample.policy}, {"schema.yaml", sample.schema}}, "");
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_TRUE(policy->features.empty());
  EXPECT_TRUE(policy->rules->rules().empty());
  EXPECT_FALSE(policy->warnings.all().empty());
}

TEST(LoadPolicy, WarningsKeepNoPolicyFromLoading) {
  // A useless part, an alternative that is never true, a constant, an hour in UTC, the same condition twice, points
  // that reach no review.
  Sample sample;
  sample.schema = with(sample.schema, "  card: card_number\n", "  card: {key: card_number, zone: Europe/Berlin}\n");
  sample.features += "  nights: {count: events, window: 1h, where: time.getHours() < 6}\n";
  sample.rules =
      "rules:\n"
      "  - {id: a, description: A, reason: R1, when: card.count_1h > 5 && card.count_1h > 3, then: {points: 10}}\n"
      "  - {id: b, description: B, reason: R1, when: flag || count > 5 && count < 3, then: {points: 10}}\n"
      "  - {id: c, description: C, reason: R1, when: 1 < 2, then: {points: 10}}\n"
      "  - {id: d, description: D, reason: R1, when: time.getHours() < 6, then: {points: 10}}\n"
      "  - {id: e, description: E, reason: R1, when: time.getHours() < 6, then: {points: 10}}\n";
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->rules->rules().size(), 5U);
  EXPECT_EQ(policy->features.size(), 2U);
  const auto& warnings = policy->warnings;
  EXPECT_FALSE(warnings.has_errors());
  EXPECT_EQ(warnings.all().size(), 8U) << warnings.render();
  for (const auto* part : {"adds nothing", "this part is never true", "is always true", "without a zone is in UTC",
                           "has the same condition", "all rules together give 50 points"}) {
    EXPECT_NE(warnings.render().find(part), std::string::npos) << part;
  }
}

TEST(LoadPolicy, OfRulesThatCannotBeReadNothingElseIsSaid) {
  Sample sample;
  sample.rules = "id: 'open\n";
  EXPECT_EQ(sample.report().find("warning"), std::string::npos) << "not that there are none: " << sample.report();
  auto files = Sample().files();
  files.push_back({"lists/known.yaml", "kind: 'open\n"});
  files.push_back({"rules/b.yaml", with(with(sample.rules = Sample().rules, "id: rule", "id: other"),
                                        "card.count_1h > 3", "shop in lists.known")});
  const auto policy = load_policy(files, "");
  ASSERT_FALSE(policy.ok());
  EXPECT_EQ(policy.error().render().find("is not declared"), std::string::npos) << policy.error().render();
}

TEST(LoadPolicy, NamesFilesByThePrefix) {
  Sample sample;
  sample.policy = with(sample.policy, "history", "histori");
  const auto policy = load_policy(sample.files(), "sha256:abc/");
  ASSERT_FALSE(policy.ok());
  EXPECT_TRUE(policy.error().render().starts_with("sha256:abc/policy.yaml:2:1: error: "));
}

TEST(LoadPolicy, AFileThatIsNoPartOfAPolicyOrTwiceThereIsAFault) {
  auto files = Sample().files();
  files.push_back({"notes.txt", "x"});
  files.push_back({"rules/a.yaml", "x"});
  const auto policy = load_policy(std::move(files), "");
  ASSERT_FALSE(policy.ok());
  EXPECT_NE(policy.error().render().find("notes.txt: error: this file is not part of a policy"), std::string::npos);
  EXPECT_NE(policy.error().render().find("rules/a.yaml: error: the file is there twice"), std::string::npos);
}

TEST(PolicyHash, IsTheSha256OfLengthsAndBytesInTheOrderOfPath) {
  // The version of the time zones is hashed like a file. In Python:
  //   files = [(b".time-zones", b"2020a"), (b"a", b"xy"), (b"b", b"")]
  //   sha256(b"".join(struct.pack(">Q", len(part)) + part for file in files for part in file))
  EXPECT_EQ(policy_hash({{"b", ""}, {"a", "xy"}}, "2020a"),
            "sha256:8bb2b3ac046187e79ac57d2c8c66ccf3f9d5587a6a6d29888ecf1a6d752d3461");
  EXPECT_EQ(policy_hash({{"b", ""}, {"a", "xy"}}), policy_hash({{"a", "xy"}, {"b", ""}}));
}

TEST(PolicyHash, ChangesWithEveryByteAndEveryName) {
  const auto hash = policy_hash({{"a", "xy"}, {"b", ""}});
  EXPECT_NE(policy_hash({{"a", "xz"}, {"b", ""}}), hash);
  EXPECT_NE(policy_hash({{"a", "xy"}, {"c", ""}}), hash);
  EXPECT_NE(policy_hash({{"a", "xy"}}), hash);
  EXPECT_NE(policy_hash({{"ax", "y"}, {"b", ""}}), hash) << "lengths keep neighbours apart";
  EXPECT_NE(policy_hash({{"a", "xy"}, {"b", ""}}, "2020a"), hash);
}

TEST(PolicyHash, IsThePolicysWhateverTheOrderOfReading) {
  auto files = Sample().files();
  const auto forward = load_policy(files, "here/");
  std::reverse(files.begin(), files.end());
  const auto backward = load_policy(files, "there/");
  ASSERT_TRUE(forward.ok() && backward.ok());
  EXPECT_EQ(forward->hash, backward->hash);
  EXPECT_EQ(forward->hash, policy_hash(files));
  EXPECT_EQ(forward->files.front().path, "features.yaml");
}

}  // namespace
}  // namespace weir::policy
