// What inputs.yaml becomes, and what an input's version stands for. Its faults are in golden/inputs.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

constexpr const char* kInputs =
    "features:\n"
    "  amount: double(amount)\n"
    "  to_mean: double(amount) / card.mean_1d\n"
    "  online: channel == 'online'\n"
    "sequence:\n"
    "  of: card\n"
    "  events: 8\n"
    "  where: flag\n"
    "  fields:\n"
    "    amount: {log: amount}\n"
    "    channel: {value: channel}\n"
    "    shop: {hash: shop, codes: 64}\n"
    "    hour: {hour: time}\n"
    "texts:\n"
    "  shop: {of: shop, grams: [whole, words], buckets: 64, at_most: 8}\n";

Sample with_inputs(const std::string& inputs = kInputs) {
  Sample sample;
  sample.features += "  mean_1d: {mean: amount, window: 1d, where: shop != ''}\n";
  sample.inputs = inputs;
  return sample;
}

// By name, "features.amount".
std::map<std::string, std::string> versions(const Sample& sample) {
  const auto policy = sample.load();
  EXPECT_TRUE(policy.ok()) << policy.error().render();
  std::map<std::string, std::string> out;
  const auto add = [&](const char* group, const model::InputName& id) { out[group + id.name] = id.version; };
  for (const auto& input : policy->inputs->features) add("features.", input.id);
  for (const auto& input : policy->inputs->sequence->fields) add("sequence.", input.id);
  for (const auto& input : policy->inputs->texts) add("texts.", input.id);
  return out;
}

// The names of the inputs that have another version.
std::string changed(const Sample& before, const Sample& after) {
  const auto was = versions(before);
  std::string out;
  for (const auto& [name, version] : versions(after)) {
    if (was.at(name) != version) out.append(out.empty() ? "" : " ").append(name);
  }
  return out;
}

TEST(Inputs, AreNoneWithoutTheFile) { EXPECT_EQ((*Sample().load()).inputs, nullptr); }

TEST(Inputs, AreAPartOfThePolicyAndItsHash) {
  const auto policy = with_inputs().load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->files.size(), 5U);
  EXPECT_NE(policy->hash, with_inputs(with(kInputs, "events: 8", "events: 9")).load()->hash);
}

TEST(Inputs, AreCompiledInTheirOrder) {
  const auto policy = with_inputs().load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  const auto& inputs = *policy->inputs;
  ASSERT_EQ(inputs.features.size(), 3U);
  EXPECT_EQ(inputs.features[1].id.name, "to_mean");
  EXPECT_EQ(inputs.features[1].text, "double(amount) / card.mean_1d");
  ASSERT_TRUE(inputs.sequence.has_value());
  EXPECT_EQ(inputs.sequence->rows.entity, "card");
  EXPECT_EQ(inputs.sequence->rows.where_text, "flag");
  EXPECT_EQ(inputs.sequence->events, 8U);
  EXPECT_FALSE(inputs.sequence->zone.has_value());
  std::string codes;
  for (const auto& field : inputs.sequence->fields) codes += std::to_string(field.codes) + " ";
  EXPECT_EQ(codes, "507 3 64 25 ");
  ASSERT_EQ(inputs.texts.size(), 1U);
  EXPECT_TRUE(inputs.texts[0].rules.whole && inputs.texts[0].rules.words);
  EXPECT_FALSE(inputs.texts[0].rules.without_digits || inputs.texts[0].rules.word_pairs);
  EXPECT_EQ(inputs.texts[0].rules.longest, 0);
  EXPECT_EQ(inputs.texts[0].rules.buckets, 64U);
  EXPECT_EQ(inputs.texts[0].rules.at_most, 8U);
}

TEST(Inputs, NeedNotAskForWhatMayBeAbsent) {
  auto sample = with_inputs("features: {extra: double(extra), asked: has(extra) && extra > 5}\n");
  sample.schema = with(sample.schema, "event_id:", "  extra: int64\nevent_id:");
  EXPECT_EQ(sample.report(), "");
}

TEST(Inputs, AreOfAllEventTypesOrOfThoseThatAreNamed) {
  const auto types_of = [](const std::string& line) {
    auto sample = with_inputs(line + kInputs);
    sample.schema = "event_types: {path: type, types: [payment, transfer, change]}\n" + sample.schema;
    const auto policy = sample.load();
    EXPECT_TRUE(policy.ok()) << policy.error().render();
    std::string types;
    for (std::uint32_t type = 0; type < 3; ++type) types += policy->inputs->looks_at(type) ? "x" : "-";
    return types;
  };
  EXPECT_EQ(types_of(""), "xxx");
  EXPECT_EQ(types_of("event_types: [change, payment]\n"), "x-x");
  auto sample = with_inputs(std::string("event_types: []\n") + kInputs);
  EXPECT_NE(sample.report().find("a model scores at least one type of events"), std::string::npos);
  sample.inputs = std::string("event_types: [payments]\n") + kInputs;
  EXPECT_NE(sample.report().find("`payments` can't stand here"), std::string::npos) << sample.report();
}

TEST(InputVersions, StandForTheDefinitionAlone) {
  const auto base = with_inputs();
  for (const auto& [name, version] : versions(base)) EXPECT_EQ(version.size(), 16U) << name;
  auto other = base;
  other.inputs = with(kInputs, "  amount: double(amount)\n", "  # other words\n  amount: ' double(amount) '\n");
  other.policy = with(other.policy, "history: 90d", "history: 91d");
  other.schema = with(other.schema, "amount: {type: money", "amount: {path: sum, type: money");
  other.features += "  another: {count: events, window: 1h}\n";
  other.rules = with(other.rules, "> 3", "> 4");
  EXPECT_EQ(changed(base, other), "");
  // Of one definition there is one version, whatever its name and place.
  const auto same = versions(with_inputs(with(kInputs, "  online:", "  amount_again: double(amount)\n  online:")));
  EXPECT_EQ(same.at("features.amount"), same.at("features.amount_again"));
}

TEST(InputVersions, ChangeWithWhatTheValueDependsOn) {
  const auto base = with_inputs();
  const auto of_inputs = [&](std::string_view from, std::string_view to) {
    return changed(base, with_inputs(with(kInputs, from, to)));
  };
  EXPECT_EQ(of_inputs("online: channel == 'online'", "online: channel == 'chip'"), "features.online");
  const std::string all_fields = "sequence.amount sequence.channel sequence.hour sequence.shop";
  EXPECT_EQ(of_inputs("events: 8", "events: 9"), all_fields);
  EXPECT_EQ(of_inputs("where: flag", "where: '!flag'"), all_fields);
  EXPECT_EQ(of_inputs("codes: 64", "codes: 65"), "sequence.shop");
  EXPECT_EQ(of_inputs("buckets: 64", "buckets: 128"), "texts.shop");
  EXPECT_EQ(of_inputs("at_most: 8", "at_most: 9"), "texts.shop");
  EXPECT_EQ(of_inputs("[whole, words]", "[whole, word_pairs]"), "texts.shop");
  const auto of_features = [&](std::string_view from, std::string_view to) {
    auto other = base;
    other.features = with(other.features, from, to);
    return changed(base, other);
  };
  EXPECT_EQ(of_features("window: 1d", "window: 2d"), "features.to_mean");
  EXPECT_EQ(of_features("where: shop != ''", "where: shop != 'x'"), "features.to_mean");
  EXPECT_EQ(of_features("window: 1d, where", "window: 1d, default: 1, where"), "features.to_mean");
  EXPECT_EQ(of_features("window: 1d, where", "window: 1d, current: include, where"), "features.to_mean");
  EXPECT_EQ(of_features("{count: events, window: 1h}", "{count: events, window: 2h}"), "") << "it is no input";
  const auto of_schema = [&](std::string_view from, std::string_view to) {
    auto other = base;
    other.schema = with(other.schema, from, to);
    return changed(base, other);
  };
  EXPECT_EQ(of_schema("currency: EUR", "currency: USD"), "features.amount features.to_mean sequence.amount");
  EXPECT_EQ(of_schema("values: [online, chip]", "values: [chip, online]"), "sequence.channel");
  EXPECT_EQ(of_schema("card: card_number", "card: [card_number, shop]"), "features.to_mean " + all_fields);
  EXPECT_EQ(of_schema("card: card_number", "card: {key: card_number, zone: Europe/Berlin}"), "sequence.hour");
}

TEST(InputVersions, OfAMedianChangeWithTheNumberOfItsValues) {
  const auto sample_of = [](const std::string& of_last) {
    auto sample = with_inputs();
    sample.features = with(sample.features, "{mean: amount,", "{median: amount," + of_last);
    return sample;
  };
  EXPECT_EQ(changed(with_inputs(), sample_of("")), "features.to_mean");
  EXPECT_EQ(changed(sample_of(""), sample_of(" of_last: 256,")), "");
  EXPECT_EQ(changed(sample_of(""), sample_of(" of_last: 255,")), "features.to_mean");
}

TEST(InputVersions, OfAZoneThatIsAskedForChangeWithIt) {
  const auto sample_of = [](const std::string& zone) {
    auto sample = with_inputs(with(kInputs, "channel == 'online'", "time.getHours(card.zone) < 6"));
    sample.schema = with(sample.schema, "card: card_number", "card: {key: card_number, zone: " + zone + "}");
    return sample;
  };
  EXPECT_EQ(changed(sample_of("Europe/Berlin"), sample_of("Asia/Tokyo")), "features.online sequence.hour");
}

}  // namespace
}  // namespace weir::policy
